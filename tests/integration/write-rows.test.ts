/** The promises of the writer, on a real PostgreSQL: newest wins, all or nothing, nothing twice, named failures. */
import { gunzipSync } from 'node:zlib'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../db/database.ts'
import { type RawBody, type RowsByTable, type WriteOptions } from '../../db/write-call.ts'
import { writeRows } from '../../db/write-rows.ts'
import { freePort } from '../../local/taken-port.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const DAY = '2026-03-10'
const TEN = new Date(`${DAY}T10:00:00Z`)
const ELEVEN = new Date(`${DAY}T11:00:00Z`)
const NOON = new Date(`${DAY}T12:00:00Z`)
const UNKNOWN_MOD = 999_999

let database: TestDatabase
let modId: number

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.execute(sql`truncate daily_stats, version_stats, modpacks, mods, raw_payloads, quarantine
    restart identity cascade`)
  modId = await addMod('a-mod')
})

async function addMod(slug: string): Promise<number> {
  const [row] = await database.select<{ id: number }>(
    sql`insert into mods (modrinth, tracked) values (${slug}, true) returning id`,
  )
  if (row === undefined) throw new Error('the insert answered no row')
  return row.id
}

const count = async (table: 'daily_stats' | 'version_stats' | 'raw_payloads' | 'quarantine') =>
  Number((await database.select<{ n: string }>(sql`select count(*) as n from ${sql.raw(table)}`))[0]?.n)

type Change = Partial<WriteOptions>
const options = (change: Change = {}): WriteOptions => ({
  observedAt: TEN,
  runId: 'run-1',
  retryBudget: { ms: 0, signal: new AbortController().signal },
  ...change,
})
const write = (rows: RowsByTable, change?: Change) => writeRows(database.db, rows, options(change))

const downloads = (totalDownloads: number, mod = modId): RowsByTable => ({
  daily_stats: [{ date: DAY, platform: 'modrinth', modId: mod, totalDownloads }],
})
const versions = (length: number, downloadsOf: (index: number) => number = (index) => index) =>
  Array.from({ length }, (_, index) => ({
    date: DAY,
    platform: 'modrinth',
    versionId: `v${index}`,
    versionName: `Version ${index}`,
    modId,
    downloads: downloadsOf(index),
  }))

interface Stored {
  value: number
  observedAt: Date
  runId: string
  xmin: string
}
async function stored(): Promise<Stored | undefined> {
  const [row] = await database.select<{ value: string; at: string; run_id: string; xmin: string }>(sql`
    select total_downloads as value, observed_at as at, run_id, xmin from daily_stats where mod_id = ${modId}`)
  if (row === undefined) return undefined
  return { value: Number(row.value), observedAt: new Date(row.at), runId: row.run_id, xmin: row.xmin }
}

describe('newest wins', () => {
  it('replaces an older observation and names the run that did', async () => {
    await write(downloads(4))
    await write(downloads(5), { observedAt: NOON, runId: 'run-2' })
    expect(await stored()).toMatchObject({ value: 5, observedAt: NOON, runId: 'run-2' })
  })

  it('never lets a late, older observation overwrite a newer one', async () => {
    await write(downloads(5), { observedAt: NOON })
    expect(await write(downloads(4), { observedAt: TEN, runId: 'late' })).toEqual({ written: 0 })
    expect(await stored()).toMatchObject({ value: 5, observedAt: NOON, runId: 'run-1' })
  })

  it('keeps the newer value when only its confirmation was newer than the late one', async () => {
    await write(downloads(5), { observedAt: TEN })
    await write(downloads(5), { observedAt: NOON, runId: 'confirms' })
    await write(downloads(4), { observedAt: ELEVEN, runId: 'late' })
    expect(await stored()).toMatchObject({ value: 5, observedAt: NOON, runId: 'run-1' })
  })

  it('leaves the newest observation whatever the order in which they come', async () => {
    const observation = fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      value: fc.integer({ min: 0, max: 3 }),
    })
    const sets = fc.uniqueArray(observation, { minLength: 1, maxLength: 6, selector: ({ hour }) => hour })
    await fc.assert(
      fc.asyncProperty(sets, async (observations) => {
        await database.db.execute(sql`truncate daily_stats`)
        for (const { hour, value } of observations) {
          const observedAt = new Date(`${DAY}T${String(hour).padStart(2, '0')}:00:00Z`)
          await write(downloads(value), { observedAt, runId: `at-${hour}` })
        }
        const newest = observations.toSorted((a, b) => b.hour - a.hour)[0]
        const row = await stored()
        expect(row?.value).toBe(newest?.value)
        expect(row?.observedAt.getUTCHours()).toBe(newest?.hour)
      }),
      { numRuns: 50 },
    )
  })
})

