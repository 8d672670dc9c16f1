/** A line without axes: how a number has gone, at a glance. */
import type { SeriesPoint } from '../chart/series.ts'

/** Size of the drawing in its own units; the page stretches it. */
export const SPARK = { width: 100, height: 24 }

export interface SparkLine {
  /** What the line is of; empty if there is one alone. */
  name: string
  /** The newest value; of rows all of them. */
  told: number
  /** `x,y` of each point, from left to right. */
  points: string
}

/** What of each point is drawn: the newest value, the sum of all rows, or how many rows there were. */
export type SparkField = 'last' | 'sum' | 'rows'

/** The line with the largest value; undefined if none has two points. */
export function sparkOf(points: readonly SeriesPoint[], field: SparkField): SparkLine | undefined {
  const names = [...new Set(points.map(({ line }) => line))]
  const drawn = names.flatMap((name) => {
    const values = points
      .flatMap((point) => {
        const value = point.line === name ? point[field] : null
        return value === null ? [] : [[Date.parse(point.time), value] as const]
      })
      .toSorted(([a], [b]) => a - b)
    const newest = values.at(-1)?.[1] ?? 0
    const told = field === 'rows' ? values.reduce((sum, [, value]) => sum + value, 0) : newest
    // Rows are still coming into the last bucket: their number would be a fall that never was.
    const full = field === 'rows' ? values.slice(0, -1) : values
    return full.length < 2 ? [] : [{ name, told, points: placed(full) }]
  })
  return drawn.toSorted((a, b) => b.told - a.told)[0]
}

function placed(values: readonly (readonly [time: number, value: number])[]): string {
  const times = values.map(([time]) => time)
  const heights = values.map(([, value]) => value)
  const x = placing(times, SPARK.width)
  const y = placing(heights, SPARK.height)
  return values.map(([time, value]) => `${x(time)},${SPARK.height - y(value)}`).join(' ')
}

/** Places the smallest value at 0 and the largest at `size`; equal ones in the middle. */
function placing(values: readonly number[], size: number): (value: number) => number {
  const least = Math.min(...values)
  const span = Math.max(...values) - least
  return (value) => (span === 0 ? size / 2 : Math.round(((value - least) / span) * size * 10) / 10)
}
