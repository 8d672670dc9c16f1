/**
 * What every activity gets without code of its own: a heartbeat, an end when it is cancelled, named failures, and a
 * note on spooled rows.
 */
import { Context } from '@temporalio/activity'
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker'
import { PIPELINES } from '../pipelines/index.ts'
import { inAttempt } from '../upstreams/calls.ts'
import { temporalFailure } from './failures.ts'
import { withSpooledCounts } from './spooled-counts.ts'

/** Several beats fit into the heartbeat timeout of `workflows/policies.ts`, so one lost beat ends nothing. */
const BEAT_MS = 1_000

/** Heartbeats while the activity runs, and ends it at once when it is cancelled (by an operator or by a shutdown). */
export class HeartbeatInterceptor implements ActivityInboundCallsInterceptor {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const context = Context.current()
    const beat = setInterval(() => {
      context.heartbeat()
    }, BEAT_MS)
    try {
      // The activity's own requests see the same cancellation through their signal; this also ends one that ignores it.
      const step = withSpooledCounts(pipelineOf(context.info.workflowType), () =>
        inAttempt(context.info.attempt, () => next(input)),
      )
      return await Promise.race([step, context.cancelled])
    } catch (error) {
      throw temporalFailure(
        context.cancellationSignal.aborted ? context.cancellationSignal.reason : error,
        context.info.attempt,
      )
    } finally {
      clearInterval(beat)
    }
  }
}

/** The pipeline of an activity's run, or of the run whose child it belongs to. */
function pipelineOf(workflowType: string | undefined): string | undefined {
  const isOf = (name: string) => name === workflowType
  return PIPELINES.find(({ workflow, children = [] }) => isOf(workflow) || children.some(isOf))?.id
}
