/** Every page in a real browser, over what runs of all pipelines collected: no fault, and the numbers that SQL has. */
import { readFileSync } from 'node:fs'
import { sql, type SQL } from 'drizzle-orm'
import { parquetReadObjects } from 'hyparquet'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTokens } from '../../../api/access/tokens.ts'
import { assembleApi } from '../../../api/server.ts'
import { startRun } from '../../../client/runs.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { sectionsOfWays } from '../../replay/way.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { faultsOfLayout, hasBrowser, startBrowser, visit, withoutBrowser } from '../../support/browser.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { withoutBubblewrap } from '../../support/library-context/library-stack.ts'

const LIBRARIES = ['sim-finance/quant-lab', 'sim-finance/portfolio-kit']
/** Sizes at which every pipeline stores rows within seconds. */
const SECTIONS = {
  'crypto-forecast': { history_days: 60, coins: [{ id: 'bitcoin', code: 'BTC' }] },
  'library-context': { domains: { finance: { description: 'Finance', source: { list: LIBRARIES } } } },
}
/** Each platform writes it in its own way. */
const MOD = /^Create:? Nuclear$/
/** A busy machine takes seconds for what a person sees at once. */
const PATIENCE_MS = 30_000

let api: TestApi
let worker: RunningWorker
let browser: Browser
const open: Page[] = []

beforeAll(async () => {
  if (!hasBrowser) return
  api = await startTestApi({ schedules: false, sections: { ...(await sectionsOfWays()), ...SECTIONS } })
  worker = await api.stack.startWorker({ dependencies: { contextmaker: withoutBubblewrap() } })
  const runs = PIPELINES.map(async (pipeline) => ({
    id: pipeline.id,
    ...(await endingOf(await startRun(api.stack.client, pipeline, 'manual'))),
  }))
  browser = await startBrowser()
  expect((await Promise.all(runs)).filter(({ outcome }) => outcome !== 'complete')).toEqual([])
})
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close()
})
afterAll(async () => {
  if (!hasBrowser) return
  await browser.close()
  await worker.stop()
  await api.stop()
})

const DESK = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }
const ENGLISH = { locale: 'en-GB', viewport: DESK }

async function visitor(options: Parameters<typeof visit>[2] = ENGLISH, address = api.server.address) {
  const one = await visit(browser, address, options)
  open.push(one.page)
  one.page.setDefaultTimeout(PATIENCE_MS)
  return one
}

const rowsOf = <Row extends Record<string, unknown>>(query: SQL) => api.stack.database.select<Row>(query)
const valueOf = async (query: SQL) => {
  const [row] = await rowsOf<{ value: number }>(query)
  if (row === undefined) throw new Error('the query found no row')
  return row.value
}
const written = (value: number) =>
  new Intl.NumberFormat('en-GB', Number.isInteger(value) ? {} : { maximumSignificantDigits: 8 }).format(value)
const inCents = (price: number) =>
  new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(price)
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

/** Waits until every part of the page has its data, and refuses one that says why it has none. */
async function settled(page: Page, charts: number): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  if (charts > 0)
    await page
      .locator('canvas')
      .nth(charts - 1)
      .waitFor({ state: 'attached' })
  expect(await page.getByRole('alert').allInnerTexts()).toEqual([])
}

/** Over the middle of each chart: its tooltip must not need what the policy refuses. */
async function hoverCharts(page: Page): Promise<void> {
  for (const canvas of await page.locator('canvas').all()) await canvas.hover()
}

/** Pages that the navigation does not name, and those that draw, with the least number of charts. */
async function innerPages(): Promise<[path: string, charts: number][]> {
  const [match] = await rowsOf<{ event_id: string; feed: string }>(
    sql`select event_id, feed from matches limit 1`,
  )
  const [run] = await rowsOf<{ run_id: string }>(
    sql`select run_id from pipeline_runs where pipeline = 'mod-stats'`,
  )
  return [
    [`/runs/${run?.run_id}`, 0],
    ['/data?set=crypto-forecast/indicators', 1],
    ['/mod-stats?mod=createnuclear', 1],
    ['/crypto-forecast?days=30', 6],
    [`/match-results?event=${match?.event_id}&feed=${match?.feed}`, 0],
    ['/library-context?library=sim-finance/quant-lab', 1],
    ['/nothing-here', 0],
  ]
}