describe('nothing twice', () => {
  it('writes nothing for the same observation', async () => {
    await write(downloads(5))
    const before = await stored()
    expect(await write(downloads(5))).toEqual({ written: 0 })
    expect(await stored()).toEqual(before)
  })

  it('counts for a run only the rows that it stored or changed', async () => {
    expect(await write({ version_stats: versions(3) })).toEqual({ written: 3 })
    const oneChanged = versions(4, (index) => (index === 1 ? 1_000 : index))
    expect(await write({ version_stats: oneChanged }, { observedAt: NOON, runId: 'run-2' })).toEqual({
      written: 2,
    })
    expect(await write({ version_stats: versions(4) }, { runId: 'late' })).toEqual({ written: 0 })
  })

  it('counts for a retried activity what its run has stored', async () => {
    await write({ version_stats: versions(3) })
    expect(await write({ version_stats: versions(3) }, { observedAt: NOON })).toEqual({ written: 3 })
    expect(await count('version_stats')).toBe(3)
  })

  it('takes the later of two rows with one key in a batch', async () => {
    const [early] = downloads(1).daily_stats ?? []
    const [late] = downloads(2).daily_stats ?? []
    if (early === undefined || late === undefined) throw new Error('both have a row')
    expect(await write({ daily_stats: [early, late] })).toEqual({ written: 1 })
    expect(await stored()).toMatchObject({ value: 2 })
  })

  it('does not count the time of a modpack’s last response as a change, yet keeps it', async () => {
    const pack = (lastSeen: Date) => ({ modpacks: [{ modId, slug: 'pack-7', name: 'Pack #7', lastSeen }] })
    await write(pack(TEN))
    expect(await write(pack(NOON), { observedAt: NOON, runId: 'run-2' })).toEqual({ written: 0 })
    const [row] = await database.select<{ last_seen: string; run_id: string }>(
      sql`select last_seen, run_id from modpacks`,
    )
    expect(new Date(row?.last_seen ?? 0)).toEqual(NOON)
    expect(row?.run_id).toBe('run-1')
  })

  it('stores twenty thousand rows, and changes the one that changed', async () => {
    expect(await write({ version_stats: versions(20_000) })).toEqual({ written: 20_000 })
    expect(await count('version_stats')).toBe(20_000)
    const last = versions(20_000, (index) => (index === 19_999 ? 7 : index))
    expect(await write({ version_stats: last }, { observedAt: NOON, runId: 'run-2' })).toEqual({ written: 1 })
    const [row] = await database.select<{ version_id: string; downloads: string }>(
      sql`select version_id, downloads from version_stats where run_id = 'run-2'`,
    )
    expect(row).toEqual({ version_id: 'v19999', downloads: '7' })
  })
})

describe('all or nothing', () => {
  const raw = (body: string, observedAt = TEN): RawBody => ({
    source: 'modrinth',
    url: 'https://api.example.test/projects',
    body,
    observedAt,
  })

  it('stores a raw payload once, compressed, and keeps when it was last seen', async () => {
    await write({}, { raw: [raw('{"a":1}'), raw('{"a":1}')] })
    await write({}, { raw: [raw('{"a":1}', NOON)], observedAt: NOON })
    await write({}, { raw: [raw('{"a":2}')] })
    const rows = await database.select<{ body: Buffer; observed_at: string; bytes: number }>(
      sql`select body, observed_at, bytes from raw_payloads order by observed_at`,
    )
    expect(rows.map(({ body }) => gunzipSync(body).toString())).toEqual(['{"a":2}', '{"a":1}'])
    expect(new Date(rows[1]?.observed_at ?? 0)).toEqual(NOON)
    expect(rows.every(({ body, bytes }) => body.length === bytes)).toBe(true)
  })

  it('treats a broken reference as Conflict, and leaves no rows, raw payloads or rejected rows', async () => {
    const rows = { ...downloads(1, UNKNOWN_MOD), version_stats: versions(2) }
    const rejected = [{ source: 'modrinth', reason: 'no id', row: {} }]
    await expect(write(rows, { raw: [raw('{}')], rejected })).rejects.toMatchObject({ type: 'Conflict' })
    expect(await Promise.all([count('version_stats'), count('raw_payloads'), count('quarantine')])).toEqual([
      0, 0, 0,
    ])
  })

  it('leaves no row of the first chunks when a row of the last one is rejected', async () => {
    const rows = versions(12_000).map((row, index) =>
      index === 11_999 ? { ...row, modId: UNKNOWN_MOD } : row,
    )
    await expect(write({ version_stats: rows })).rejects.toMatchObject({ type: 'Conflict' })
    expect(await count('version_stats')).toBe(0)
  })
})

