/** Data sets over HTTP: pages, series and files show what is stored. */
import { sql } from 'drizzle-orm'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataSetList } from '../../../api/data/list.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { until } from '../../support/until.ts'

const DAYS = 40

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ schedules: false })
  const { db } = api.stack.database
  await db.execute(
    sql`insert into mods (modrinth, curseforge_id, tracked) values ('createnuclear', 989797, true), ('=1+1', 5, true)`,
  )
  await db.execute(sql`
    insert into daily_stats (date, platform, mod_id, total_downloads, followers, observed_at, run_id)
    select date '2026-01-01' + d, p, m, 1000 * m + d, case when p = 'modrinth' then d end, timestamptz '2026-01-01 10:00Z' + d * interval '1 day', 'run-' || d
    from generate_series(0, ${DAYS - 1}) d, unnest('{modrinth,curseforge}'::text[]) p, generate_series(1, 2) m`)
})
afterAll(async () => {
  await api.stop()
})

interface Page {
  rows: Record<string, unknown>[]
  next: string | null
}
const page = async (query: string) => (await api.get(`/api/data/mod-stats/daily-stats${query}`)).body as Page

describe('the rows of a data set', () => {
  it('come newest first, page by page, each once', async () => {
    const found: Record<string, unknown>[] = []
    let next: string | null = null
    do {
      const answer: Page = await page(`?limit=7${next === null ? '' : `&after=${next}`}`)
      found.push(...answer.rows)
      next = answer.next
    } while (next !== null)
    expect(found).toHaveLength(DAYS * 4)
    expect(new Set(found.map(({ date, mod, platform }) => [date, mod, platform].join())).size).toBe(DAYS * 4)
    const dates = found.map(({ date }) => String(date))
    expect(dates).toEqual(dates.toSorted().reverse())
    expect(found[0]).toEqual({
      date: '2026-02-09',
      mod: 'createnuclear',
      platform: 'modrinth',
      total_downloads: 1039,
      followers: 39,
      versions_count: null,
      thumbs_up: null,
      observed_at: '2026-02-09T10:00:00.000Z',
      run_id: 'run-39',
    })
  })

  it('are selected by filters and by time', async () => {
    const { rows } = await page('?mod=%3D1%2B1&platform=curseforge&from=2026-01-03&to=2026-01-05')
    expect(rows.map(({ date, total_downloads }) => [date, total_downloads])).toEqual([
      ['2026-01-05', 2004],
      ['2026-01-04', 2003],
      ['2026-01-03', 2002],
    ])
  })

  it.each([
    ['?platfrom=modrinth', '"platfrom" is no parameter here. Did you mean "platform"?'],
    ['?from=yesterday', 'from: expected a day such as 2026-11-01.'],
    ['?limit=0', 'limit: '],
    [
      '?columns=date,follower',
      'columns: "follower" is no column here. Did you mean "followers"? There are date, mod,',
    ],
    ['?after=abc', '"after" is no cursor of this data set'],
  ])('refuse %s in words', async (query, says) => {
    const { status, body } = await api.get(`/api/data/mod-stats/daily-stats${query}`)
    expect(status).toBe(400)
    expect(body).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 })
    expect((body as { detail: string }).detail).toContain(says)
  })

  it('come page by page with the columns asked for alone, also without those that order them', async () => {
    const found: Record<string, unknown>[] = []
    let next: string | null = null
    do {
      const answer: Page = await page(
        `?columns=total_downloads,platform&limit=50${next === null ? '' : `&after=${next}`}`,
      )
      found.push(...answer.rows)
      next = answer.next
    } while (next !== null)
    expect(found).toHaveLength(DAYS * 4)
    expect(new Set(found.map((row) => Object.keys(row).join()))).toEqual(
      new Set(['total_downloads,platform']),
    )
    expect(found[0]).toEqual({ total_downloads: 1039, platform: 'modrinth' })
  })

  it('take a quote for a part of a name', async () => {
    expect((await page(`?mod=${encodeURIComponent(`x' or '1'='1`)}`)).rows).toEqual([])
  })
})

