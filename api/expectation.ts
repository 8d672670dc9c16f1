/**
 * What a pipeline should have collected: which intervals of a data set should have rows. From the declaration comes the
 * calendar of present and missing intervals.
 */
import type { Config } from '../config/load-config.ts'
import { DAY_MS, HOUR_MS } from '../core/durations.ts'

/** Lengths of an interval; each begins at a full one, UTC. */
export const INTERVALS = { day: DAY_MS, hour: HOUR_MS } as const
export type Interval = keyof typeof INTERVALS

export interface Expectation {
  /** Name of a data set of the pipeline that has a time. */
  dataSet: string
  every: Interval
  /** Filter column; each of its values in `lines` is a line of the calendar. Without it there is one line. */
  by?: string
  lines?(config: Config): readonly string[]
  /** Only rows with these values in filter columns count. */
  where?: Readonly<Record<string, string>>
  /** Default: an interval with a row is there. Otherwise it is as far there as this column says. */
  counted?: { column: string; perInterval(config: Config): number }
  /** When the calendar of each line begins. Default: with its first row. */
  since?(config: Config, now: Date): Date
  /** Each run requests what is missing of it. Default: what is missing is collected by a backfill, if at all. */
  inEachRun?: true
  /** A query of `line` and `at`: intervals that the source itself does not have. */
  excused?: string
}
