/** A real browser for tests of the page. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { BROWSER_REMEDY, isBrowserInstalled } from '../../docs/generate/browser.ts'

export { startBrowser } from '../../docs/generate/browser.ts'

/** Whether tests in a browser run. With CI=true they are not left out: without a browser they fail. */
export const hasBrowser = isBrowserInstalled || process.env.CI === 'true'

/** For the title of tests that need it. */
export const withoutBrowser = hasBrowser ? '' : ` (skipped: no Chromium; ${BROWSER_REMEDY})`

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
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== address) faults.push(`request to ${url.origin}`)
  })
  return { page, faults }
}

/** What axe finds against WCAG 2.2 AA, with the elements it means; and what makes the page wider than its window. */
export async function faultsOfLayout(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // Else it opens another page for each analysis, in which it joins the results of frames; ours have none.
    .setLegacyMode()
    // Else it also sends every element that passed.
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  const wide = await page.evaluate<string[]>(`
    document.documentElement.scrollWidth > innerWidth
      ? [...document.querySelectorAll('body *')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => 'wider than its window: ' + element.outerHTML.slice(0, 200))
      : []`)
  return [...found, ...wide]
}
