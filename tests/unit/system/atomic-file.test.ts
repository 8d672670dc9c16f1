/** Files that are whole or absent, and the names of what the file system says against them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFailure, writeFileAtomically } from '../../../system/atomic-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-atomic-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('an error of the file system', () => {
  it.each([
    ['ENOSPC', 'DiskFull', 'the disk is full'],
    ['EDQUOT', 'DiskFull', 'quota'],
    ['EROFS', 'Misconfigured', 'Give this user the folder'],
    ['EIO', 'Misconfigured', 'The disk reports an error'],
    ['EMFILE', 'Misconfigured', 'ulimit -n'],
    ['ENFILE', 'Misconfigured', 'open files'],
  ])('with the code %s is a %s', (code, type, says) => {
    const failure = fileFailure('/a/file', Object.assign(new Error('no'), { code }))
    expect(failure?.type).toBe(type)
    expect(failure?.message).toContain('/a/file')
    expect(failure?.message).toContain(says)
  })

  it('that nobody foresaw has no name', () => {
    expect(fileFailure('/a/file', Object.assign(new Error('no'), { code: 'EBADF' }))).toBeUndefined()
    expect(fileFailure('/a/file', new TypeError('no'))).toBeUndefined()
  })
})

describe('a file', () => {
  it('is made with its folder, and replaced whole', () => {
    const path = join(folder, 'new', 'file.csv')
    writeFileAtomically(path, 'old')
    writeFileAtomically(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(join(folder, 'new'))).toEqual(['file.csv'])
  })

  it('whose folder is a file is refused by name, and nothing is left of it', () => {
    writeFileSync(join(folder, 'taken'), 'a file')
    expect(() => {
      writeFileAtomically(join(folder, 'taken', 'file.csv'), 'new')
    }).toThrow(expect.objectContaining({ type: 'Misconfigured' }) as Error)
    expect(readdirSync(folder)).toEqual(['taken'])
  })
})
