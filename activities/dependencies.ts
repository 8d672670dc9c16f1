/** External dependencies of the activities, and the context of one attempt. */
import { cancellationSignal } from '@temporalio/activity'
import type { Database } from '../db/database.ts'
import type { RetryBudget } from '../db/database-retry.ts'
import type { RawPayloadCaps } from '../db/queries/raw-payloads.ts'
import type { PipelineId, Sections } from '../pipelines/index.ts'
import { attemptRetryBudget } from './attempt-retry-budget.ts'
import type { AskTemporal } from './run-record.ts'

/** Dependencies that the activities of every pipeline share. */
export interface CommonDependencies {
  db: Database
  temporal: AskTemporal
  /** Folder of the exported files. */
  dataDir: string
  rawPayloadCaps: RawPayloadCaps
  clock: () => Date
}

/**
 * Dependencies of one pipeline's activities: the shared ones, its settings, and the clients that its worker part made.
 */
export type DependenciesFor<Id extends PipelineId, Clients> = CommonDependencies &
  Clients & {
    settings: Sections[Id]
    /** How long an activity waits for an unavailable database, in milliseconds. */
    retryBudgetMs: number
  }

/** Cancellation and retry budget of an attempt. */
export interface Attempt {
  signal: AbortSignal
  retryBudget: RetryBudget
}

/**
 * Returns the dependencies together with the context of the attempt that begins here; `limits` replaces its retry
 * budget.
 */
export function forAttempt<Dependencies extends { retryBudgetMs: number }>(
  dependencies: Dependencies,
  limits: Pick<RetryBudget, 'ms' | 'tryMs'> = { ms: dependencies.retryBudgetMs },
): Dependencies & Attempt {
  return { ...dependencies, signal: cancellationSignal(), retryBudget: attemptRetryBudget(limits) }
}
