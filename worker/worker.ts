/** The process that runs workflows and activities: one Temporal worker, its dependencies, and how it ends. */
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker'
import { type ActivityDependencies } from '../activities/dependencies.ts'
import { createActivities } from '../activities/index.ts'
import { TASK_QUEUE } from '../client/task-queue.ts'
import { SteadyActivity } from './activity-interceptor.ts'

/** A run has three or four steps, most of them waiting for an upstream; more at once than this helps nobody. */
const MAX_STEPS = 20
/**
 * After a kill, workflow tasks wait for the dead worker's own queue this long before any worker gets them
 * (default 10 s). A living worker picks its tasks up within milliseconds.
 */
const STICKY_TIMEOUT_MS = 2_000
/** A shutdown lets steps finish for this long, then cancels them (they are retried later) … */
const SHUTDOWN_GRACE_MS = 2_000
/** … and ends hard after this, so that Ctrl+C stays within 10 s together with both servers. */
const SHUTDOWN_FORCE_MS = 5_000

export interface WorkerSettings {
  connection: NativeConnection
  namespace: string
  bundlePath: string
  dependencies: ActivityDependencies
  /** Replaces the defaults; the benchmark compares with and without ours. */
  options?: Partial<WorkerOptions>
}

/** Removing clones goes on while every slot of the host clones or reads. */
const CLEANUP_SLOTS = 4

/**
 * The workers of the host's own queues: they run steps on its disk and no workflows. `run()` and `shutdown()` them like
 * the other.
 */
export async function createHostWorkers({
  connection,
  namespace,
  dependencies,
}: WorkerSettings): Promise<Worker[]> {
  const { queue, cleanupQueue } = dependencies.host
  const activities = createActivities(dependencies)
  const { cloneLibrary, makeContext, removeClone } = activities
  const create = (taskQueue: string, slots: number, steps: object) =>
    Worker.create({
      connection,
      namespace,
      taskQueue,
      activities: steps,
      interceptors: { activity: [() => ({ inbound: new SteadyActivity() })] },
      maxConcurrentActivityTaskExecutions: slots,
      shutdownGraceTime: SHUTDOWN_GRACE_MS,
      shutdownForceTime: SHUTDOWN_FORCE_MS,
    })
  const { chains } = dependencies.tracked['library-context']
  return Promise.all([
    create(queue, chains, { cloneLibrary, makeContext }),
    create(cleanupQueue, CLEANUP_SLOTS, { removeClone }),
  ])
}

/** Creates the worker; `run()` it, `shutdown()` it. It logs through the installed runtime. */
export function createWorker(settings: WorkerSettings): Promise<Worker> {
  return Worker.create({
    connection: settings.connection,
    namespace: settings.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: settings.bundlePath },
    activities: createActivities(settings.dependencies),
    interceptors: { activity: [() => ({ inbound: new SteadyActivity() })] },
    maxConcurrentActivityTaskExecutions: MAX_STEPS,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: SHUTDOWN_FORCE_MS,
    ...settings.options,
  })
}
