/** The process that runs workflows and activities: one Temporal worker, its dependencies, and how it ends. */
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker'
import { TASK_QUEUE } from '../client/task-queue.ts'
import type { Activities, OwnQueue } from './pipelines/worker-part.ts'
import { HeartbeatInterceptor } from './activity-interceptor.ts'

/** A run has three or four activities, most of them waiting for an upstream; more at once than this does not help. */
const MAX_STEPS = 20
/**
 * After a kill, workflow tasks wait for the dead worker's own queue this long before any worker gets them
 * (default 10 s). A living worker picks its tasks up within milliseconds.
 */
const STICKY_TIMEOUT_MS = 2_000
/** A shutdown lets activities finish for this long, then cancels them (they are retried later) … */
const SHUTDOWN_GRACE_MS = 2_000
/** … and ends hard after this, so that Ctrl+C stays within 10 s together with both servers. */
const SHUTDOWN_FORCE_MS = 5_000

export interface WorkerSettings {
  connection: NativeConnection
  namespace: string
  bundlePath: string
  activities: Activities
  /** Replaces the defaults; the benchmark compares with and without ours. */
  options?: Partial<WorkerOptions>
}

/** A worker of one pipeline's own queue: it runs activities and no workflows. `run()` and `shutdown()` it like the other. */
export function createQueueWorker(
  { connection, namespace, activities }: WorkerSettings,
  { taskQueue, slots, activities: names }: OwnQueue,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    activities: Object.fromEntries(names.map((name) => [name, activities[name]])),
    interceptors: { activity: [() => ({ inbound: new HeartbeatInterceptor() })] },
    maxConcurrentActivityTaskExecutions: slots,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: SHUTDOWN_FORCE_MS,
  })
}

/** Creates the worker; `run()` it, `shutdown()` it. It logs through the installed runtime. */
export function createWorker(settings: WorkerSettings): Promise<Worker> {
  return Worker.create({
    connection: settings.connection,
    namespace: settings.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: settings.bundlePath },
    activities: settings.activities,
    interceptors: { activity: [() => ({ inbound: new HeartbeatInterceptor() })] },
    maxConcurrentActivityTaskExecutions: MAX_STEPS,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: SHUTDOWN_FORCE_MS,
    ...settings.options,
  })
}
