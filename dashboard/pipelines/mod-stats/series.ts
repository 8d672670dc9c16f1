/** The series of a day's numbers, as lines with the platforms' names. */
import { linesOf, type Line, type SeriesPoint } from '../../chart/series.ts'
import { platformName } from './rows.ts'

/** Days that are drawn one by one: more than five years. Beyond, the server gathers them. */
export const MOST_DAYS = 2_000

export interface DailySeries {
  step_seconds: number | null
  points: SeriesPoint[]
}

/** Whether there is anything to draw: the first day of a growth has none. */
export const hasValue = ({ points }: DailySeries) => points.some(({ last }) => last !== null)

/** A line for each platform, in the order of their names in the data. */
export function dailyLines({ step_seconds, points }: DailySeries, nameless = ''): Line[] {
  const stepMs = step_seconds === null ? null : step_seconds * 1_000
  return linesOf(points, stepMs, nameless).map(({ name, points: values }) => ({
    name: platformName(name),
    points: values,
  }))
}
