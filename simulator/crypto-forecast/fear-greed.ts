/** alternative.me's Fear & Greed index: one number a day since 2018, with the days that the real one misses. */
import { DAY_MS } from '../../core/durations.ts'
import { fraction, hash } from '../chance.ts'
import { bare, html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'
const DAY_SECONDS = 86_400
const FIRST_DAY_MS = Date.UTC(2018, 1, 1)
const MISSING: ReadonlySet<number> = new Set(
  ['2018-04-14', '2018-04-15', '2018-04-16', '2024-10-26'].map((day) => Date.parse(day)),
)

/** The walk's figures are those of the recorded 2,977 days: mean 46, deviation 22, 6.5 from day to day, 5 to 95. */
const MEAN = 46
const KEPT_PER_DAY = 0.956
const STEP_WIDTH = 11
const LOWEST = 5
const HIGHEST = 95
/** Salt of the walk's chances. */
const DRAW = 51

/** Upper bounds as observed in all recorded days; figures in blogs differ. */
const CLASSES: readonly (readonly [number, string])[] = [
  [25, 'Extreme Fear'],
  [46, 'Fear'],
  [54, 'Neutral'],
  [75, 'Greed'],
  [100, 'Extreme Greed'],
]

/** One day. `atMs` is its 00:00 UTC. */
export interface IndexDay {
  atMs: number
  value: number
  classification: string
}

export interface FearGreedOptions {
  seed: number
  clock: () => Date
}

/** Name of a value from 0 to 100. */
export function classificationOf(value: number): string {
  return CLASSES.find(([bound]) => value <= bound)?.[1] ?? 'Extreme Greed'
}

/** The upstream `fear-greed`; it refuses no number of requests, as no figure of the real one is sure. */
export function createFearGreed({ seed, clock }: FearGreedOptions): Upstream {
  const values = createValues(seed)
  const answer = ({ method, path, query }: SimulatedRequest): Reply => {
    if (path === '/fng') return bare(301, { location: '/fear-greed/fng/' + search(query) })
    if (path !== '/fng/' || method !== 'GET') return html(404, '<h1>404 Not Found</h1>')
    const nowMs = clock().getTime()
    const limit = query.get('limit') ?? '1'
    const days = indexDays(values, nowMs)
    const wanted = /^\d+$/.test(limit) ? Number(limit) : 1
    return replyOf(wanted === 0 ? days : days.slice(0, wanted), query, nowMs)
  }
  return { name: 'fear-greed', prefix: '/fear-greed', answer }
}

const search = (query: URLSearchParams): string => (query.size === 0 ? '' : `?${query.toString()}`)

/** Days up to the clock's, newest first. */
function indexDays(values: (day: number) => number, nowMs: number): IndexDay[] {
  const days: IndexDay[] = []
  for (let atMs = Math.floor(nowMs / DAY_MS) * DAY_MS; atMs >= FIRST_DAY_MS; atMs -= DAY_MS) {
    const value = values((atMs - FIRST_DAY_MS) / DAY_MS)
    if (!MISSING.has(atMs)) days.push({ atMs, value, classification: classificationOf(value) })
  }
  return days
}

/** Value of a day, counted from the first one; each is made once, from the one before. */
function createValues(seed: number): (day: number) => number {
  const levels: number[] = [30]
  return (day) => {
    while (levels.length <= day) {
      const last = levels.at(-1) ?? MEAN
      const step =
        (fraction(seed, DRAW, levels.length) + fraction(seed, DRAW, levels.length, 1) - 1) * STEP_WIDTH
      // an unmoved day is common in the real series
      const moved = hash(seed, DRAW, levels.length, 2) % 12 === 0 ? 0 : step * 1.5
      const next = MEAN + (last - MEAN) * KEPT_PER_DAY + moved
      levels.push(Math.min(HIGHEST, Math.max(LOWEST, next)))
    }
    return Math.round(levels[day] ?? MEAN)
  }
}

function replyOf(days: IndexDay[], query: URLSearchParams, nowMs: number): Reply {
  const format = query.get('date_format') ?? ''
  if (query.get('format') === 'csv') return csv(days, format === '' ? 'world' : format)
  const untilUpdate = DAY_SECONDS - (Math.floor(nowMs / 1_000) % DAY_SECONDS)
  return json(200, {
    name: 'Fear and Greed Index',
    data: days.map(({ atMs, value, classification }, index) => ({
      value: String(value),
      value_classification: classification,
      timestamp: timestamp(atMs, format),
      ...(index === 0 && { time_until_update: String(untilUpdate) }),
    })),
    metadata: { error: null },
  })
}

/** Seconds since 1970, or a date in the requested form. */
function timestamp(atMs: number, format: string): string {
  const [year, month, day] = new Date(atMs).toISOString().slice(0, 10).split('-')
  switch (format) {
    case 'us':
      return `${month}-${day}-${year}`
    case 'world':
      return `${day}-${month}-${year}`
    case 'cn':
    case 'kr':
      return `${year}-${month}-${day}`
    default:
      return String(atMs / 1_000)
  }
}

/** Not plain CSV: rows inside what looks like JSON. */
function csv(days: IndexDay[], format: string): Reply {
  const rows = days.map(
    ({ atMs, value, classification }) => `${timestamp(atMs, format)},${value},${classification}`,
  )
  const body = `{\n\t"name": "Fear and Greed Index",\n\t"data": [\n\nfng_value,fng_classification,date\n${rows.join('\n')}\n\n\t],\n\t"metadata": {\n\t\t"error": null\n\t}\n}\n`
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body }
}
