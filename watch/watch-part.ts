/** What a pipeline says of what is to be watched. */
import type { Config } from '../config/load-config.ts'

export interface WatchPart {
  /** How old the newest data may be, source by source. */
  fresh: readonly Freshness[]
}

export interface Freshness {
  /** Source of a run, as its counts name it. */
  source: string
  /** A query of one row with a column `at`: the time of the newest data, null if there is none. */
  newest: string
  /** Milliseconds. A source that is not asked with these settings has no limit: undefined. */
  allowedMs: (config: Config) => number | undefined
}
