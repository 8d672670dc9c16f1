/** Rows that a broken parser would not have made: they are taken away, their source's rows rejected, and read again. */
import { gunzipSync } from 'node:zlib'
import { sql, type SQL } from 'drizzle-orm'
import { expect } from 'vitest'
import { writeRows } from '../../db/write-rows.ts'
import { replayStored } from '../../client/replay.ts'
import type { Config } from '../../config/load-config.ts'
import type { Simulator } from '../../simulator/server.ts'
import type { TestDatabase } from './database.ts'

/** What a source gave, and how a broken parser leaves it. */
export interface LostRows {
  source: string
  /** Selects the rows as a good parser has stored them. */
  rows: SQL
  /** Takes rows or values away. */
  losing: SQL[]
  /** Condition of stored responses that are not there for this replay. Default: all are. */
  without?: SQL
  /** Rows of a stored response that were rejected; none if it is of another source. */
  rejected: (url: string, body: string) => unknown[]
  /** Computes what is derived from the rows, after they were lost and after the replay. Default: nothing is. */
  derive?: () => Promise<unknown>
}

/** Where they came from. */
export interface LostFrom {
  database: TestDatabase
  config: Config
  simulator: Simulator
}

const ASIDE = 'aside'

/** Loses the rows, replays the source, and expects them back; the simulator must see no request. */
export async function expectReadAgain(
  where: LostFrom,
  { without = sql`false`, ...lost }: LostRows,
): Promise<void> {
  const { db } = where.database
  await db.execute(sql`update raw_payloads set source = ${ASIDE} || source where ${without}`)
  try {
    await expectWhole(where, lost)
  } finally {
    await db.execute(sql`update raw_payloads set source = substr(source, ${ASIDE.length + 1})
      where starts_with(source, ${ASIDE})`)
  }
}

async function expectWhole(
  { database, simulator, config }: LostFrom,
  { source, rows, losing, rejected, derive }: Omit<LostRows, 'without'>,
): Promise<void> {
  const whole = await database.select(rows)
  expect(whole.length).toBeGreaterThan(0)
  const payloads = await database.select<{ url: string; body: Buffer; run_id: string; at: string }>(
    sql`select url, body, run_id, observed_at as at from raw_payloads order by observed_at, hash`,
  )
  let rejectedRows = 0
  for (const { url, body, run_id: runId, at } of payloads) {
    const found = rejected(url, gunzipSync(body).toString())
    rejectedRows += found.length
    await writeRows(
      database.db,
      {},
      {
        observedAt: new Date(at),
        runId,
        rejected: found.map((row) => ({ source, reason: 'expected string', row })),
        retryBudget: { ms: 1_000, signal: new AbortController().signal },
      },
    )
  }
  expect(rejectedRows).toBeGreaterThan(0)
  for (const statement of losing) await database.db.execute(statement)
  await derive?.()
  const left = await database.select(rows)
  expect(left).not.toEqual(whole)
  simulator.requests.clear()

  await replayStored(database, config, { source, write: false })
  expect(await database.select(rows)).toEqual(left)
  const { sources } = await replayStored(database, config, { source, write: true })
  expect(sources).toMatchObject([{ source, why: undefined, unread: [], stillRejected: 0 }])
  expect(sources[0]?.mended).toBeGreaterThan(0)
  await derive?.()
  expect(await database.select(rows)).toEqual(whole)
  expect(
    await database.select(sql`select id from quarantine where source = ${source} and not "row" ? 'doubted'`),
  ).toEqual([])
  expect(simulator.requests.list()).toEqual([])
}
