/** The folder of a spool: order, cap, warnings, leftovers. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  damagedSegments,
  findSegment,
  folderBytes,
  moveToDeadLetters,
  removeSegments,
  removeUnfinished,
  segmentNames,
  restoreDeadLetters,
  waitingSegments,
} from '../../../db/spool/folder.ts'
import { duePipelines, forgetDue, markDue } from '../../../db/spool/due.ts'
import { unpackSegment } from '../../../db/spool/segment.ts'
import { openSpool, type Spool, type SpoolOptions } from '../../../db/spool/spool.ts'
import type { RowsByTable } from '../../../db/write-call.ts'

const NOON = new Date('2026-03-10T12:00:00Z')
const ROOMY_BYTES = 1_000_000

let parent: string
let folder: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'almanac-spool-'))
  folder = join(parent, 'data', 'spool')
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(parent, { recursive: true, force: true })
})

const open = (change: Partial<SpoolOptions> = {}) =>
  openSpool({ folder, capBytes: ROOMY_BYTES, warn: () => undefined, ...change })
const rowsOf = (value: number): RowsByTable => ({
  fear_greed_index: [{ date: '2026-03-10', value, classification: 'Fear' }],
})
const write = (spool: Spool, value = 1) =>
  spool.writeRows(rowsOf(value), { observedAt: NOON, runId: 'run-1' })

/** The values of all segments, in the order in which a drain takes them. */
async function valuesInOrder(): Promise<unknown[]> {
  const segments = await Promise.all(
    segmentNames(folder).map((name) => unpackSegment(readFileSync(join(folder, name)))),
  )
  return segments.map((segment) => segment.kind === 'rows' && segment.rows.fear_greed_index?.[0]?.value)
}

describe('a spool', () => {
  it('makes the spool folder with the first segment, and not before', async () => {
    const spool = open()
    expect(existsSync(folder)).toBe(false)
    expect(await write(spool)).toBe(1)
    expect(segmentNames(folder)).toHaveLength(1)
  })

  it('names segments in the order of the calls, within a millisecond and when the clock is set back', async () => {
    const spool = open()
    const now = vi.spyOn(Date, 'now')
    const times = [5_000, 5_000, 5_000, 4_000, 4_000, 6_000, 1_000].map((ms) => NOON.getTime() + ms)
    for (const [index, time] of times.entries()) {
      now.mockReturnValue(time)
      await write(spool, index)
    }
    expect(await valuesInOrder()).toEqual(times.map((_, index) => index))
  })

  it('returns how many rows it took, rejected ones too, and informs the caller', async () => {
    const reported: number[] = []
    const spool = open({ origin: () => ({ pipeline: 'mod-stats', spooled: (rows) => reported.push(rows) }) })
    const rejected = [{ source: 'a', reason: 'b', row: 1 }]
    expect(await spool.writeRows(rowsOf(1), { observedAt: NOON, runId: 'run-1', rejected })).toBe(2)
    expect(reported).toEqual([2])
    expect(waitingSegments(folder)[0]?.head).toMatchObject({ pipeline: 'mod-stats', rejected: 1 })
  })

  it('the spool knows how long the database has been unavailable, from the first call that did not reach it', () => {
    const spool = open()
    const now = vi.spyOn(performance, 'now').mockReturnValue(10_000)
    expect([spool.isDatabaseUnavailable, spool.unavailableForMs()]).toEqual([false, 0])
    spool.databaseUnavailable(6_000)
    spool.databaseUnavailable(1_000)
    expect([spool.isDatabaseUnavailable, spool.unavailableForMs()]).toEqual([true, 6_000])
    now.mockReturnValue(20_000)
    expect(spool.unavailableForMs()).toBe(16_000)
    spool.databaseAnswered()
    expect([spool.isDatabaseUnavailable, spool.unavailableForMs()]).toEqual([false, 0])
  })
})

describe('the cap', () => {
  /** Bytes of one segment of `write`. */
  const segmentBytes = async () => {
    const other = join(parent, 'other')
    await write(openSpool({ folder: other, capBytes: ROOMY_BYTES, warn: () => undefined }))
    return folderBytes(other)
  }

  it('the spool refuses rows beyond the cap with a remedy, and drops none', async () => {
    const spool = open({ capBytes: 3 * (await segmentBytes()) + 50 })
    for (const value of [1, 2, 3]) await write(spool, value)
    const refused = write(spool, 4)
    await expect(refused).rejects.toMatchObject({ type: 'DiskFull' })
    await expect(refused).rejects.toThrow(folder)
    await expect(refused).rejects.toThrow('SPOOL_MB')
    await expect(refused).rejects.toThrow('almanac spool drain')
    expect(await valuesInOrder()).toEqual([1, 2, 3])
  })

  it('counts segments of others and dead letters towards the cap, and has room when emptied', async () => {
    const capBytes = 2 * (await segmentBytes()) + 200
    await write(open({ capBytes }))
    const [name = ''] = segmentNames(folder)
    moveToDeadLetters(folder, { name, reason: 'for the test' })
    const spool = open({ capBytes })
    await write(spool)
    await expect(write(spool)).rejects.toMatchObject({ type: 'DiskFull' })
    await removeSegments(folder, segmentNames(folder))
    expect(await write(spool)).toBe(1)
  })

  it('applies the cap to concurrent calls', async () => {
    const spool = open({ capBytes: 5 * (await segmentBytes()) })
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => write(spool)))
    const taken = all.filter(({ status }) => status === 'fulfilled').length
    expect(segmentNames(folder)).toHaveLength(taken)
    expect(taken).toBeGreaterThanOrEqual(4)
    expect(folderBytes(folder)).toBeLessThanOrEqual(spool.capBytes)
  })

  it('reports the fill level of the spool from 50 % on, once per tenth, and again after it was emptied', async () => {
    const reported: string[] = []
    const capBytes = 20 * (await segmentBytes())
    const spool = open({
      capBytes,
      warn: ({ event, percent }) => reported.push(`${event} ${Math.floor(percent / 10)}`),
    })
    for (let index = 0; index < 9; index++) await write(spool)
    expect(reported).toEqual([])
    for (let index = 9; index < 19; index++) await write(spool)
    expect(reported).toEqual([5, 6, 7, 8, 9].map((tenth) => `spool.filling ${tenth}`))
    await removeSegments(folder, segmentNames(folder))
    const again = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    for (let index = 0; index < 12; index++) await write(spool)
    again.mockRestore()
    expect(reported).toHaveLength(6)
  })
})

