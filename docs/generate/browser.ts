/** The browser that draws pages for tests and documents: Debian's Chromium, best the one without windows. */
import { spawnSync } from 'node:child_process'
import { chromium, type Browser } from 'playwright-core'

const PROGRAMS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

const program = PROGRAMS.map(
  (name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim() || undefined,
).find((file) => file !== undefined)

/** What to do where there is no browser. */
export const BROWSER_REMEDY = 'apt-get install chromium-headless-shell fonts-liberation'

/** Whether this machine has one. */
export const isBrowserInstalled = program !== undefined

/** Starts it. Throws if there is none. */
export function startBrowser(): Promise<Browser> {
  if (program === undefined)
    throw new Error(`There is no Chromium on this machine; ${BROWSER_REMEDY} brings it.`)
  return chromium.launch({ executablePath: program })
}
