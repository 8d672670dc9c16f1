/** Runs and schedules in a real browser, with every change seen in the database or in Temporal. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endingOf, startRun } from '../../../client/runs.ts'
import { spoolFolder } from '../../../db/spool/spool.ts'
import { modStats } from '../../../pipelines/mod-stats.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { faultsOfLayout, hasBrowser, startBrowser, visit, withoutBrowser } from '../../support/browser.ts'
import { until } from '../../support/until.ts'

const ID = 'mod-stats'
/** A busy machine takes seconds for what a person sees at once. */
const PATIENCE_MS = 30_000

let api: TestApi
let worker: RunningWorker
let browser: Browser
let page: Page
let faults: string[]
beforeAll(async () => {
  if (!hasBrowser) return
  api = await startTestApi()
  worker = await api.stack.startWorker()
  browser = await startBrowser()
  const options = { locale: 'en-GB', viewport: { width: 1280, height: 800 } }
  ;({ page, faults } = await visit(browser, api.server.address, options))
  page.setDefaultTimeout(PATIENCE_MS)
})
afterAll(async () => {
  if (!hasBrowser) return
  await browser.close()
  await worker.stop()
  await api.stop()
})

const outcomes = async () =>
  (
    await api.stack.database.select<{ outcome: string }>(
      sql`select outcome from pipeline_runs where pipeline = ${ID} order by started_at`,
    )
  ).map(({ outcome }) => outcome)
const retrying = async () =>
  ((await api.get('/api/retrying')).body as { retrying: { step: string; attempts: number }[] }).retrying
const region = (name: string) => page.getByRole('region', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })

/** The text of what the keyboard speaks to. */
const focused = () => page.evaluate<string>('document.activeElement.textContent')

