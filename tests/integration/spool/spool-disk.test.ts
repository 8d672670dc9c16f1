/**
 * A spool on a disk that is full or read-only: named failures, no partial files, and normal work once the disk
 * recovers.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, type DatabaseHandle } from '../../../db/database.ts'
import { segmentNames } from '../../../db/spool/folder.ts'
import { openSpool } from '../../../db/spool/spool.ts'
import { writeRows, type Written } from '../../../db/write-rows.ts'
import { freePort } from '../../../local/taken-port.ts'
import { attemptDrain, type DrainAttempt } from '../../../worker/drain.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts'

const MEGABYTES = 4
const NO_SIGNAL = { signal: new AbortController().signal }

const probe = mountSmallDisk(MEGABYTES)
probe?.remove()
const title = `a disk of its own${probe === undefined ? ' (skipped: no file system can be mounted here)' : ''}`

describe.skipIf(probe === undefined)(title, () => {
  let database: TestDatabase
  let disk: SmallDisk
  let folder: string
  let away: DatabaseHandle

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    const mounted = mountSmallDisk(MEGABYTES)
    if (mounted === undefined) throw new Error('a small disk could be mounted a moment ago')
    disk = mounted
    folder = join(disk.folder, 'spool')
    const spool = openSpool({ folder, capBytes: 1e9, warn: () => undefined })
    const nowhere = `postgresql://nobody@127.0.0.1:${await freePort()}/nothing`
    away = openDatabase(nowhere, () => undefined, { spool })
    await database.db.execute(sql`truncate fear_greed_index`)
  })
  afterEach(async () => {
    await away.close()
    disk.remove()
  })

  const write = (day: number): Promise<Written> =>
    writeRows(
      away.db,
      { fear_greed_index: [{ date: `2026-03-0${day}`, value: day, classification: 'Fear' }] },
      { observedAt: new Date(), runId: 'run-1', retryBudget: { ms: 0, ...NO_SIGNAL } },
    )
  const drain = (): Promise<DrainAttempt> =>
    attemptDrain(database.db, folder, { what: 'the test', ...NO_SIGNAL })
  const values = async () => {
    const rows = await database.select<{ value: number }>(
      sql`select value from fear_greed_index order by value`,
    )
    return rows.map(({ value }) => value)
  }

  it('a full disk rejects rows with a named failure and loses none that it accepted', async () => {
    await write(1)
    disk.fill()
    const refused = write(2)
    await expect(refused).rejects.toMatchObject({ type: 'DiskFull' })
    await expect(refused).rejects.toThrow(folder)
    expect(readdirSync(folder)).toEqual(segmentNames(folder))
    disk.free()
    expect(await write(3)).toEqual({ written: 0, spooled: 1 })
    expect(await drain()).toMatchObject({ kind: 'drained', segments: 2, damaged: [] })
    expect(await values()).toEqual([1, 3])
  })

  it('a full disk keeps its segments, and repeated attempts leave no partial lock files', async () => {
    await write(1)
    disk.fill()
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(drain()).rejects.toMatchObject({ type: 'DiskFull' })
    expect(readdirSync(folder)).toEqual(segmentNames(folder))
    disk.free()
    expect(await drain()).toMatchObject({ kind: 'drained', segments: 1 })
  })

  it('the spool can be drained from a disk that it filled itself', async () => {
    const body = () => Buffer.from(crypto.getRandomValues(new Uint8Array(48_000))).toString('base64')
    const bulky = () =>
      writeRows(
        away.db,
        {},
        {
          observedAt: new Date(),
          runId: 'run-1',
          retryBudget: { ms: 0, ...NO_SIGNAL },
          raw: [{ source: 'a', url: 'https://a.test/', body: body(), observedAt: new Date() }],
        },
      )
    const fillUp = async () => {
      for (;;) await bulky()
    }
    await expect(fillUp()).rejects.toMatchObject({ type: 'DiskFull' })
    const { length } = segmentNames(folder)
    expect(await drain()).toMatchObject({ kind: 'drained', segments: length })
    expect(readdirSync(folder)).toEqual([])
  })

  it('a read-only disk refuses rows as Misconfigured, with the path', async () => {
    await write(1)
    disk.setReadOnly(true)
    const refused = write(2)
    await expect(refused).rejects.toMatchObject({ type: 'Misconfigured' })
    await expect(refused).rejects.toThrow(folder)
    disk.setReadOnly(false)
    expect(await write(3)).toEqual({ written: 0, spooled: 1 })
    await drain()
    expect(await values()).toEqual([1, 3])
  })

  it('a read-only disk keeps its segments from being drained, and the drain says so', async () => {
    await write(1)
    disk.setReadOnly(true)
    await expect(drain()).rejects.toMatchObject({ type: 'Misconfigured' })
    disk.setReadOnly(false)
    expect(await drain()).toMatchObject({ kind: 'drained', segments: 1 })
    expect(await values()).toEqual([1])
  })
})
