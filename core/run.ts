/** A run as schedules, workflows, activities and records know it. */
import { failureReason, type Reason } from './reason.ts'
import type { RunCounts } from './run-outcome.ts'

/**
 * `drain`: rows were loaded from the spool, and the rows derived from them are due. `replay`: stored responses were read
 * again. Neither asks an upstream.
 */
export const TRIGGERS = ['schedule', 'manual', 'start', 'demo', 'drain', 'replay'] as const
export type Trigger = (typeof TRIGGERS)[number]

/** Parameters of every run, whatever its pipeline. */
export interface RunParams {
  /** Replaces the pipeline's own bound, in seconds. */
  boundSeconds?: number | undefined
  /** Contact no source: compute what is due from the stored rows. */
  derive?: boolean | undefined
}

/** Parameters of a run that collects the past, for pipelines that can; ISO 8601. */
export interface BackfillParams {
  from?: string | undefined
  to?: string | undefined
  onlyMissing?: boolean | undefined
}

/**
 * Input of every pipeline's workflow. `Params` are its own parameters, validated by the schema of its definition;
 * `Cursor` is where its batches continue.
 */
export interface RunInput<Params extends object = object, Cursor = number> {
  trigger: Trigger
  params?: RunParams & Params
  /** Set by schedules: a start later than this after its scheduled time came from a backfill. Milliseconds. */
  latestMs?: number
  /** Set by continue-as-new: the identity of this run, and how far its sources came. */
  resumed?: { run: Run; counts: RunCounts; cursors: Record<string, Cursor | null> }
}

/** A run as its activities know it. Rows carry `runId`, snapshot rows the UTC date of `startedAt` (ISO 8601). */
export interface Run {
  runId: string
  workflowId: string
  pipeline: string
  trigger: Trigger
  startedAt: string
}

/** Why a run ends before it begins. */
export interface Skipped {
  reason: Reason
  /** The run that holds the lock only recomputes, and ends in a moment. */
  isDeriving?: true
}

/** Reads what a first activity may have returned before reasons were records: a name and a sentence. */
export function asSkipped(stored: Skipped | { type: string; message: string; isDeriving?: true }): Skipped {
  if ('reason' in stored) return stored
  return { reason: failureReason(stored), ...(stored.isDeriving && { isDeriving: true }) }
}

/** A run as its workflow knows it. Times are ISO 8601, UTC. */
export interface RunIdentity {
  runId: string
  workflowId: string
  pipeline: string
  trigger: string
  startedAt: string
}
