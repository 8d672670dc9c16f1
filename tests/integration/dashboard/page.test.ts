/** The page in a real browser, over a stack with rows: what a person sees, in both languages and themes, on a desk and on a phone. */
import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTokens } from '../../../api/access/tokens.ts'
import { assembleApi, startApi } from '../../../api/server.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { faultsOfLayout, hasBrowser, startBrowser, visit, withoutBrowser } from '../../support/browser.ts'
import { eachVariant } from '../../support/each-variant.ts'

const DAYS = 90
/** Longer than a page waits for a word of the server. */
const SILENCE_MS = 60_000
/** Days without rows. */
const GAP = [40, 46]
const HOSTILE = '<img src=x onerror=alert(1)>'

/** In English and in French. */
const FAILURE =
  /UpstreamUnavailable: 503 from the platform|le service est injoignable ou en panne \(«\u202F503 from the platform\u202F»\)/

let api: TestApi
let browser: Browser
const open: Page[] = []

beforeAll(async () => {
  if (!hasBrowser) return
  api = await startTestApi()
  browser = await startBrowser()
  const { db } = api.stack.database
  await db.execute(
    sql`insert into mods (modrinth, curseforge_id, tracked) values ('createnuclear', 989797, true), (${HOSTILE}, 5, true)`,
  )
  await db.execute(sql`
    insert into daily_stats (date, platform, mod_id, total_downloads, followers, observed_at, run_id)
    select date '2026-08-01' + d, p, m, 10000 * m + d, d, timestamptz '2026-08-01 22:30Z' + d * interval '1 day', 'run-' || d
    from generate_series(0, ${DAYS - 1}) d, unnest('{modrinth,curseforge}'::text[]) p, generate_series(1, 2) m
    where d not between ${GAP[0]} and ${GAP[1]}`)
  await db.execute(sql`
    insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, error_type, error_message)
    values ('0190aaaa-1', 'mod-stats-1', 'mod-stats', 'schedule', now() - interval '2 hours', now() - interval '1 hour', 'failed',
      'UpstreamUnavailable', '503 from the platform')`)
})
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close()
})
afterAll(async () => {
  if (!hasBrowser) return
  await browser.close()
  await api.stop()
})

const ROWS = (DAYS - 7) * 4
const DESK = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }
const english = { locale: 'en-GB', timezoneId: 'Europe/Paris', viewport: DESK }

async function visitor(options: Parameters<typeof visit>[2] = english) {
  const one = await visit(browser, api.server.address, options)
  open.push(one.page)
  return one
}

const text = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).innerText()
const DATA = '/data?set=mod-stats/daily-stats'

/** Each page with something that is there when all of it is. */
const PAGES: [path: string, ready: (page: Page) => Promise<void>][] = [
  [
    '/',
    async (page) => {
      await page.getByRole('heading', { name: 'Mods' }).waitFor()
      await page.getByText(FAILURE).waitFor()
      await page.getByText('almanac show 0190aaaa').waitFor()
    },
  ],
  [
    DATA,
    async (page) => {
      await page.getByRole('cell', { name: 'createnuclear' }).first().waitFor()
      await page.locator('summary').click()
      // Over the middle of the chart: its tooltip must not need what the policy refuses.
      await page.locator('canvas').first().hover()
    },
  ],
]

/** Whose browser it is, and what the page then says first; those of collected.test.ts have the other theme. */
const READERS = [
  [{ locale: 'fr-CA', colorScheme: 'dark', viewport: DESK }, 'fr', 'Vue d’ensemble'],
  [{ locale: 'en-US', colorScheme: 'light', viewport: PHONE }, 'en', 'Overview'],
] as const

