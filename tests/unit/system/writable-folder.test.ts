/** A folder that everything needs, before anything starts. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureWritable } from '../../../system/writable-folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac-writable-'))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

const attempt = (folder: string) => () => {
  ensureWritable({ folder, setting: 'DATA_DIR' })
}

describe('a folder that must be writable', () => {
  it('is made with those above it', () => {
    const folder = join(root, 'a', 'b')
    attempt(folder)()
    expect(existsSync(folder)).toBe(true)
  })

  it('is refused with its setting if a file is in the way', () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    expect(attempt(join(file, 'data'))).toThrow(`${file} is not a folder; correct DATA_DIR`)
  })

  it.runIf(process.platform === 'linux')('is refused where nobody may make one', () => {
    expect(attempt('/proc/almanac')).toThrow(
      '/proc cannot be written by this user; change its owner, or set DATA_DIR',
    )
  })
})
