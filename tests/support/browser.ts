/** A real browser for tests of the page: Debian's Chromium. */
import { spawnSync } from 'node:child_process'
import { chromium, type Browser } from 'playwright-core'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']

/** The program of this machine; undefined if there is none, and the tests that need it skip themselves and say so. */
export const browserProgram = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0)

export const withoutBrowser =
  browserProgram === undefined
    ? ' (skipped: there is no Chromium; apt-get install chromium fonts-liberation)'
    : ''

export async function startBrowser(): Promise<Browser> {
  const found = spawnSync('which', [browserProgram ?? ''], { encoding: 'utf8' }).stdout.trim()
  return chromium.launch({ executablePath: found })
}
