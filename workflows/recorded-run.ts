/** Every pipeline's workflow is a body inside `recordedRun`, which opens and closes the run's record. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  TimeoutFailure,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow'
import { defineSearchAttributeKey } from '@temporalio/common'
import { RECOMPUTE_WAIT_MS, RECOMPUTE_WAITS } from './policies.ts'
import { cleanText } from '../core/foreign-text.ts'
import { failureReason } from '../core/reason.ts'
import {
  asCounts,
  asRunCounts,
  failureOf,
  lacking,
  NOTHING,
  outcomeOf,
  type RunCounts,
  type RunEnding,
  type SourceCounts,
} from '../core/run-outcome.ts'
import type { LogRecord } from '../core/log-records.ts'
import { asSkipped, type Run, type RunInput, type Skipped } from '../core/run.ts'
import { reason } from '../wording/reason.ts'
import { sentence } from '../wording/sentence.ts'

/** How the run ended, for `temporal workflow list --query 'Outcome="partial"'`. */
const OUTCOME = defineSearchAttributeKey('Outcome', 'KEYWORD')

export interface RunHooks {
  /** First activity: takes the lock, prepares. Returns why the run must not continue, if so. */
  open(run: Run): Promise<{ skipped?: Skipped }>
  /**
   * Last activity: finishes files and the record. Returns the ending if that changed it; earlier versions returned
   * nothing.
   */
  close(run: Run, ending: RunEnding): Promise<RunEnding | null | undefined>
  /** What that activity makes besides the record, which a complete run has. Default: nothing. */
  closing?: string
}

/** The input of any pipeline's workflow. */
type AnyRunInput = RunInput<object, unknown>

/** Runs a pipeline's body between opening and closing its record. Throws if the run failed or was cancelled. */
export async function recordedRun(
  run: Run,
  hooks: RunHooks,
  input: AnyRunInput,
  body: (counts: RunCounts) => Promise<void>,
): Promise<RunEnding> {
  const counts = asRunCounts(input.resumed?.counts ?? {})
  let cancelled: Error | undefined
  let ending: RunEnding
  try {
    const { skipped } = input.resumed === undefined ? await opened(run, hooks) : {}
    if (skipped === undefined) {
      await body(counts)
      const failure = failureOf(counts)
      ending = { outcome: outcomeOf(counts), counts, ...(failure && { error: failure }) }
    } else {
      ending = { outcome: 'skipped', counts, error: skipped.reason }
    }
  } catch (error) {
    if (error instanceof Error && isCancellation(error)) {
      cancelled = error
      ending = { outcome: 'cancelled', counts }
    } else if (error instanceof ActivityFailure) {
      ending = { outcome: 'failed', counts, error: failureReason(reasonOf(error)) }
    } else {
      throw error
    }
  }
  ending = await CancellationScope.nonCancellable(() => close(run, hooks, ending))
  if (cancelled !== undefined) throw cancelled
  if (ending.outcome === 'failed') {
    throw ApplicationFailure.create({
      type: 'RunFailed',
      message: ending.error === undefined ? 'every source failed' : cleanText(sentence(ending.error)),
      nonRetryable: true,
      details: [ending],
    })
  }
  return ending
}

/** A day or a minute must not be missed because a recompute run happens to hold the lock. */
async function opened(run: Run, hooks: RunHooks): Promise<{ skipped?: Skipped }> {
  for (let waits = 0; ; waits++) {
    const { skipped: stored } = await hooks.open(run)
    const skipped = stored && asSkipped(stored)
    if (skipped?.isDeriving !== true || waits === RECOMPUTE_WAITS) return skipped ? { skipped } : {}
    await sleep(RECOMPUTE_WAIT_MS)
  }
}

