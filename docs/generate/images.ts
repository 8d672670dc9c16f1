/**
 * `npm run docs:images`: runs the demo until it has its past, and writes its pages as pictures to `docs/images/`. Uses the
 * demo's ports (`DEMO_PAGE_PORT` and so on), so no other demo may use them.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { loadConfig } from '../../config/load-config.ts'
import { packageRoot } from '../../system/package-root.ts'
import { startBrowser } from './browser.ts'
import { startDemo } from './demo.ts'

/** As wide as a desk's window, as high as a first look; two pixels for one would be twice the file. */
const SIZE = { width: 1280, height: 860 }
/** The past is imported after the first runs; the last pipeline that has one says so. */
const PAST = /imported\s+match-results: /

/** Lines without axes, and what else a part asks for once it is there. */
const SETTLING_MS = 2_000

/** Pages by the name of their file. */
const PICTURES = {
  overview: '/',
  mods: '/mod-stats?mod=createnuclear',
  crypto: '/crypto-forecast?days=7',
  matches: '/match-results',
  libraries: '/library-context?domain=astronomy',
  runs: '/runs',
}

const demo = startDemo()
try {
  await demo.says(PAST)
  const port = loadConfig({ env: process.env, root: packageRoot, demo: true }).ports.page
  await takePictures(`http://127.0.0.1:${port}`)
} finally {
  await demo.end()
}

async function takePictures(baseURL: string): Promise<void> {
  const folder = join(packageRoot, 'docs', 'images')
  mkdirSync(folder, { recursive: true })
  const browser = await startBrowser()
  const page = await browser.newPage({ baseURL, viewport: SIZE, locale: 'en-GB', colorScheme: 'light' })
  for (const [name, path] of Object.entries(PICTURES)) {
    await page.goto(path)
    await drawn(page)
    const file = join(folder, `${name}.png`)
    await page.screenshot({ path: file })
    console.log(`written: ${file}`)
  }
  await browser.close()
}

/** Waits until every part of the page has its data, and each chart in sight is drawn. */
async function drawn(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  for (const chart of await page.getByRole('img', { name: 'Chart: ' }).all())
    await chart.locator('canvas').waitFor()
  await page.waitForTimeout(SETTLING_MS)
}
