/** What a pipeline says of what is to be watched. */
import type { Config } from '../config/load-config.ts'
import type { Reason } from '../core/reason.ts'
import type { Database } from '../db/database.ts'

export interface WatchPart {
  /** Who is asked, and the sources of a run that come from there. */
  upstreams: readonly UpstreamSources[]
  /** How old the newest data may be, source by source. */
  fresh: readonly Freshness[]
  /** What is worth telling though nothing is wrong, newer than a moment, oldest first: of a night, of a day. Default: nothing. */
  news?: (db: Database, after: Date, now: Date) => Promise<News[]>
}

export interface UpstreamSources {
  /** As people call it. */
  name: string
  sources: readonly string[]
  /** Names of its clients, by which its limits are known. */
  clients: readonly string[]
  /** Activities that ask it and no other: while one fails, so does the upstream. */
  steps: readonly string[]
  /** Whether the settings name it, where a user may have none. Default: they do. */
  isAsked?: (config: Config) => boolean
  /** Why it is not asked with these settings, such as a key that is missing, and what to do. Default: it is asked. */
  missing?: (config: Config) => Reason | undefined
}

/** A summary for channels that ask for it. */
export interface News {
  /** What it is about is over since then, in milliseconds since 1970. */
  at: number
  what: Reason
  /** More of it, a line each. */
  lines: readonly Reason[]
}

export interface Freshness {
  /** Source of a run, as its counts name it. */
  source: string
  /** A query of one row with a column `at`: the time of the newest data, null if there is none. */
  newest: string
  /** Milliseconds. A source that is not asked with these settings has no limit: undefined. */
  allowedMs: (config: Config) => number | undefined
}
