/** A real browser for tests of the page: Debian's Chromium. */
import { spawnSync } from 'node:child_process'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']

/** The browser of this machine; undefined if there is none, and the tests that need it skip themselves and say so. */
const program = PROGRAMS.map(
  (name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim() || undefined,
).find((file) => file !== undefined)

export const hasBrowser = program !== undefined

/** For the title of tests that need it. */
export const withoutBrowser = hasBrowser
  ? ''
  : ' (skipped: no Chromium; apt-get install chromium fonts-liberation)'

export function startBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error('there is no Chromium on this machine')
  return chromium.launch({ executablePath: program })
}

export interface Visit {
  page: Page
  /** What a person would not see: errors on the console, and requests to other hosts. */
  faults: string[]
}

/** Opens the page of a server as a person of its own. */
export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({ ...options, baseURL: address })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== address) faults.push(`request to ${url.origin}`)
  })
  return { page, faults }
}

/** What axe finds against WCAG 2.2 AA, with the elements it means; and whether the page is wider than its window. */
export async function faultsOfLayout(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  const isTooWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
  return isTooWide ? [...found, 'wider than its window'] : found
}
