/** What a chart draws: values over time, with gaps where there is nothing. */

/** Milliseconds since 1970, and a value; null is a gap. */
export type Point = readonly [time: number, value: number | null]

export interface Line {
  name: string
  points: readonly Point[]
  /** An interval around the values: smallest and largest. */
  band?: readonly (readonly [time: number, low: number, high: number])[]
  /** Whether it was computed and not measured: it is drawn dashed. */
  isComputed?: true
  /** Bars among lines. Default: as the chart is drawn. */
  isBars?: true
}

export interface Candle {
  time: number
  open: number
  high: number
  low: number
  close: number
}

/** A missing bucket is one that is more than this many steps after the one before: clocks and months are not exact. */
const GAP_STEPS = 1.5

/** The points in order of time, with a null where the next is more than a step away, so that no line crosses a gap. */
export function withGaps(points: readonly Point[], stepMs: number | null): Point[] {
  const sorted = points.toSorted(([a], [b]) => a - b)
  if (stepMs === null) return sorted
  const all: Point[] = []
  for (const point of sorted) {
    const before = all.at(-1)
    if (before !== undefined && point[0] - before[0] > GAP_STEPS * stepMs)
      all.push([before[0] + stepMs, null])
    all.push(point)
  }
  return all
}

/** The usual distance of two points: data that is rarer than its buckets has no gap between two of them. */
function cadenceOf(points: readonly Point[]): number {
  const distances = points.slice(1).map(([time], at) => time - (points[at]?.[0] ?? time))
  return distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0
}

/** Points of a data set's series (`/api/data/…/series`). */
export interface SeriesPoint {
  line: string
  time: string
  min: number | null
  max: number | null
  sum: number | null
  last: number | null
  rows: number
}

/** A line for each value of `line` that has any value, with the smallest and largest value of each bucket around it if one holds several rows. */
export function linesOf(points: readonly SeriesPoint[], stepMs: number | null, nameless: string): Line[] {
  const names = [...new Set(points.flatMap(({ line, last }) => (last === null ? [] : [line])))]
  return names.map((name) => {
    const own = points.filter(({ line }) => line === name)
    const hasSpread = own.some(({ min, max }) => min !== max)
    const values = own.map(({ time, last }): Point => [Date.parse(time), last])
    const step = stepMs === null ? null : Math.max(stepMs, cadenceOf(values))
    const line = { name: name === '' ? nameless : name, points: withGaps(values, step) }
    return hasSpread ? { ...line, band: bandOf(own) } : line
  })
}

function bandOf(points: readonly SeriesPoint[]) {
  return points.flatMap(({ time, min, max }) =>
    min === null || max === null ? [] : [[Date.parse(time), min, max] as const],
  )
}

/** A row of a chart's table: a time, and the value of each line then. */
export interface ChartRow {
  time: number
  values: (number | null)[]
}

/** The values of all lines by time, newest first. */
export function rowsOf(lines: readonly Line[]): ChartRow[] {
  const byTime = new Map<number, (number | null)[]>()
  lines.forEach(({ points }, at) => {
    for (const [time, value] of points) {
      if (value === null) continue
      const values = byTime.get(time) ?? lines.map(() => null)
      values[at] = value
      byTime.set(time, values)
    }
  })
  return [...byTime].map(([time, values]) => ({ time, values })).toSorted((a, b) => b.time - a.time)
}

/** Candles as lines, for their table: open, high, low, close. */
export function candleLines(
  candlesticks: readonly Candle[],
  names: readonly [string, string, string, string],
): Line[] {
  const fields = ['open', 'high', 'low', 'close'] as const
  return fields.map((field, at) => ({
    name: names[at] ?? field,
    points: candlesticks.map((candle) => [candle.time, candle[field]] as const),
  }))
}

/** As in every CSV of ours: a text that a spreadsheet would calculate is marked. */
const FORMULA = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** A CSV file (RFC 4180) of texts and numbers. */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
  const field = (value: string | number | null) => {
    if (typeof value !== 'string') return value === null ? '' : String(value)
    const safe = FORMULA.test(value) ? `'${value}` : value
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return rows.map((row) => `${row.map(field).join(',')}\n`).join('')
}
