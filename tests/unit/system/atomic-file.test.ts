/** Files that are whole or absent, and the names of what the file system says against them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFailure, removeUnfinishedFiles, writeFileAtomically } from '../../../system/atomic-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-atomic-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

it('removes what killed writers left, and not what may still be written', () => {
  mkdirSync(join(folder, 'lists'))
  for (const name of ['lists/a.json.1.ab.tmp', 'b.csv.2.cd.tmp', 'c.csv'])
    writeFileSync(join(folder, name), '')
  const anHourAgo = new Date(Date.now() - 3_600_000)
  for (const name of ['lists/a.json.1.ab.tmp', 'c.csv']) utimesSync(join(folder, name), anHourAgo, anHourAgo)
  removeUnfinishedFiles(folder, { recursive: true })
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(['b.csv.2.cd.tmp', 'c.csv', 'lists'])
  for (const none of ['missing', 'c.csv']) removeUnfinishedFiles(join(folder, none))
})

describe('an error of the file system', () => {
  it.each([
    ['ENOSPC', 'DiskFull', 'the disk is full'],
    ['EDQUOT', 'DiskFull', 'quota'],
    ['EROFS', 'Misconfigured', 'Give this user access to the folder'],
    ['EIO', 'Misconfigured', 'The disk reports an error'],
    ['EMFILE', 'Misconfigured', 'ulimit -n'],
    ['ENFILE', 'Misconfigured', 'open files'],
  ])('maps the file system error %s to %s', (code, type, says) => {
    const failure = fileFailure('/a/file', Object.assign(new Error('no'), { code }))
    expect(failure?.type).toBe(type)
    expect(failure?.message).toContain('/a/file')
    expect(failure?.message).toContain(says)
  })

  it('leaves an unexpected file system error unnamed', () => {
    expect(fileFailure('/a/file', Object.assign(new Error('no'), { code: 'EBADF' }))).toBeUndefined()
    expect(fileFailure('/a/file', new TypeError('no'))).toBeUndefined()
  })
})

describe('a file', () => {
  it('makes a file with its folder, and replaces it whole', () => {
    const path = join(folder, 'new', 'file.csv')
    writeFileAtomically(path, 'old')
    writeFileAtomically(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(join(folder, 'new'))).toEqual(['file.csv'])
  })

  it('names a file whose folder is a file, and leaves nothing of it', () => {
    writeFileSync(join(folder, 'taken'), 'a file')
    expect(() => {
      writeFileAtomically(join(folder, 'taken', 'file.csv'), 'new')
    }).toThrow(expect.objectContaining({ type: 'Misconfigured' }) as Error)
    expect(readdirSync(folder)).toEqual(['taken'])
  })
})
