/**
 * How long a view needs to draw its charts once their data is there, in a real browser. Other work on the machine counts: the
 * figure is that of a quiet one.
 */
import { loadavg } from 'node:os'
import type { Browser, Page } from 'playwright-core'
import { print } from '../cli/output.ts'
import { BROWSER_REMEDY, isBrowserInstalled, startBrowser } from '../docs/generate/browser.ts'
import type { BenchStack } from './bench-stack.ts'
import { median, spread, type Figure } from './figure.ts'

/** A view of the page, and what is to be seen on it. */
export interface ChartView {
  /** What is drawn, as a figure says it. */
  what: string
  /** Its address, from `/` on. */
  path: string
  /** How many charts it has. */
  charts: number
  /** Stores what it shows. */
  fill(stack: BenchStack): Promise<void>
}

const TARGET_MS = 500

const OPENS = 7
/** A desk's window. */
const VIEWPORT = { width: 1280, height: 800 }
/** Charts that drew nothing for this long are complete: what is out of sight waits two seconds at most. */
const QUIET_MS = 2_500
const OPEN_TIMEOUT_MS = 60_000

/** Opens the view several times, each time as a new visitor. Without a browser it says so and has no figure. */
export async function drawnFigures(origin: string, view: ChartView): Promise<Figure[]> {
  if (!isBrowserInstalled) {
    print(`${view.what}: left out, since there is no Chromium; ${BROWSER_REMEDY} brings it.`)
    return []
  }
  const browser = await startBrowser()
  try {
    // Fills the caches of the server and of the database.
    await drawnOnce(browser, origin, view)
    const opens: Drawn[] = []
    for (let open = 0; open < OPENS; open++) opens.push(await drawnOnce(browser, origin, view))
    const all = opens.map(({ allMs }) => allMs)
    const seen = opens.map(({ seenMs }) => seenMs)
    return [
      {
        what: `${view.what}, drawn after its data came`,
        value: median(all),
        unit: 'ms',
        atMost: TARGET_MS,
        note: `${view.charts} charts, ${OPENS} opens, ${spread(all, 'ms')}, load ${loadavg()[0]?.toFixed(1) ?? ''}`,
      },
      { what: '  the charts in the window', value: median(seen), unit: 'ms', note: spread(seen, 'ms') },
    ]
  } finally {
    await browser.close()
  }
}

interface Drawn {
  /** From the end of the last answer to the frame that shows the last chart. */
  allMs: number
  /** The same, of the charts that the window shows without scrolling. */
  seenMs: number
}

async function drawnOnce(browser: Browser, origin: string, { path, charts }: ChartView): Promise<Drawn> {
  // Without the policy of the page, which lets nobody ask it how far it is.
  const context = await browser.newContext({ baseURL: origin, viewport: VIEWPORT, bypassCSP: true })
  try {
    const page = await context.newPage()
    await page.addInitScript(WATCH)
    await page.goto(path)
    await page.waitForFunction(
      `watched.size >= ${charts} && performance.now() - Math.max(...[...watched.values()].map(({ at }) => at)) > ${QUIET_MS}`,
      undefined,
      { timeout: OPEN_TIMEOUT_MS },
    )
    return await drawnAfterData(page)
  } finally {
    await context.close()
  }
}

const drawnAfterData = (page: Page) =>
  page.evaluate<Drawn>(`(() => {
    const answers = performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.startsWith('/api/data/'))
    const shown = [...watched].map(([canvas, { shownAt }]) => ({ shownAt, isSeen: canvas.getBoundingClientRect().top < innerHeight }))
    const lastShown = (charts) => Math.max(...charts.map(({ shownAt }) => shownAt))
    const came = Math.max(...answers.map(({ responseEnd }) => responseEnd).filter((end) => end < lastShown(shown)))
    return { allMs: lastShown(shown) - came, seenMs: lastShown(shown.filter(({ isSeen }) => isSeen)) - came }
  })()`)

/** Notes for each canvas when something was last drawn on it, and when the frame with it had been painted. */
const WATCH = `
  globalThis.watched = new Map()
  const note = (canvas) => {
    if (!canvas.isConnected) return
    const times = watched.get(canvas) ?? { at: 0, shownAt: 0, isWaiting: false }
    watched.set(canvas, times)
    times.at = performance.now()
    if (times.isWaiting) return
    times.isWaiting = true
    requestAnimationFrame(() => {
      // A message is heard after the frame.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        times.isWaiting = false
        times.shownAt = performance.now()
      }
      port2.postMessage('')
    })
  }
  for (const method of ['fill', 'stroke', 'fillRect', 'fillText', 'drawImage']) {
    const draw = CanvasRenderingContext2D.prototype[method]
    CanvasRenderingContext2D.prototype[method] = function (...given) {
      draw.apply(this, given)
      note(this.canvas)
    }
  }`