describe.skipIf(!hasBrowser)(`the page in a browser${withoutBrowser}`, () => {
  it('shows each upstream as a card on a phone: nobody has to scroll sideways', async () => {
    const { page } = await visitor({ ...english, viewport: PHONE })
    await page.goto('/health')
    const cards = page.locator('.row-cards .scroll')
    await cards.getByText('Fear & Greed').waitFor()
    // A text, since these tests know no browser's types.
    expect(
      await page.evaluate(
        `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.row-cards .scroll'))`,
      ),
    ).toBe(0)
  })

  eachVariant(READERS)('shows every page without a fault to %j', async (options, language, first) => {
    const { page, faults } = await visitor(options)
    for (const [path, ready] of PAGES) {
      await page.goto(path)
      await page.getByRole('link', { name: first }).waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe(language)
      await ready(page)
      expect([path, await faultsOfLayout(page)]).toEqual([path, []])
    }
    expect(faults).toEqual([])
  })

  it('shows the rows of the database, page by page, as the address says', async () => {
    const { page } = await visitor()
    await page.goto(`${DATA}&f.platform=modrinth&page=2`)
    await page.getByText('Page 2').waitFor()
    const { rows } = (await api.get('/api/data/mod-stats/daily-stats?platform=modrinth&limit=50')).body as {
      rows: { run_id: string; total_downloads: number }[]
    }
    const shown = await page.getByRole('region', { name: 'daily-stats' }).locator('tbody tr').allInnerTexts()
    expect(shown).toHaveLength(25)
    for (const [at, { run_id, total_downloads }] of rows.slice(25).entries()) {
      expect(shown[at]).toContain(run_id)
      expect(shown[at]).toContain(total_downloads.toLocaleString('en-GB'))
    }
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('Page 3').waitFor()
    expect(new URL(page.url()).searchParams.get('page')).toBe('3')
    await page.goBack()
    await page.getByText('Page 2').waitFor()
  })

  it('filters, and what a stranger wrote stays text', async () => {
    const { page, faults } = await visitor()
    await page.goto(DATA)
    await page.getByRole('textbox', { name: 'mod' }).fill(HOSTILE)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.waitForURL(/f\.mod=/)
    await expect.poll(() => text(page, 'Rows')).not.toContain('createnuclear')
    expect(await text(page, 'Rows')).toContain(HOSTILE)
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    await page.getByRole('textbox', { name: 'mod' }).fill('no such mod')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('No row matches.').waitFor()
    expect(faults).toEqual([])
  })

  it('gives the rows and the chart away as files', async () => {
    const { page } = await visitor()
    await page.goto(DATA)
    const saved = async (click: () => Promise<void>) => {
      const [download] = await Promise.all([page.waitForEvent('download'), click()])
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
    }
    const rows = page.getByRole('region', { name: 'Rows', exact: true })
    const csv = await saved(() => rows.getByRole('link', { name: 'CSV' }).click())
    expect(csv.name).toMatch(/^daily-stats_\d{4}-\d\d-\d\d\.csv$/)
    expect(csv.bytes.toString().trim().split('\n')).toHaveLength(ROWS + 1)
    await page.locator('canvas').first().waitFor()
    const picture = await saved(() => page.getByRole('button', { name: 'PNG' }).click())
    expect(picture.name).toBe('daily-stats-total_downloads.png')
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG')
    const series = await saved(() => page.getByRole('button', { name: 'CSV' }).click())
    const [head, newest] = series.bytes.toString().split('\n')
    const lines = [HOSTILE, 'createnuclear'].flatMap((mod) => [`${mod} · curseforge`, `${mod} · modrinth`])
    expect(head).toBe(['time', ...lines].join())
    expect(newest).toBe('2026-10-29,20089,20089,10089,10089')
    await page.getByRole('button', { name: 'Table' }).click()
    const table = page.getByRole('region', { name: 'daily-stats total_downloads' })
    expect(await table.locator('tbody tr').first().innerText()).toMatch(
      /29 Oct 2026\s+20,089\s+20,089\s+10,089/,
    )
  })

  it('keeps language, theme and zone, and names the zone', async () => {
    const { page } = await visitor()
    await page.goto(DATA)
    await page.getByRole('columnheader', { name: 'observed_at (UTC)' }).waitFor()
    await page.getByRole('cell', { name: '29 Oct 2026, 22:30' }).first().waitFor()
    await page.getByRole('combobox', { name: 'Time zone' }).selectOption('local')
    await page.getByRole('columnheader', { name: 'observed_at (Europe/Paris)' }).waitFor()
    await page.getByRole('cell', { name: '29 Oct 2026, 23:30' }).first().waitFor()
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
    await page.getByRole('combobox', { name: 'Language' }).selectOption('fr')
    await page.reload()
    await page.getByRole('heading', { name: 'Données', level: 1 }).waitFor()
    await page.getByRole('columnheader', { name: 'observed_at (Europe/Paris)' }).waitFor()
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark')
  })

  it('is used by keyboard: the first key leads to the content', async () => {
    const { page } = await visitor()
    await page.goto(DATA)
    await page.getByRole('heading', { name: 'Rows' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('SELECT')
  })

  it('shows new rows without a reload', async () => {
    const { page } = await visitor()
    await page.goto(`${DATA}&f.mod=createnuclear&f.platform=modrinth`)
    await page.getByRole('cell', { name: '10,089' }).waitFor()
    const { db } = api.stack.database
    await db.execute(
      sql`update daily_stats set total_downloads = 4711 where run_id = 'run-89' and platform = 'modrinth'`,
    )
    await db.execute(sql`select pg_notify('almanac_rows', '{"table":"daily_stats","runId":"run-89"}')`)
    await page.getByRole('cell', { name: '4,711' }).waitFor()
    await db.execute(sql`update daily_stats set total_downloads = 10089 where total_downloads = 4711`)
  })

  it('admits that the server is away, and goes on when it is back', async () => {
    const start = (port: number) => startApi(api.stack.config, { port }, { error: () => undefined })
    const lost = await start(0)
    const { page } = await visit(browser, lost.address, english)
    open.push(page)
    await page.goto(DATA)
    await page.getByRole('cell', { name: '29 Oct 2026, 22:30' }).first().waitFor()
    await lost.close()
    const note = page.getByText('No connection to Almanac since')
    await note.waitFor()
    expect(await text(page, 'Rows')).toContain('createnuclear')
    const back = await start(Number(new URL(lost.address).port))
    await note.waitFor({ state: 'detached' })
    await back.close()
  })

  it(
    'admits that the server is away that only falls silent, and goes on when it speaks',
    { tags: 'long' },
    async () => {
      const proxy = await startDatabaseProxy(api.server.address)
      const { page } = await visit(browser, proxy.url, english)
      open.push(page)
      await page.clock.install()
      await page.goto(DATA)
      await page.getByRole('cell', { name: '29 Oct 2026, 22:30' }).first().waitFor()
      proxy.fallSilent()
      await page.clock.fastForward(SILENCE_MS)
      const note = page.getByText('No connection to Almanac since')
      await note.waitFor()
      proxy.speakAgain()
      await note.waitFor({ state: 'detached' })
      await page.close()
      await proxy.goOffline()
    },
  )

  it('tells ages by the clock of the server, whatever the one of its reader says', async () => {
    const { page } = await visitor()
    // Further behind than any schedule is ahead: what is due is told in hours, at any time of the day.
    const BEHIND_MS = 400 * 86_400_000
    await page.clock.install({ time: Date.now() - BEHIND_MS })
    await page.goto('/')
    await page.getByText('1 hour ago').first().waitFor()
    expect(await page.getByText('Read just now').count()).toBeGreaterThan(0)
    expect(await page.getByText('in 1 year').count()).toBe(0)
  })

  it(
    'asks for the token again once its session is over, and once a server has other tokens',
    { tags: 'long' },
    async () => {
      const start = async (operator: string, port: number) => {
        const guarded = await assembleApi(api.stack.config, createTokens({ operator }), {
          error: () => undefined,
        })
        return { ...guarded, address: await guarded.api.listen({ host: '127.0.0.1', port }) }
      }
      const first = await start('token-of-the-operator', 0)
      const { page } = await visit(browser, first.address, english)
      open.push(page)
      const logIn = async (token: string) => {
        await page.getByLabel('Token').fill(token)
        await page.getByRole('button', { name: 'Log in' }).click()
        await page.getByRole('cell', { name: 'createnuclear' }).first().waitFor()
      }
      await page.goto(DATA)
      await logIn('token-of-the-operator')
      await page.getByRole('textbox', { name: 'platform' }).fill('modrinth')
      await page.context().clearCookies()
      // A key waits for no button: what the page asks by itself may be refused first, and then there is none.
      await page.keyboard.press('Enter')
      await logIn('token-of-the-operator')
      await first.close()
      const note = page.getByText('No connection to Almanac since')
      await note.waitFor()
      const second = await start('another-token-of-the-operator', Number(new URL(first.address).port))
      await logIn('another-token-of-the-operator')
      expect(await note.count()).toBe(0)
      await second.close()
    },
  )

  it('tells once that the database is away, and says nothing of runs that it cannot know', async () => {
    const { config } = api.stack
    // Nothing listens there.
    const env = { ...config.env, DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' }
    const lame = await startApi({ ...config, env }, { port: 0 }, { error: () => undefined })
    const { page } = await visit(browser, lame.address, english)
    open.push(page)
    await page.goto('/match-results')
    await page.getByText('This cannot be read now').nth(2).waitFor()
    expect(await page.getByText('ECONNREFUSED 127.0.0.1:9').count()).toBe(1)
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await faultsOfLayout(page)).toEqual([])
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByText('How all of it stands is not known now.').waitFor()
    expect(await page.getByText('No run yet.').count()).toBe(0)
    expect(await page.getByText('ECONNREFUSED 127.0.0.1:9').count()).toBe(1)
    await lame.close()
  })
})