describe('the quarantine', () => {
  const refused = (row: unknown) => ({
    rejected: [{ source: 'modrinth', reason: 'downloads: expected int', row }],
  })

  it('quarantines a rejected row once per run, and again in the next run', async () => {
    await write({}, refused({ id: 'x' }))
    await write({}, { ...refused({ id: 'x' }), observedAt: NOON })
    expect(await count('quarantine')).toBe(1)
    await write({}, { ...refused({ id: 'x' }), runId: 'run-2' })
    expect(await count('quarantine')).toBe(2)
  })

  it('quarantines any row that a broken response can hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (row) => {
        await database.db.execute(sql`truncate quarantine`)
        await write(downloads(1), refused(row))
        expect(await count('quarantine')).toBe(1)
      }),
      {
        numRuns: 50,
        examples: [['\u0000'], [{ '\u0000': '\ud800' }], ['\udc00 alone'], ['\\u0000'], [null]],
      },
    )
  })
})

describe('text that the database cannot hold', () => {
  it('is stored with replacement characters, and two keys that become one are one row', async () => {
    const [version] = versions(1)
    if (version === undefined) throw new Error('expected a version')
    const named = ['v\0', 'v\ud800', 'v\ufffd'].map((versionId) => ({
      ...version,
      versionId,
      versionName: 'a\0b',
    }))
    expect(await write({ version_stats: named })).toEqual({ written: 1 })
    const stored = sql`select version_id, version_name from version_stats`
    expect(await database.select(stored)).toEqual([{ version_id: 'v\ufffd', version_name: 'a\ufffdb' }])
  })
})

describe('an unavailable database', () => {
  const unreachable = async () =>
    openDatabase(`postgresql://nobody:secret@127.0.0.1:${await freePort()}/none`, () => undefined)

  it('names an unavailable database when the retry budget is spent, without the password', async () => {
    const handle = await unreachable()
    const retryBudget = { ms: 300, signal: new AbortController().signal }
    const failure: unknown = await writeRows(handle.db, downloads(1), options({ retryBudget })).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ type: 'DatabaseUnavailable' })
    expect(String(failure)).not.toContain('secret')
    await handle.close()
  })

  it('ends the wait for the database when the activity is cancelled', async () => {
    const handle = await unreachable()
    const cancelling = new AbortController()
    const retryBudget = { ms: 3_600_000, signal: cancelling.signal }
    const writing = writeRows(handle.db, downloads(1), options({ retryBudget }))
    const outcome = expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    setTimeout(() => {
      cancelling.abort()
    }, 100)
    await outcome
    await handle.close()
  })

  it('a write whose connection breaks in its middle is stored once the database is back', async () => {
    const name = new URL(database.url).pathname.slice(1)
    const handle = openDatabase(database.url, () => undefined)
    const retryBudget = { ms: 60_000, signal: new AbortController().signal }
    const { writing } = await database.db.transaction(async (tx) => {
      await tx.execute(sql`lock table daily_stats in access exclusive mode`)
      const begun = writeRows(handle.db, downloads(5), options({ retryBudget }))
      const waiting = sql`from pg_stat_activity where datname = ${name} and wait_event_type = 'Lock'`
      // Outside the transaction, which sees one picture of the server's activity.
      while ((await database.select(sql`select pg_terminate_backend(pid) ${waiting}`)).length === 0);
      return { writing: begun }
    })
    expect(await writing).toEqual({ written: 1 })
    expect(await stored()).toMatchObject({ value: 5 })
    await handle.close()
  })
})
