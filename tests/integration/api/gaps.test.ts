/** Gaps over HTTP: what is expected and present of stored rows, and what a backfill of the gaps would request. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gaps } from '../../../api/gaps/gaps-schema.ts'
import type { BackfillPreview } from '../../../api/pipelines/backfill.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi({
    'mod-stats': { mods: [{ modrinth: 'createnuclear', curseforge: 989797 }] },
    'crypto-forecast': { coins: [{ id: 'bitcoin', code: 'BTC' }], history_days: 3_650 },
    'match-results': { enabled: false, every_minutes: 30 },
  })
  const { db } = api.database
  await db.execute(
    sql`insert into mods (modrinth, curseforge_id, tracked) values ('createnuclear', 989797, true)`,
  )
  // Two days of ten are missing on one platform; the other has been there for a day.
  await db.execute(sql`
    insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
    select date '2026-03-01' + d, 'modrinth', 1, 100 + d, now(), 'r' from generate_series(0, 9) d where d not in (4, 5)
    union all select date '2026-03-10', 'curseforge', 1, 5, now(), 'r'`)
  // Of two days: five hours in the middle are missing, one of which the exchange does not have; another source fills none.
  await db.execute(sql`
    insert into candles ("timestamp", crypto, source, close, observed_at, run_id)
    select timestamptz '2026-03-01 00:00Z' + h * interval '1 hour', 'bitcoin', 'binance', 1, now(), 'r'
    from generate_series(0, 47) h where h not between 20 and 24
    union all select timestamptz '2026-03-01 21:00Z', 'bitcoin', 'coingecko', 1, now(), 'r'`)
  await db.execute(sql`
    insert into known_gaps ("timestamp", crypto, source, reason, observed_at, run_id)
    values ('2026-03-01 20:00Z', 'bitcoin', 'binance', 'outage', now(), 'r')`)
  await db.execute(sql`
    insert into pipeline_run_hours (pipeline, hour, runs, fetched, written, rejected)
    values ('match-results', '2026-03-01 10:00Z', 2, 9, 9, 0), ('match-results', '2026-03-01 12:00Z', 1, 9, 9, 0)`)
  await db.execute(sql`
    insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
    select 'p' || n, 'w' || n, 'match-results', 'schedule', timestamptz '2026-03-01 12:30Z' + n * interval '30 minutes', now(),
      case n when 2 then 'failed' else 'complete' end
    from generate_series(0, 3) n`)
})
afterAll(async () => {
  await api.stop()
})

const ask = async (path: string): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${api.address}${path}`)
  return { status: response.status, body: await response.json() }
}
const gapsOf = async (pipeline: string, days = 'from=2026-03-01&to=2026-03-10') => {
  const { status, body } = await ask(`/api/gaps?pipeline=${pipeline}&${days}`)
  expect(status, JSON.stringify(body)).toBe(200)
  const [found] = (body as Gaps).pipelines
  if (found === undefined) throw new Error(`no gaps of ${pipeline}`)
  return found
}
const lineOf = ({ calendars }: Gaps['pipelines'][number], set: string, line: string) => {
  const found = calendars.find(({ data_set }) => data_set === set)?.lines.find((one) => one.line === line)
  if (found === undefined) throw new Error(`no line ${line} of ${set}`)
  return found
}

describe('the calendar', () => {
  it('of days has each from the first row on, and the missing ones', async () => {
    const found = await gapsOf('mod-stats')
    const modrinth = lineOf(found, 'daily-stats', 'modrinth')
    expect(modrinth.since).toBe('2026-03-01T00:00:00.000Z')
    const stored = await api.database.select<{ day: string; present: number }>(sql`
      select to_char(day, 'YYYY-MM-DD') as day, count(s.date)::int as present
      from generate_series(date '2026-03-01', date '2026-03-10', interval '1 day') day
      left join daily_stats s on s.date = day and s.platform = 'modrinth' group by day order by day`)
    expect(modrinth.days.map(({ day, present }) => ({ day, present }))).toEqual(stored)
    expect(modrinth.days.every(({ expected }) => expected === 1)).toBe(true)
    expect(modrinth.missing).toEqual([
      { from: '2026-03-05T00:00:00.000Z', to: '2026-03-07T00:00:00.000Z', intervals: 2 },
    ])
    expect(modrinth.missing_intervals).toBe(2)
    expect(lineOf(found, 'daily-stats', 'curseforge')).toMatchObject({
      since: '2026-03-10T00:00:00.000Z',
      days: [{ day: '2026-03-10', expected: 1, present: 1 }],
      missing: [],
    })
    expect(found.backfill).toBeNull()
    expect(found.no_backfill).toContain('its upstreams report only current counts')
  })

  it('of hours counts those of the source alone, and excuses what it does not have', async () => {
    const found = await gapsOf('crypto-forecast', 'from=2026-03-01&to=2026-03-02')
    expect(lineOf(found, 'candles', 'bitcoin')).toMatchObject({
      days: [
        { day: '2026-03-01', expected: 23, present: 20, excused: 1 },
        { day: '2026-03-02', expected: 24, present: 23, excused: 0 },
      ],
      missing: [{ from: '2026-03-01T21:00:00.000Z', to: '2026-03-02T01:00:00.000Z', intervals: 4 }],
      missing_intervals: 4,
    })
    expect(lineOf(found, 'fear-greed', '')).toMatchObject({ since: null, days: [], missing: [] })
    expect(found).toMatchObject({
      backfill: { service: 'Binance', first_day: '2017-08-17' },
      no_backfill: null,
    })
  })

  it('of a pipeline that is off ends with its rows; polls are those that were answered, also of summed records', async () => {
    const found = await gapsOf('match-results')
    const [calendar] = found.calendars
    expect(calendar).toMatchObject({ data_set: 'poll-hours', every: 'hour', per_interval: 2, by: null })
    expect(lineOf(found, 'poll-hours', '')).toMatchObject({
      since: '2026-03-01T10:00:00.000Z',
      days: [{ day: '2026-03-01', expected: 10, present: 6 }],
      missing: [
        { from: '2026-03-01T13:00:00.000Z', to: '2026-03-01T15:00:00.000Z', intervals: 2 },
        { from: '2026-03-01T11:00:00.000Z', to: '2026-03-01T12:00:00.000Z', intervals: 1 },
      ],
    })
  })

  it('reaches to now without being asked for days, and lets a day end before it is missed', async () => {
    const asked = new Date().toISOString().slice(0, 10)
    const { body } = await ask('/api/gaps')
    const { to, pipelines } = body as Gaps
    expect(to >= asked).toBe(true)
    const [first] = pipelines
    if (first === undefined) throw new Error('no pipeline')
    const { days } = lineOf(first, 'daily-stats', 'modrinth')
    // Of the 90 days, today is not over, and the run after yesterday may be going on.
    expect([88, 89]).toContain(days.length)
    expect(days.every(({ expected, present }) => expected === 1 && present === 0)).toBe(true)
    expect(days.some(({ day }) => day === to)).toBe(false)
  })

  it.each([
    ['?from=yesterday', 'from: expected a day such as 2026-11-01.'],
    ['?to=0001-01-01', 'to: expected a day from 1970-01-01 on.'],
    ['?from=2026-03-02&to=2026-03-01', 'from 2026-03-02 lies after to 2026-03-01.'],
    ['?from=2020-01-01&to=2026-01-01', '2193 days from 2020-01-01 to 2026-01-01; ask for 366 at most.'],
    ['?pipline=mod-stats', 'Did you mean "pipeline"?'],
  ])('refuses %s in words', async (query, says) => {
    const { status, body } = await ask(`/api/gaps${query}`)
    expect(status).toBe(400)
    expect((body as { detail: string }).detail).toContain(says)
  })
})

describe('the preview of a backfill', () => {
  const preview = (query: string) => ask(`/api/pipelines/crypto-forecast/backfill?${query}`)

  it('counts what is missing as the calendar does, and the requests', async () => {
    const { status, body } = await preview('from=2026-03-01&to=2026-03-02&only_missing=true')
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body).toEqual({
      params: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T23:59:59.999Z', onlyMissing: true },
      from: '2026-03-01T00:00:00.000Z',
      to: '2026-03-03T00:00:00.000Z',
      is_cut: false,
      is_due: true,
      service: 'Binance',
      period: 'hour',
      subject: 'coin',
      parts: [{ of: 'bitcoin', periods: 48, stored: 43, missing: 4, excused: 1, requests: 1 }],
    } satisfies BackfillPreview)
  })

  it('has nothing to do where nothing is missing', async () => {
    const { body } = await preview('from=2026-03-01T00:00:00Z&to=2026-03-01T19:00:00Z&only_missing=true')
    expect(body).toMatchObject({ is_due: false, parts: [{ missing: 0, requests: 0 }] })
  })

  it.each([
    ['from=2017-08-16', 'from 2017-08-16: Binance has candles from 2017-08-17 on; begin there.'],
    ['from=yesterday', 'from "yesterday": expected a day (2026-11-01) or a moment'],
    ['from=2026-03-02&to=2026-03-01', 'from 2026-03-02 lies after to 2026-03-01.'],
    ['to=2026-03-01', 'from: '],
  ])('refuses %s in words', async (query, says) => {
    const { status, body } = await preview(query)
    expect(status).toBe(400)
    expect((body as { detail: string }).detail).toContain(says)
  })
})
