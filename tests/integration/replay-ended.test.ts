/** A replay that does not end well: it is interrupted, finds nothing that it could read, or begins beside another one. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { replayStored } from '../../client/replay.ts'
import { closeRun } from '../../db/queries/runs.ts'
import { writeRows } from '../../db/write-rows.ts'
import { startDatabaseApi, type DatabaseApi } from '../support/api.ts'
import { command, startCommand } from '../support/command.ts'
import { runAt } from '../support/crypto-forecast/activity-context.ts'
import { until } from '../support/until.ts'

let api: DatabaseApi
let env: Record<string, string>
beforeAll(async () => {
  api = await startDatabaseApi()
  env = {
    DATABASE_URL: api.database.url,
    // Nothing listens there.
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    DATA_DIR: api.config.dataDir,
  }
})
afterAll(() => api.stop())
beforeEach(async () => {
  await api.database.db.execute(
    sql`truncate fear_greed_index, pipeline_runs, raw_payloads, quarantine restart identity`,
  )
})

const retryBudget = { ms: 1_000, signal: new AbortController().signal }

/** A run of the past whose stored response has one day of the index, with this value. */
async function plantDay(date: string, value: unknown): Promise<void> {
  const observedAt = new Date(`${date}T00:09:00Z`)
  const { db } = api.database
  const timestamp = String(Date.parse(date) / 1_000)
  const body = JSON.stringify({ data: [{ value, value_classification: 'Fear', timestamp }] })
  await closeRun(db, runAt(`${date}T00:05:00Z`, `of-${date}`), { outcome: 'partial', counts: {} }, observedAt)
  const raw = [{ source: 'fear-greed', url: 'https://api.alternative.me/fng/', body, observedAt }]
  await writeRows(db, {}, { observedAt, runId: `of-${date}`, raw, retryBudget })
}

const DAYS = ['2026-03-29', '2026-03-30', '2026-03-31']
const storedDays = async () =>
  (
    await api.database.select<{ date: string }>(sql`select date::text from fear_greed_index order by date`)
  ).map(({ date }) => date)
const replays = () =>
  api.database.select(
    sql`select outcome, error_type from pipeline_runs where trigger = 'replay' order by started_at`,
  )

it('that is interrupted says what it wrote, and the same command again writes the rest and recomputes', async () => {
  for (const date of DAYS) await plantDay(date, '31')
  const replay = await api.database.db.transaction(async (tx) => {
    // The second run of the past waits for this row.
    await tx.execute(sql`insert into fear_greed_index (date, value, classification, observed_at, run_id)
      values ('2026-03-30', 1, 'Fear', timestamptz '2026-03-01', 'other')`)
    const started = startCommand(['quarantine', 'replay', '--write'], env)
    await until(async () => {
      const waiting = await api.database.select(
        sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return waiting.length > 0 ? waiting : undefined
    })
    started.kill('SIGINT')
    await started.said(/ending after what is being read/)
    return started
  })
  const ended = await replay.ended
  expect(await storedDays()).toEqual(DAYS.slice(0, 2))
  expect(ended.stdout).toMatch(/fear-greed +2 +fear_greed_index +2 +2 +0 +0\n/)
  expect(ended.stdout).toContain('ended before everything was read: what is listed is written')
  expect(ended.stdout).toContain('run crypto-forecast --input derive=true')
  expect(ended.code).toBe(130)
  expect(await replays()).toEqual([{ outcome: 'interrupted', error_type: 'replay-cut' }])

  const again = await command(['quarantine', 'replay', '--write'], env)
  expect(again.stdout).toMatch(/fear-greed +3 +fear_greed_index +3 +1 +0 +0\n/)
  expect(await storedDays()).toEqual(DAYS)
  // One that was killed had no word left: what it wrote is recomputed from by the next, which has nothing to write.
  const third = await command(['quarantine', 'replay', '--write'], env)
  expect(third.stdout).toMatch(/fear-greed +3 +fear_greed_index +3 +0 +0 +0\n/)
  expect(third.stdout).toContain('run crypto-forecast --input derive=true')
  expect(third.code).toBe(0)
})

it('that finds nothing in its range says so, and fails', async () => {
  await plantDay('2026-03-29', '31')
  const found = await command(['quarantine', 'replay', '--since', '2026-04-01'], env)
  expect(found.stdout).toBe(
    'nothing is stored that was observed since 2026-04-01 00:00 UTC and could be read again\n',
  )
  expect(found.code).toBe(1)
  const told = await command(['quarantine', 'replay', '--since', '2026-04-01', '--json'], env)
  expect(JSON.parse(told.stdout)).toMatchObject({ nothing: { code: 'replay-nothing-since' } })
})

it('that can read no row of any response fails, in its record and to those who asked for it', async () => {
  await plantDay('2026-03-29', [])
  await plantDay('2026-03-30', [])
  const found = await command(['quarantine', 'replay', '--write'], env)
  expect(found.stdout).toContain(
    'nothing could be read: 2 stored responses gave no row, 2 rows rejected again',
  )
  expect(found.stdout).not.toContain('derive=true')
  expect(found.code).toBe(1)
  expect(await replays()).toMatchObject([{ outcome: 'failed' }])
  await fetch(`${api.address}/api/quarantine/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  const answer = await until(async () => {
    const response = await fetch(`${api.address}/api/quarantine/replay`)
    const { replay } = (await response.json()) as { replay: { state: string } }
    return replay.state === 'running' ? undefined : replay
  })
  expect(answer).toMatchObject({
    state: 'failed',
    code: 'replay-nothing-read',
    why: 'nothing could be read: 2 stored responses gave no row, 2 rows rejected again',
    sources: [{ source: 'fear-greed', still_rejected: 2 }],
  })
})

it('has an id of its own, beside one that begins at the same moment', async () => {
  await plantDay('2026-03-29', '31')
  const all = await Promise.all([1, 2, 3].map(() => replayStored(api.database, api.config, { write: true })))
  expect(new Set(all.flatMap(({ runs }) => runs.map(({ workflowId }) => workflowId))).size).toBe(3)
})
