/** What an activity finds around it, for activities that are called without a worker. */
import { asyncLocalStorage, CancelledFailure, Context } from '@temporalio/activity'
import { noopMetricMeter, type Logger } from '@temporalio/common'
import { DAY_MS } from '../core/durations.ts'

/** No activity takes longer; a timer must not be longer than 24 days. */
const BOUND_MS = DAY_MS

/** What activities log is for the log of a worker. */
const SILENT: Logger = {
  log: () => undefined,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Calls activities as the first attempt of one, which `signal` cancels. Heartbeats and log records go nowhere. */
export async function inActivityContext<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const now = Date.now()
  const info = {
    activityId: 'none',
    activityType: 'none',
    activityNamespace: 'none',
    namespace: 'none',
    taskQueue: 'none',
    taskToken: new Uint8Array(),
    base64TaskToken: '',
    attempt: 1,
    isLocal: false,
    inWorkflow: false,
    heartbeatDetails: undefined,
    scheduledTimestampMs: now,
    currentAttemptScheduledTimestampMs: now,
    startToCloseTimeoutMs: BOUND_MS,
    scheduleToCloseTimeoutMs: BOUND_MS,
  }
  const cancelled = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new CancelledFailure('CANCELLED'))
    })
  })
  // An activity that does not wait for it does not hear of it.
  cancelled.catch(() => undefined)
  const context = new Context(
    info,
    cancelled,
    signal,
    () => undefined,
    undefined,
    SILENT,
    noopMetricMeter,
    {},
  )
  return asyncLocalStorage.run(context, work)
}
