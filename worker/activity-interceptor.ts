/** What every step gets without asking: a heartbeat, an end when it is cancelled, and named failures. */
import { Context } from '@temporalio/activity'
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker'
import { temporalFailure } from './failures.ts'

/** Several beats fit into the heartbeat timeout of `workflows/policies.ts`, so one lost beat ends nothing. */
const BEAT_MS = 1_000

/** Heartbeats while the step runs, and ends it at once when it is cancelled (by an operator or by a shutdown). */
export class SteadyActivity implements ActivityInboundCallsInterceptor {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const context = Context.current()
    const beat = setInterval(() => {
      context.heartbeat()
    }, BEAT_MS)
    try {
      // The step's own requests see the same cancellation through their signal; this also ends one that does not look.
      return await Promise.race([next(input), context.cancelled])
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