describe('a query that the database ends', () => {
  it('is told as such, without the advice to start a server or to ask again at once', async () => {
    const { db } = api.stack.database
    const waiting = sql`select pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%daily_stats%'`
    const response = await db.transaction(async (tx) => {
      await tx.execute(sql`lock table daily_stats in access exclusive mode`)
      const asked = fetch(`${api.server.address}/api/data/mod-stats/daily-stats`)
      await until(async () => (await db.execute(waiting)).rows.length > 0)
      return asked
    })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, null])
    expect(await response.json()).toMatchObject({
      detail:
        'The database ended the query, which may take 30 s: select fewer rows, such as by "from" and "to".',
    })
  })
})

describe('the series of a column', () => {
  it('keeps the smallest and largest value of each bucket, as coarse as the points ask for', async () => {
    const { body } = await api.get(
      '/api/data/mod-stats/daily-stats/series?value=total_downloads&by=platform&mod=createnuclear&points=10',
    )
    const { step_seconds, points } = body as { step_seconds: number; points: Record<string, unknown>[] }
    expect(step_seconds).toBe(7 * 86_400)
    expect(new Set(points.map(({ line }) => line))).toEqual(new Set(['modrinth', 'curseforge']))
    const whole = points.filter(({ line, rows }) => line === 'modrinth' && rows === 7)
    for (const { min, max, mean, last } of whole)
      expect([max, mean, last]).toEqual([Number(min) + 6, Number(min) + 3, max])
  })

  it('has a line for each combination of several columns, and of many the first hundred', async () => {
    const series = '/api/data/mod-stats/daily-stats/series?value=total_downloads'
    const { body } = await api.get(`${series}&by=mod,platform&mod=createnuclear`)
    expect(body).toMatchObject({ lines: 2, points: expect.arrayContaining([]) as unknown[] })
    expect(new Set((body as { points: { line: string }[] }).points.map(({ line }) => line))).toEqual(
      new Set(['createnuclear · curseforge', 'createnuclear · modrinth']),
    )
    const { db } = api.stack.database
    await db.execute(sql`
      insert into mods (modrinth, tracked) select 'many-' || lpad(n::text, 3, '0'), false from generate_series(1, 150) n`)
    await db.execute(sql`
      insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
      select '2026-02-01', 'elsewhere', id, 1, now() - interval '1 day', 'many' from mods where modrinth like 'many-%'`)
    const { body: many } = await api.get(`${series}&by=mod&platform=elsewhere`)
    const { lines, points } = many as { lines: number; points: { line: string }[] }
    expect([lines, points.length, points.at(-1)?.line]).toEqual([150, 100, 'many-100'])
    await db.execute(sql`delete from daily_stats where run_id = 'many'`)
    await db.execute(sql`delete from mods where modrinth like 'many-%'`)
  })

  it('has no bucket shorter than a day for a column of days', async () => {
    const { body } = await api.get(
      '/api/data/mod-stats/daily-stats/series?value=followers&from=2026-01-03&to=2026-01-03',
    )
    expect(body).toMatchObject({ step_seconds: 86_400, points: [{ min: 2, max: 2, rows: 4 }] })
  })
})

