/** Polls of which a broken parser read nothing are read again, and the matches follow from them as if it never broke. */
import { gunzipSync } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { replayStored } from '../../../client/replay.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { expectReadAgain, type LostRows } from '../../support/lost-rows.ts'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'

/** Matches of the simulator last some ten minutes: some begin, end and get their result. */
const MINUTES = 40

let minutes: MatchMinutes
beforeAll(async () => {
  minutes = await startMatchMinutes()
  for (let passed = 0; passed < MINUTES; passed++) await minutes.minute()
})
afterAll(() => minutes.stop())

const told = (kind: string) => sql`
  update feed_polls set told = '[]', unread = (select jsonb_agg(seen->'eventId') from jsonb_array_elements(told) seen)
  where kind = ${kind}`

const matches = sql`
  select to_jsonb(m) - '{id,run_id,created_at,observed_at,updated_at}'::text[] as match, observations
  from matches m cross join lateral (
    select jsonb_agg(to_jsonb(o) - '{run_id,observed_at}'::text[] order by at, source) as observations
    from match_observations o where o.event_id = m.event_id
  ) own order by event_id`

const FOLLOWED_ANEW = [
  sql`delete from match_observations`,
  sql`delete from matches`,
  sql`update feed_polls set followed_at = null`,
]

const LOST: LostRows[] = [
  {
    source: 'onexbet',
    rows: matches,
    losing: [told('feed'), ...FOLLOWED_ANEW],
    rejected: (url, body) =>
      url.includes('Get1x2')
        ? (JSON.parse(body) as { Value: { O2?: string }[] }).Value.filter(({ O2 }) => O2)
        : [],
    derive: () => minutes.derive(),
  },
  {
    source: 'onexbet-results',
    rows: matches,
    losing: [told('results'), ...FOLLOWED_ANEW],
    rejected: (url, body) =>
      url.includes('/v3/games') ? (JSON.parse(body) as { items: unknown[] }).items : [],
    derive: () => minutes.derive(),
  },
]

it.each(LOST)('$source', async (lost) => {
  await expectReadAgain(minutes, lost)
})

it('changes no poll that was read well', async () => {
  const { database, config } = minutes
  for (const source of ['onexbet', 'onexbet-results']) {
    const { sources } = await replayStored(database, config, { source, write: false })
    expect(sources).toMatchObject([{ tables: [{ table: 'feed_polls', added: 0, changed: 0 }] }])
  }
})

it('reads a rejected event alone where its response is gone, and changes nothing else of its poll', async () => {
  const { database, config } = minutes
  const [newest] = await database.select<{ run_id: string; body: Buffer }>(sql`
    select run_id, body from raw_payloads where source = 'onexbet' order by observed_at desc limit 1`)
  const { run_id: runId = '', body = Buffer.of() } = newest ?? {}
  const { Value: events } = JSON.parse(gunzipSync(body).toString()) as { Value: { I: number; O2?: string }[] }
  const event = events.find(({ O2 }) => O2 !== undefined)
  expect(event).toBeDefined()
  const { db } = database
  const ofRun = sql`kind = 'feed' and collected_for = (select started_at from pipeline_runs where run_id = ${runId})`
  const pollNow = () =>
    database.select(sql`
      select unread, jsonb_array_length(told) as events, told @> jsonb_build_array(jsonb_build_object('eventId', ${event?.I}::bigint)) as "isTold"
      from feed_polls where ${ofRun}`)
  const before = await pollNow()
  expect(before).toMatchObject([{ unread: [], isTold: true }])
  await db.execute(sql`update feed_polls set unread = jsonb_build_array(${event?.I}::bigint),
    told = (select jsonb_agg(seen) from jsonb_array_elements(told) seen where (seen->>'eventId')::bigint <> ${event?.I})
    where ${ofRun}`)
  await db.execute(
    sql`update raw_payloads set source = 'aside' where source = 'onexbet' and run_id = ${runId}`,
  )
  const rejected = [{ source: 'onexbet', reason: 'expected string', row: event }]
  const retryBudget = { ms: 1_000, signal: new AbortController().signal }
  await writeRows(db, {}, { observedAt: new Date(), runId, rejected, retryBudget })
  const { sources } = await replayStored(database, config, { source: 'onexbet', write: true })
  await db.execute(sql`update raw_payloads set source = 'onexbet' where source = 'aside'`)
  expect(sources).toMatchObject([{ mended: 1, tables: [{ rows: MINUTES, added: 0, changed: 1 }] }])
  expect(await pollNow()).toEqual(before)
})