describe('the folder', () => {
  it('keeps a damaged segment with its reason', async () => {
    await write(open())
    const [name = ''] = segmentNames(folder)
    moveToDeadLetters(folder, { name, reason: 'the checksum does not fit' })
    expect(segmentNames(folder)).toEqual([])
    expect(damagedSegments(folder)).toEqual([
      {
        name,
        reason: 'the checksum does not fit',
        head: expect.objectContaining({ runId: 'run-1', tables: { fear_greed_index: 1 } }) as unknown,
      },
    ])
    expect(readdirSync(join(folder, 'damaged')).sort()).toEqual([name, `${name}.reason.txt`])
    expect(findSegment(folder, name.slice(0, 12))).toMatchObject({ name, isDamaged: true })
  })

  it('finds a segment by the beginning of its name, and names ambiguous ones', async () => {
    const spool = open()
    await write(spool)
    await write(spool)
    const names = segmentNames(folder)
    expect(findSegment(folder, names[1] ?? '')).toMatchObject({ name: names[1], isDamaged: false })
    expect(findSegment(folder, '2')).toEqual({ names })
    expect(findSegment(folder, 'nothing')).toEqual({ names: [] })
  })

  it('reports a file that is no segment and continues', () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'odd.segment'), 'no head at all')
    expect(waitingSegments(folder)).toEqual([
      {
        name: 'odd.segment',
        bytes: 14,
        since: expect.any(Date) as Date,
        head: undefined,
        trouble: 'the first line is not the head of a segment',
      },
    ])
  })

  it('reports a segment that cannot be read beside the others', async () => {
    await write(open())
    mkdirSync(join(folder, '0.segment'))
    expect(waitingSegments(folder).map(({ head, trouble }) => head?.runId ?? trouble)).toEqual([
      'EISDIR: illegal operation on a directory, read',
      'run-1',
    ])
  })

  it('removes what dead writers left, known by its age, in whatever container they ran', () => {
    mkdirSync(folder, { recursive: true })
    const file = (pid: number) => join(folder, `20260310T120000.000Z-1-1-aa.segment.${pid}.0badcafe.tmp`)
    // The second is of an unused process id: a writer in another container.
    const pids = [process.pid, 2 ** 22 + 1]
    for (const pid of pids) writeFileSync(file(pid), 'half')
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    removeUnfinished(folder)
    expect(readdirSync(folder)).toHaveLength(3)
    const longAgo = new Date(Date.now() - 3_600_000)
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo)
    removeUnfinished(folder)
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  it('makes no dead letter of a segment that another process has loaded meanwhile', async () => {
    await write(open())
    const [name = ''] = segmentNames(folder)
    await removeSegments(folder, [name])
    expect(moveToDeadLetters(folder, { name, reason: 'too late' })).toBe(false)
    expect(readdirSync(join(folder, 'damaged'))).toEqual([])
  })

  it('restores dead letters without their reasons', async () => {
    const spool = open()
    await write(spool, 1)
    await write(spool, 2)
    const names = segmentNames(folder)
    for (const name of names) moveToDeadLetters(folder, { name, reason: 'for the test' })
    await write(spool, 3)
    restoreDeadLetters(folder)
    expect(await valuesInOrder()).toEqual([1, 2, 3])
    expect(readdirSync(join(folder, 'damaged'))).toEqual([])
    restoreDeadLetters(folder)
    expect(segmentNames(folder)).toHaveLength(3)
  })
})

describe('what is due', () => {
  it('stores due work on disk until it is done, each pipeline once', () => {
    markDue(folder, ['mod-stats', 'crypto-forecast'])
    markDue(folder, ['mod-stats'])
    expect(duePipelines(folder)).toEqual(['crypto-forecast', 'mod-stats'])
    forgetDue(folder, ['mod-stats'])
    forgetDue(folder, ['mod-stats'])
    expect(duePipelines(folder)).toEqual(['crypto-forecast'])
  })

  it('due work takes no room of the spool and is no segment', async () => {
    await write(open())
    const bytes = folderBytes(folder)
    markDue(folder, ['mod-stats'])
    expect(folderBytes(folder)).toBe(bytes)
    expect(segmentNames(folder)).toHaveLength(1)
    expect(waitingSegments(folder)).toHaveLength(1)
  })

  it('due work writes nothing outside the folder, whatever a segment names as its pipeline', () => {
    markDue(folder, ['../../elsewhere', '..', ''])
    expect(readdirSync(parent)).toEqual([])
    expect(duePipelines(folder)).toEqual([])
  })
})
