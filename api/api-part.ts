/** What a pipeline contributes to the API. */
import type { Backfiller } from '../client/backfill.ts'
import type { LastingTemporal } from '../client/lasting-temporal.ts'
import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import type { DataSets } from './data-set.ts'
import type { InFrench } from './in-french.ts'
import type { Api } from './app.ts'
import type { Expectation } from './expectation.ts'

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
  /** What people read of the pipeline, in French. */
  inFrench: InFrench
  /** Which intervals should have rows; gaps are found among them. */
  expected: readonly Expectation[]
  /** How it collects the past; absent if the definition says why it cannot. */
  backfiller?: Backfiller
  /** Adds routes of its own, such as those that the clients of older systems call. Default: none. */
  addRoutes?(api: Api, context: RouteContext): void
  /** Throws `WrongUsage` for parameters that the settings contradict, before a run is started. */
  checkParams?(config: Config, params: Record<string, unknown>): void
  /** What is to be said of a run beyond its counts; undefined if that is nothing. */
  detailsOf?(db: Database, runId: string): Promise<Record<string, unknown> | undefined>
}
