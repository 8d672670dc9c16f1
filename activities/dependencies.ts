/** What activities need from outside, and what one attempt of an activity gets. */
import { cancellationSignal } from '@temporalio/activity'
import type { Database } from '../db/database.ts'
import type { RetryBudget } from '../db/database-retry.ts'
import type { RawPayloadCaps } from '../db/queries/raw-payloads.ts'
import type { PipelineId, Sections } from '../pipelines/index.ts'
import { attemptRetryBudget } from './attempt-retry-budget.ts'
import type { AskTemporal } from './run-record.ts'

/** What the activities of every pipeline share. */
export interface CommonDependencies {
  db: Database
  temporal: AskTemporal
  /** Folder of the exported files. */
  dataDir: string
  rawPayloadCaps: RawPayloadCaps
  clock: () => Date
}

/** What the activities of one pipeline get: what all share, its settings, and the clients that its worker part made. */
export type DependenciesFor<Id extends PipelineId, Clients> = CommonDependencies &
  Clients & {
    settings: Sections[Id]
    /** How long an activity waits for an absent database, in milliseconds. */
    retryBudgetMs: number
  }

/** How an attempt ends, and how long it waits for the database. */
export interface Attempt {
  signal: AbortSignal
  retryBudget: RetryBudget
}

/** Returns the dependencies together with what the attempt that begins here has; `limits` replaces its retry budget. */
export function forAttempt<Dependencies extends { retryBudgetMs: number }>(
  dependencies: Dependencies,
  limits: Pick<RetryBudget, 'ms' | 'tryMs'> = { ms: dependencies.retryBudgetMs },
): Dependencies & Attempt {
  return { ...dependencies, signal: cancellationSignal(), retryBudget: attemptRetryBudget(limits) }
}