describe('rows with moments and large ids', () => {
  it('are selected by a day, which holds all of its hours in UTC', async () => {
    const { db } = api.stack.database
    await db.execute(sql`
      insert into candles ("timestamp", crypto, source, open, high, low, close, volume, observed_at, run_id)
      select timestamptz '2026-01-02 00:00Z' + n * interval '1 hour', 'x', 'binance', 1, 1, 1, 1, 1,
        timestamptz '2026-01-04 00:00Z', 'hours' from generate_series(-3, 26) n`)
    const { body } = await api.get('/api/data/crypto-forecast/candles?crypto=x&from=2026-01-02&to=2026-01-02')
    const times = (body as Page).rows.map(({ timestamp }) => timestamp)
    expect([times.length, times.at(-1), times[0]]).toEqual([
      24,
      '2026-01-02T00:00:00.000Z',
      '2026-01-02T23:00:00.000Z',
    ])
    await db.execute(sql`delete from candles where run_id = 'hours'`)
  })

  it('are paged by ids as large as numbers are exact', async () => {
    const { db } = api.stack.database
    await db.execute(sql`
      insert into matches (timestamp_utc, event_id, feed, league, team1, team2, state, last_seen_at, observed_at, run_id)
      select timestamptz '2026-01-02 00:00Z', 9007199254740990 + n, 'https://feed', 'L', 'A', 'B', 'seen',
        timestamptz '2026-01-02 00:00Z', timestamptz '2026-01-02 00:00Z', 'large' from generate_series(0, 1) n`)
    const set = '/api/data/match-results/matches?limit=1'
    const first = (await api.get(set)).body as Page
    const second = (await api.get(`${set}&after=${first.next}`)).body as Page
    expect(new Set([first, second].map(({ rows }) => rows[0]?.['event_id']))).toEqual(
      new Set([9007199254740990, 9007199254740991]),
    )
    expect(await api.get(`${set}&event_id=9007199254740993`)).toMatchObject({ status: 400 })
    await db.execute(sql`delete from matches where run_id = 'large'`)
  })
})

it('a run whose name has a NUL is refused', async () => {
  expect((await api.get('/api/runs/%00')).status).toBe(400)
  expect((await api.get('/api/runs?after=%00')).status).toBe(400)
})

describe('an export', () => {
  it('is refused while four run, whose readers may be slow, and pages go on', async () => {
    const { db } = api.stack.database
    await db.execute(sql`
      insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
      select date '1990-01-01' + n, 'slow', 1, n, now() - interval '1 day', 'slow' || repeat('.', 2500) from generate_series(0, 9999) n`)
    const slow = await Promise.all(Array.from({ length: 4 }, () => file('csv')))
    const refused = await file('csv')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
    expect((await api.get('/api/runs')).status).toBe(200)
    for (const { body } of slow) await body?.cancel()
    await until(async () => (await file('csv', '&platform=modrinth')).status === 200)
    await db.execute(sql`delete from daily_stats where platform = 'slow'`)
  })

  const file = async (format: string, query = '') =>
    fetch(`${api.server.address}/api/data/mod-stats/daily-stats/export?format=${format}${query}`)

  it('as CSV has every row, and a name that a spreadsheet would calculate is marked', async () => {
    const response = await file('csv')
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="daily-stats_\d{4}-\d\d-\d\d\.csv"$/,
    )
    const [head, ...lines] = (await response.text()).trim().split('\n')
    expect(head).toBe(
      'date,mod,platform,total_downloads,followers,versions_count,thumbs_up,observed_at,run_id',
    )
    expect(lines).toHaveLength(DAYS * 4)
    expect(lines).toContain(`2026-01-01,'=1+1,curseforge,2000,,,,2026-01-01T10:00:00.000Z,run-0`)
  })

  it('as JSON lines has every row', async () => {
    const lines = (await (await file('ndjson', '&platform=modrinth')).text()).trim().split('\n')
    expect(lines).toHaveLength(DAYS * 2)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      date: '2026-02-09',
      mod: 'createnuclear',
      followers: 39,
    })
  })

  it('as Parquet is read back with its types', async () => {
    const bytes = await (await file('parquet', '&mod=createnuclear')).arrayBuffer()
    const rows = await parquetReadObjects({ file: bytes })
    expect(rows).toHaveLength(DAYS * 2)
    expect(rows[0]).toMatchObject({
      date: new Date('2026-02-09'),
      mod: 'createnuclear',
      total_downloads: 1039n,
      followers: 39n,
      observed_at: new Date('2026-02-09T10:00:00Z'),
    })
    expect(rows[0]?.['thumbs_up'] ?? null).toBeNull()
  })
})