describe.skipIf(!hasBrowser)(`every page over collected rows${withoutBrowser}`, () => {
  it.each([
    [{ locale: 'en-GB', colorScheme: 'light', viewport: DESK }, 'en'],
    [{ locale: 'fr-FR', colorScheme: 'dark', viewport: PHONE }, 'fr'],
  ] as const)('shows no fault to %j', { tags: 'long' }, async (options, language) => {
    const { page, faults } = await visitor(options)
    await page.goto('/')
    const links = page.getByRole('navigation').first().getByRole('link')
    await links.first().waitFor()
    const named = await Promise.all((await links.all()).map((link) => link.getAttribute('href')))
    expect(named.length).toBeGreaterThan(PIPELINES.length)
    for (const [path, charts] of [
      ...named.map((path) => [path ?? '', 0] as const),
      ...(await innerPages()),
    ]) {
      await page.goto(path)
      await settled(page, charts)
      await hoverCharts(page)
      expect(await page.locator('html').getAttribute('lang')).toBe(language)
      expect([path, await faultsOfLayout(page)]).toEqual([path, []])
    }
    expect(faults).toEqual([])
  })

  it('tells the downloads of a mod', async () => {
    const { page } = await visitor()
    await page.goto('/mod-stats')
    const perMod = await rowsOf<{ name: string; sum: number }>(sql`
      select m.name, sum(d.total_downloads)::int as sum from daily_stats d join mods m on m.id = d.mod_id
      where d.date = (select max(date) from daily_stats) group by m.name`)
    expect(perMod).toHaveLength(3)
    for (const { name, sum } of perMod)
      await page.getByRole('row', { name: new RegExp(`^${name} ${written(sum)} `) }).waitFor()
    await page.getByRole('link', { name: MOD }).click()
    await page.getByRole('heading', { name: MOD, level: 1 }).waitFor()
    const packs = await valueOf(sql`
      select count(*)::int as value from modpacks d join mods m on m.id = d.mod_id where m.modrinth = 'createnuclear'`)
    await region(page, 'Modpacks').getByRole('status').getByText(`${packs} rows`).waitFor()
  })

  it('tells the price of a coin and its forecasts', async () => {
    const { page } = await visitor()
    await page.goto('/crypto-forecast')
    const price = await valueOf(
      sql`select price::float8 as value from crypto_prices where crypto = 'bitcoin' order by "timestamp" desc limit 1`,
    )
    await region(page, 'Price')
      .getByText(`${inCents(price)} USD`)
      .waitFor()
    for (const [horizon, title] of [
      ['1h', 'In one hour'],
      ['24h', 'In 24 hours'],
    ] as const) {
      const forecast = await valueOf(
        sql`select predicted_price as value from predictions where horizon = ${horizon} order by target_time desc limit 1`,
      )
      await region(page, title)
        .getByText(`${inCents(forecast)} USD`, { exact: true })
        .waitFor()
    }
  })

  it('leads from a point of a chart to its rows, from a row to its run, and back', async () => {
    const { page } = await visitor()
    await page.goto('/mod-stats?mod=createnuclear')
    await settled(page, 1)
    await page.locator('canvas').first().click()
    await page.waitForURL(/\/data\?/)
    const { searchParams } = new URL(page.url())
    expect([searchParams.get('set'), searchParams.get('f.mod')]).toEqual([
      'mod-stats/daily-stats',
      'createnuclear',
    ])
    const rows = region(page, 'Rows')
    const [stored] = await rowsOf<{ run_id: string; rows: number }>(sql`
      select d.run_id, (select count(*)::int from daily_stats own where own.run_id = d.run_id) as rows
      from daily_stats d join mods m on m.id = d.mod_id
      where m.modrinth = 'createnuclear' and d.date = ${searchParams.get('from')}::date limit 1`)
    await rows
      .getByRole('link', { name: stored?.run_id.slice(0, 8) ?? '' })
      .first()
      .click()
    await page.getByRole('heading', { name: /^Mod/, level: 1 }).waitFor()
    await page.getByRole('link', { name: 'daily-stats' }).click()
    const shown = region(page, 'Rows').getByRole('row')
    await shown.nth(1).waitFor()
    expect(await shown.count()).toBe(Math.min(stored?.rows ?? 0, 25) + 1)
  })

  it('tells what the feed shows, and the life of a match', async () => {
    const { page } = await visitor()
    // Odds in play move; those of 'matches' are the last ones before the start.
    const shown = await rowsOf<{ event_id: string; odds: number | null }>(sql`
      select event_id, (select odds_1 from match_observations seen
        where seen.event_id = matches.event_id and (odds_1 is not null or odds_x is not null or odds_2 is not null)
        order by seen.at desc limit 1) as odds
      from matches where state in ('seen', 'live', 'suspended', 'ended')`)
    expect(shown.length).toBeGreaterThan(0)
    await page.goto('/match-results')
    const live = region(page, 'On show now')
    const [first] = shown
    const row = live.getByRole('row').filter({ has: page.locator(`a[href*="event=${first?.event_id}&"]`) })
    await row.waitFor()
    expect(await live.getByRole('row').count()).toBe(shown.length + 1)
    if (first?.odds != null) expect(await row.innerText()).toContain(written(first.odds))
    await row.getByRole('link').click()
    await page.getByRole('heading', { name: 'What was observed' }).waitFor()
  })

  it('tells the ranking of libraries, and shows a context', async () => {
    const { page } = await visitor()
    const [night] = await rowsOf<{ run_id: string }>(
      sql`select run_id from pipeline_runs where pipeline = 'library-context' order by started_at limit 1`,
    )
    await page.goto(`/runs/${night?.run_id ?? ''}`)
    await page
      .getByRole('region', { name: 'What this night changed' })
      .getByRole('row', { name: /^sim-finance\/quant-lab made new / })
      .waitFor()
    await page.goto('/library-context')
    const ranked = await rowsOf<{ rank: number; library: string; stars: number }>(
      sql`select rank, library, stars from library_snapshots order by rank`,
    )
    expect(ranked.map(({ library }) => library).toSorted()).toEqual(LIBRARIES.toSorted())
    for (const { rank, library, stars } of ranked)
      await page.getByRole('row', { name: new RegExp(`^${rank} .*${library} ${written(stars)} `) }).waitFor()
    await page.getByRole('link', { name: 'sim-finance/quant-lab' }).click()
    const [context] = await rowsOf<{ markdown: string }>(
      sql`select markdown from library_contexts where library = 'sim-finance/quant-lab'`,
    )
    const start = context?.markdown.split('\n').find((line) => line.trim() !== '') ?? 'no context is stored'
    await page.getByText(start).first().waitFor()
  })

  it('gives rows away as CSV and Parquet, as SQL has them', { tags: 'long' }, async () => {
    const { page } = await visitor()
    await page.goto('/data?set=crypto-forecast/fear-greed')
    const links = region(page, 'Rows')
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        links.getByRole('link', { name }).click(),
      ])
      return readFileSync(await download.path())
    }
    const stored = await rowsOf<{ date: string; value: number }>(
      sql`select date::text as date, value from fear_greed_index order by date`,
    )
    expect(stored.length).toBeGreaterThan(30)
    const csv = (await saved('CSV')).toString().trim().split('\n').slice(1)
    const inCsv = csv.map((line) => line.split(',')).map(([date, value]) => ({ date, value: Number(value) }))
    const bytes = await saved('Parquet')
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const inParquet = (await parquetReadObjects({ file })).map(({ date, value }) => ({
      date: (date as Date).toISOString().slice(0, 10),
      value: Number(value),
    }))
    const byDate = (a: { date?: string | undefined }, b: { date?: string | undefined }) =>
      (a.date ?? '').localeCompare(b.date ?? '')
    expect(inCsv.toSorted(byDate)).toEqual(stored)
    expect(inParquet.toSorted(byDate)).toEqual(stored)
  })

  it('collects now, and shows the new day without a reload', async () => {
    const { page, faults } = await visitor()
    const { db } = api.stack.database
    await db.execute(sql`update daily_stats set date = date - 1`)
    await page.goto('/mod-stats?mod=createnuclear')
    await region(page, 'Growth per day').getByText('Growth is known from the second day on.').waitFor()
    await page.evaluate('document.body.dataset.seen = "yes"')
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('combobox', { name: 'Pipeline' }).first().selectOption({ label: 'Mods' })
    await page.getByRole('button', { name: 'Collect now' }).click()
    await page.getByRole('link', { name: 'Mods', exact: true }).click()
    await page.getByRole('link', { name: MOD }).click()
    const growth = region(page, 'Growth per day')
    await growth.getByRole('button', { name: 'Table' }).click()
    const [today] = await rowsOf<{ day: string; growth: number }>(sql`
      select max(d.date)::text as day, (max(d.total_downloads) - min(d.total_downloads))::int as growth
      from daily_stats d join mods m on m.id = d.mod_id where m.modrinth = 'createnuclear' and d.platform = 'modrinth'`)
    expect(today?.day).toBe(new Date().toISOString().slice(0, 10))
    await growth
      .getByRole('cell', { name: written(today?.growth ?? -1), exact: true })
      .first()
      .waitFor()
    // The same document all the time: nothing was loaded again.
    expect(await page.evaluate('document.body.dataset.seen')).toBe('yes')
    expect(faults).toEqual([])
  })

  it(
    'cancels a backfill, starts it again, and shows the gap closed without a reload',
    { tags: 'long' },
    async () => {
      // Five hours of a day that is over.
      const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
      const gone = sql`crypto = 'bitcoin' and source = 'binance'
      and "timestamp" >= ${`${day}T06:00:00Z`}::timestamptz and "timestamp" < ${`${day}T11:00:00Z`}::timestamptz`
      const goneHours = () => valueOf(sql`select count(*)::int as value from candles where ${gone}`)
      const missing = await goneHours()
      expect(missing).toBeGreaterThan(0)
      await api.stack.database.db.execute(sql`delete from candles where ${gone}`)
      const ofDay = (table: SQL) =>
        valueOf(sql`
      select count(*)::int as value from ${table} where crypto = 'bitcoin' and source = 'binance'
        and date_trunc('day', "timestamp", 'UTC') = ${`${day}T00:00:00Z`}::timestamptz`)
      const [present, excused] = [await ofDay(sql`candles`), await ofDay(sql`known_gaps`)]
      const { page, faults } = await visitor()
      await page.goto('/gaps?days=30')
      await page.evaluate('document.body.dataset.seen = "yes"')
      const coin = region(page, 'Crypto').getByRole('group').filter({ hasText: 'bitcoin' })
      await coin.getByText(new RegExp(`^${missing} of [\\d,]+ hours (is|are) missing`)).waitFor()
      await coin.getByText(`: ${present} of ${24 - excused}, in part`).waitFor({ state: 'attached' })
      await coin.getByRole('button', { name: /^Collect: / }).click()
      const start = page.getByRole('button', { name: 'Start the backfill' })
      await region(page, 'Preview')
        .getByRole('row', { name: new RegExp(`^bitcoin ${missing} 0 ${missing} 0 `) })
        .waitFor()
      expect(await faultsOfLayout(page)).toEqual([])

      api.stack.simulator.faults.set('binance', { kind: 'refuse' })
      await start.click()
      await page.getByText('The backfill runs').waitFor()
      await page.getByRole('button', { name: 'Cancel the backfill' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the backfill' }).click()
      await page.getByText('Rows written: 0').waitFor()
      expect(await goneHours()).toBe(0)

      api.stack.simulator.faults.clear()
      await start.click()
      await coin.getByText(/^all [\d,]+ hours are there/).waitFor()
      await page.getByText(/Rows written: [1-9]/).waitFor()
      expect(await goneHours()).toBe(missing)
      const ended = await rowsOf<{ outcome: string; counts: unknown }>(
        sql`select outcome, counts from pipeline_runs where pipeline = 'crypto-forecast' order by started_at desc limit 2`,
      )
      // With the counts: they say why, if it did not end so.
      expect(ended).toMatchObject([{ outcome: 'complete' }, { outcome: 'cancelled' }])
      expect(await page.evaluate('document.body.dataset.seen')).toBe('yes')
      expect(faults).toEqual([])
    },
  )

  it('lets nobody in without the token, and a reader change nothing', async () => {
    const tokens = { operator: 'token-of-the-operator', reader: 'token-of-the-reader' }
    const guarded = await assembleApi(api.stack.config, createTokens(tokens), { error: () => undefined })
    const { page } = await visitor(ENGLISH, await guarded.api.listen({ host: '127.0.0.1', port: 0 }))
    await page.goto('/runs')
    const logIn = async (token: string) => {
      await page.getByLabel('Token').fill(token)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    await logIn('a guess')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('heading', { name: 'All runs' }).count()).toBe(0)
    expect(await faultsOfLayout(page)).toEqual([])
    await logIn(tokens.reader)
    await region(page, 'All runs').getByRole('row').nth(1).waitFor()
    await page.getByText('you are logged in as a reader').first().waitFor()
    expect(await page.getByRole('button', { name: 'Collect now' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Log out' }).click()
    await logIn(tokens.operator)
    await page.getByRole('button', { name: 'Collect now' }).waitFor()
    await guarded.close()
  })
})
