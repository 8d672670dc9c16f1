/** What a pipeline contributes to the API. */
import type { LastingTemporal } from '../client/lasting-temporal.ts'
import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import type { DataSets } from './data-set.ts'
import type { Api } from './app.ts'

/** What the routes of a pipeline work with. */
export interface RouteContext {
  /** Reads only: its connections refuse every change. */
  db: Database
  temporal: LastingTemporal
  config: Config
}

export interface ApiPart {
  /** Rows to look at and to take away. */
  dataSets: DataSets
  /** Adds routes of its own, such as those that the clients of older systems call. Default: none. */
  addRoutes?(api: Api, context: RouteContext): void
}