/** Identity of this run: the first execution's id, or what the run before continue-as-new passed on. */
export function runOf(pipeline: string, input: AnyRunInput): Run {
  if (input.resumed) return input.resumed.run
  const info = workflowInfo()
  return {
    runId: info.firstExecutionRunId,
    workflowId: info.workflowId,
    pipeline,
    trigger: input.trigger,
    startedAt: info.startTime.toISOString(),
  }
}

/** Longest duration of a run, in milliseconds: its pipeline's bound, or what was requested. */
export function boundMsOf({ params }: AnyRunInput, pipelineMs: number): number {
  return params?.boundSeconds === undefined ? pipelineMs : params.boundSeconds * 1000
}

/** Returns a pipeline's activities under a policy; `summary` is what the Web UI shows of each. */
export function activitiesOf<Activities extends object>() {
  return (options: ActivityOptions, summary: string) => proxyActivities<Activities>({ ...options, summary })
}

/**
 * Milliseconds left of a run that may take `boundMs` in total; at least a second, so that an activity can report why it
 * fails.
 */
export function remainingMs(run: Run, boundMs: number): number {
  return Math.max(boundMs - (Date.now() - Date.parse(run.startedAt)), 1_000)
}

/**
 * Turns the failure of one source into its counts, so that the others continue; cancellation passes through. `soFar` is
 * what the source had before.
 */
export async function settleSource(
  soFar: SourceCounts | undefined,
  work: () => Promise<SourceCounts>,
): Promise<SourceCounts> {
  try {
    return asCounts(await work())
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error
    const before = soFar ?? NOTHING
    const outcome = before.written > 0 || before.spooled !== undefined ? 'partial' : 'failed'
    return { ...before, outcome, why: [...before.why, failureReason(reasonOf(error))] }
  }
}

/** The named failure that ended an activity; for a timeout, that of its last attempt. */
export function reasonOf(error: ActivityFailure): { type: string; message: string } {
  let reason = { type: 'TimedOut', message: `${error.activityType} did not end in time` }
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure)
      reason = { type: cause.type ?? 'Unclassified', message: cause.message }
    // The SDK does not convert the failure that the server names behind a timeout.
    const behind = cause instanceof TimeoutFailure ? cause.failure?.cause : undefined
    if (behind?.applicationFailureInfo)
      reason = { type: behind.applicationFailureInfo.type ?? 'Unclassified', message: behind.message ?? '' }
  }
  return reason
}

/** Closes the record; returns the ending with what the last step found, or why it failed. */
async function close(run: Run, hooks: RunHooks, found: RunEnding): Promise<RunEnding> {
  let ending = found
  setCurrentDetails(detailsOf(ending))
  try {
    ending = (await hooks.close(run, ending)) ?? ending
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    // The worker's sweep closes the record from this workflow's result once the database is back.
    const { type, message } = reasonOf(error)
    if (hooks.closing !== undefined)
      ending = lacking(ending, hooks.closing, [
        reason('not-closed', { reason: failureReason({ type, message }) }),
      ])
    const record = { event: 'run.close-failed', reason: message, failure: type } satisfies LogRecord
    log.error('the record of this run could not be closed', record)
  }
  // Sent together with the workflow's end: on its own it would be one more write that the last activity waits for.
  upsertSearchAttributes([{ key: OUTCOME, value: ending.outcome }])
  setCurrentDetails(detailsOf(ending))
  return ending
}

/** What the Web UI shows of a finished run, as a table. */
function detailsOf(ending: RunEnding): string {
  const rows = Object.entries(ending.counts).map(
    ([source, c]) =>
      `| ${source} | ${c.outcome} | ${c.fetched} | ${c.written} | ${c.rejected} | ${c.why.map((one) => sentence(one)).join('; ')} |`,
  )
  const head = [
    '| source | outcome | fetched | written | rejected | why |',
    '| --- | --- | --- | --- | --- | --- |',
  ]
  return [
    `**${ending.outcome}**${ending.error ? ` ${sentence(ending.error)}` : ''}`,
    '',
    ...head,
    ...rows,
  ].join('\n')
}
