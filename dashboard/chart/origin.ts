/** Where the values of a chart are rows: who picks a point sees its rows, and with them the run that wrote each. */
import { rowsSearch } from '../rows-search.ts'
import type { Candle, Line } from './series.ts'

export interface Origin {
  /** Name of the data set, with its pipeline: `<id>/<name>`. */
  set: string
  /** Values of filters, by column. */
  where?: Record<string, string | undefined>
  /** Distance of two points that hold several rows each, in milliseconds. Default: each point is a moment. */
  stepMs?: number | null
}

/** Parameters of the data page for the rows of a point. */
export function searchAt({ set, where = {}, stepMs = null }: Origin, time: number, isDaily: boolean) {
  const written = (at: number) => new Date(at).toISOString().slice(0, isDaily ? 10 : undefined)
  const end = stepMs === null ? time : time + stepMs - 1
  return rowsSearch(set, where, { from: written(time), to: written(end) })
}

/** The time of the point next to a place on the axis; undefined without points. */
export function nearestTime(
  at: number,
  { lines, candlesticks = [] }: { lines: readonly Line[]; candlesticks?: readonly Candle[] | undefined },
): number | undefined {
  const measured = lines.filter(({ isComputed }) => isComputed !== true)
  const times = [
    ...measured.flatMap(({ points }) => points.flatMap(([time, value]) => (value === null ? [] : [time]))),
    ...candlesticks.map(({ time }) => time),
  ]
  let nearest: number | undefined
  for (const time of times)
    if (nearest === undefined || Math.abs(time - at) < Math.abs(nearest - at)) nearest = time
  return nearest
}
