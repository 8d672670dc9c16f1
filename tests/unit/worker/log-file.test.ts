/** A worker's log in a file: what cannot be written, and what a full disk costs. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rotatedParts } from '../../../system/rotated.ts'
import { openLogFile } from '../../../worker/log-file.ts'
import { openLog } from '../../../worker/log.ts'
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-log-file-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const recordsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('the log file', () => {
  it('is appended to, and is its owner’s alone', () => {
    const file = join(folder, 'logs', 'almanac.log')
    openLog('info', file).info('first')
    openLog('info', file).info('second')
    expect(recordsOf(file).map(({ msg }) => msg)).toEqual(['first', 'second'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('becomes its owner’s alone if an earlier version made it for all', () => {
    const file = join(folder, 'almanac.log')
    writeFileSync(file, '{}\n', { mode: 0o644 })
    openLogFile(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is set aside on a new day and when it is too large, and every process goes on in the new one', () => {
    const file = join(folder, 'almanac.log')
    const end = Date.UTC(2026, 10, 29, 23, 59, 59)
    let nowMs = end
    const options = { clock: () => nowMs, mostBytes: 30 }
    const [one, other] = [openLogFile(file, options), openLogFile(file, options)]
    const write = (log: typeof one, line: string) => {
      log.write(`${line}\n`)
      utimesSync(file, nowMs / 1000, nowMs / 1000)
    }
    write(one, 'of the day before')
    write(other, 'and this')
    nowMs += 2_000
    write(one, 'of the day')
    write(other, 'of the same day, and long')
    nowMs += 60_000
    write(other, 'after it was too large')
    write(one, 'and this')
    const parts = ['almanac.log', 'almanac.log.2026-11-29T235959Z', 'almanac.log.2026-11-30T000001Z']
    expect(readdirSync(folder).toSorted()).toEqual(parts)
    expect(rotatedParts(file)).toEqual([parts[2], parts[1]].map((name) => join(folder, name ?? '')))
    expect(parts.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
      'after it was too large\nand this\n',
      'of the day before\nand this\n',
      'of the day\nof the same day, and long\n',
    ])
  })

  it.runIf(process.platform === 'linux')('a path that cannot be written is refused in one sentence', () => {
    writeFileSync(join(folder, 'file'), '')
    for (const path of [join(folder, 'file', 'x.log'), '/proc/almanac/x.log'])
      expect(() => openLog('info', path)).toThrow(`${path} could not be written`)
  })

  it('a full disk costs lines, which are counted when there is space again', ({ skip }) => {
    const disk: SmallDisk | undefined = mountSmallDisk(1)
    if (disk === undefined) return skip('this user may not mount a disk')
    try {
      const file = join(disk.folder, 'almanac.log')
      const log = openLog('info', file)
      log.info('before')
      disk.fill()
      // More than the page of the file that has room.
      for (let i = 0; i < 200; i++) log.info('does not fit')
      disk.free()
      log.info('after')
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      const [counted, after] = lines.slice(-2).map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(after).toMatchObject({ msg: 'after' })
      expect(counted).toMatchObject({ event: 'log.lines-dropped', level: 40 })
      expect(counted?.['dropped']).toBeGreaterThan(0)
      expect(Number(counted?.['dropped']) + lines.length).toBeGreaterThanOrEqual(200 + 3)
    } finally {
      disk.remove()
    }
  })
})