describe('an export of some columns', () => {
  const file = async (query: string) => {
    const response = await fetch(
      `${api.server.address}/api/data/mod-stats/daily-stats/export?mod=createnuclear&${query}`,
    )
    expect(response.status).toBe(200)
    return response
  }

  it('has them in the order asked for, in every format', async () => {
    const csv = (await (await file('format=csv&columns=followers,date')).text()).split('\n')
    expect(csv.slice(0, 2)).toEqual(['followers,date', '39,2026-02-09'])
    const json = (await (await file('format=ndjson&columns=followers,date')).text()).split('\n')
    expect(json[0]).toBe('{"followers":39,"date":"2026-02-09"}')
    const rows = await parquetReadObjects({
      file: await (await file('format=parquet&columns=date,mod')).arrayBuffer(),
    })
    expect(rows[0]).toEqual({ date: new Date('2026-02-09'), mod: 'createnuclear' })
  })
})

describe('the server', () => {
  it('refuses a name that is not its own, as of a rebound one', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      request(`${api.server.address}/api/data`, { headers: { host: 'evil.example' } }, (response) => {
        resolve(response.statusCode)
        response.resume()
      })
        .once('error', reject)
        .end()
    })
    expect(status).toBe(421)
  })

  it('describes every route as OpenAPI 3.1', async () => {
    const { body } = await api.get('/api/openapi.json')
    const { openapi, paths } = body as { openapi: string; paths: Record<string, unknown> }
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths)).toContain('/api/data/mod-stats/daily-stats/export')
  })

  it('lists the data sets with the meaning of each column', async () => {
    const { body } = await api.get('/api/data')
    const { data_sets } = body as {
      data_sets: { name: string; columns: { name: string; meaning: string }[] }[]
    }
    expect(data_sets.map(({ name }) => name)).toContain('daily-stats')
    for (const { columns } of data_sets) for (const { meaning } of columns) expect(meaning).not.toBe('')
  })

  it("says what rows and columns mean in the reader's language", async () => {
    const headers = { 'accept-language': 'fr-CA,fr;q=0.9,en;q=0.5' }
    const response = await fetch(`${api.server.address}/api/data`, { headers })
    const { data_sets } = (await response.json()) as DataSetList
    const growth = data_sets.find(({ name }) => name === 'daily-growth')
    expect(growth?.row).toBe('un jour d’un mod sur une plateforme, avec le jour enregistré qui le précède')
    expect(growth?.columns.find(({ name }) => name === 'growth')).toMatchObject({
      meaning: 'Téléchargements depuis `previous_day`\u202F; vide le premier jour',
      unit: 'téléchargements',
    })
  })
})

it('checks begin with those that found something, whenever they did, and are selected by it', async () => {
  await api.stack.database.db.execute(sql`
    insert into check_results (run_id, pipeline, table_name, name, subject, checked_at, passed, found)
    select 'run-' || n, 'mod-stats', 'daily_stats', 'no-gap', '', timestamptz '2026-01-01 10:00Z' + n * interval '1 hour', n <> 2, 0
    from generate_series(1, 4) n`)
  const runs = async (query: string) => {
    const { body } = await api.get(`/api/data/stack/checks${query}`)
    const { rows, next } = body as Page
    return { runs: rows.map(({ run_id }) => run_id), next }
  }
  const first = await runs('?limit=2')
  expect(first.runs).toEqual(['run-2', 'run-4'])
  expect((await runs(`?limit=2&after=${first.next ?? ''}`)).runs).toEqual(['run-3', 'run-1'])
  expect((await runs('?soundness=unsound')).runs).toEqual(['run-2'])
})