describe.skipIf(!hasBrowser)(`the pages of runs${withoutBrowser}`, () => {
  it('start a run that waits, show why, retry it now, cancel it after asking, and run it again', async () => {
    for (const upstream of ['modrinth', 'curseforge', 'curseforge-web'])
      api.stack.simulator.faults.set(upstream, { kind: 'refuse' })
    await page.goto(`/runs?collect=${ID}`)
    await region('All runs').getByText('Nothing has run yet.').waitFor()
    await page.getByText('Parameters (optional)').press('Enter')
    await page.getByLabel('Time limit, in seconds').fill('300')
    await button('Collect now').press('Enter')
    // Without a reload: the list hears of the run.
    await region('All runs').getByRole('cell', { name: 'running', exact: true }).waitFor()
    await region('Being tried again now').getByText('UpstreamUnavailable: ').first().waitFor()
    expect(await faultsOfLayout(page)).toEqual([])
    await page.getByRole('link', { name: 'Follow this run' }).press('Enter')
    await page.getByRole('heading', { name: 'What fails' }).waitFor()
    await page.getByRole('link', { name: 'Overview' }).press('Enter')
    await page.getByText(/\d steps? failed and (is|are) tried again\..*UpstreamUnavailable/).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'What fails' }).waitFor()
    expect(await region('State').innerText()).toContain('It does not extend the time')
    const tried = await until(async () => (await retrying()).find(({ attempts }) => attempts >= 2))
    await page
      .getByRole('button', { name: `Retry now: ${tried.step}` })
      .first()
      .press('Enter')
    await until(async () =>
      (await retrying()).some(({ step, attempts }) => step === tried.step && attempts === 1),
    )
    await button('Cancel this run').press('Enter')
    await page.getByRole('dialog', { name: /^Cancel the run .* of / }).waitFor()
    await button('Let it run').press('Enter')
    expect(await focused()).toBe('Cancel this run')
    await button('Cancel this run').press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await focused()).toBe('Cancel this run')
    expect(await outcomes()).toEqual(['running'])
    await button('Cancel this run').press('Enter')
    let letThrough = () => Promise.resolve()
    await page.route('**/cancel', (route) => {
      letThrough = () => route.continue()
    })
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel this run' }).press('Enter')
    await page.locator('button[aria-disabled=true]').waitFor()
    expect(await focused()).toBe('Cancel this run')
    await letThrough()
    await region('State')
      .getByText(/\bcancelled$/)
      .waitFor()
    await button('Run again').waitFor()
    expect(await outcomes()).toEqual(['cancelled'])
    expect(await faultsOfLayout(page)).toEqual([])

    api.stack.simulator.faults.clear()
    await page.route('**/log', (route) => route.fulfill({ body: '{"msg":"counted"}\n' }))
    await button('Run again').press('Enter')
    await page.getByRole('link', { name: 'Follow this run' }).press('Enter')
    await region('State')
      .getByText(/\bcomplete$/)
      .waitFor()
    expect(await outcomes()).toEqual(['cancelled', 'complete'])
    const [counts] = await api.stack.database.select<{ fetched: number }>(
      sql`select (counts -> 'modrinth' ->> 'fetched')::int as fetched from pipeline_runs where outcome = 'complete'`,
    )
    const row = page.getByRole('row', { name: /^modrinth / })
    expect(await row.getByRole('cell').nth(1).innerText()).toBe(String(counts?.fetched))
    // As on a page that is neither of this machine nor encrypted.
    await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })')
    await region('Log').getByRole('button', { name: 'Copy' }).press('Enter')
    await region('Log')
      .getByText(/does not allow copying here/)
      .waitFor()
    expect(faults).toEqual([])
  })

  it('pause a schedule with a reason, and resume it', async () => {
    const paused = async () => (await api.stack.client.schedule.getHandle(ID).describe()).state
    await page.goto('/schedules')
    const card = page.locator('section section').first()
    await card.getByLabel('Reason of the pause').fill('we move')
    await card.getByRole('button', { name: /^Pause: / }).press('Enter')
    await card.getByText('we move').waitFor()
    expect(await paused()).toMatchObject({ paused: true, note: 'we move' })
    expect(await faultsOfLayout(page)).toEqual([])
    await card.getByRole('button', { name: /^Resume: / }).press('Enter')
    await card.getByText('active', { exact: true }).waitFor()
    await until(async () => !(await paused()).paused)
    expect(faults).toEqual([])
  })

  it('tell the health of the stack', { tags: 'long' }, async () => {
    await page.goto('/health')
    await region('Servers').getByText('asked for work').waitFor()
    const [version] = await api.stack.database.select<{ is: string }>(
      sql`select current_setting('server_version') as is`,
    )
    expect(await region('Servers').innerText()).toContain(`PostgreSQL ${version?.is}`)
    expect(await region('Dead letters').innerText()).toContain('None:')
    const damaged = join(spoolFolder(api.stack.config.dataDir), 'damaged')
    mkdirSync(damaged, { recursive: true })
    writeFileSync(join(damaged, '2026-11-01.segment'), '<b>no segment</b>')
    writeFileSync(join(damaged, '2026-11-01.segment.reason.txt'), 'its head is cut off\n')
    // The server sees it by itself, and tells the page.
    await region('Dead letters').getByText('its head is cut off').waitFor()
    await region('Dead letters').getByRole('link', { name: '2026-11-01.segment' }).click()
    await region('Content of 2026-11-01.segment').getByText('"damage"').waitFor()
    await endingOf(await startRun(api.stack.client, modStats, 'manual'))
    const [budget] = await until(async () => {
      const found = await api.stack.database.select<{ is: string }>(
        sql`select remaining || ' of ' || most as is from upstream_budgets where client = 'modrinth'`,
      )
      return found.length > 0 && found
    })
    await region('Upstreams')
      .getByRole('row', { name: /^Modrinth / })
      .getByText(budget?.is ?? '')
      .waitFor()
    expect(await faultsOfLayout(page)).toEqual([])
    expect(faults).toEqual([])
  })
})
