import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insideFolder } from '../../../system/inside-folder.ts'

let root: string
let folder: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'almanac-inside-')))
  folder = join(root, 'work')
  mkdirSync(join(root, 'outside', 'deep'), { recursive: true })
  mkdirSync(folder)
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

describe('a path inside a folder', () => {
  it.each([
    ['one name', ['a'], 'a'],
    ['several', ['a', 'b', 'c.txt'], 'a/b/c.txt'],
    ['dots within a name', ['..a', 'b..', '...'], '..a/b../...'],
    ['letters of any alphabet', ['币安人生USDT_features.csv'], '币安人生USDT_features.csv'],
  ])('is made of names, whether it exists or not: %s', (_, names, expected) => {
    expect(insideFolder(folder, ...names)).toBe(join(folder, expected))
    expect(insideFolder(join(folder, 'missing'), ...names)).toBe(join(folder, 'missing', expected))
  })

  it.each([
    ['nothing', ['']],
    ['the folder itself', ['.']],
    ['the folder above', ['..']],
    ['steps', ['../outside']],
    ['a later name that leads up', ['a', '..', '..']],
    ['an absolute path', ['/etc/passwd']],
    ['steps as on Windows', ['..\\outside']],
    ['NUL', ['a\0.txt']],
    ['a control character', ['a\nb']],
    ['more than a file system takes', ['a'.repeat(256)]],
    ['more bytes than that', ['€'.repeat(100)]],
  ])('is refused for %s', (_, names) => {
    expect(() => insideFolder(folder, ...names)).toThrow(expect.objectContaining({ type: 'InputInvalid' }))
  })

  it.each([
    ['an absolute link to elsewhere', () => join(root, 'outside')],
    ['a relative link to elsewhere', () => '../outside'],
    ['a link to something that is missing elsewhere', () => '../outside/missing'],
    ['a link to the folder itself', () => '.'],
    ['a link to the folder above', () => '..'],
  ])('is refused behind %s', (_, target) => {
    symlinkSync(target(), join(folder, 'link'))
    expect(() => insideFolder(folder, 'link')).toThrow('leads out of')
    expect(() => insideFolder(folder, 'link', '..')).toThrow(
      expect.objectContaining({ type: 'InputInvalid' }),
    )
  })

  it('is refused below a link to elsewhere, and behind two links', () => {
    symlinkSync('../outside', join(folder, 'one'))
    symlinkSync('one', join(folder, 'two'))
    expect(() => insideFolder(folder, 'one', 'deep')).toThrow('leads out of')
    expect(() => insideFolder(folder, 'two', 'missing')).toThrow('leads out of')
  })

  it('follows links that stay inside, and a folder that is itself a link', () => {
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('file', join(folder, 'short'))
    symlinkSync('later', join(folder, 'early'))
    symlinkSync(folder, join(root, 'also'))
    expect(insideFolder(folder, 'short')).toBe(join(folder, 'short'))
    expect(insideFolder(folder, 'early')).toBe(join(folder, 'early'))
    expect(insideFolder(join(root, 'also'), 'short')).toBe(join(root, 'also', 'short'))
  })
})
