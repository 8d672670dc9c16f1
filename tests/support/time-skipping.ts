/** The time-skipping server, on which hours pass in milliseconds; it knows no schedules and no listing. */
import { temporal } from '@temporalio/proto'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime, type Worker, type WorkerOptions } from '@temporalio/worker'
import type { ActivityDependencies } from '../../activities/index.ts'
import { startRun, type RunHandle } from '../../client/runs.ts'
import { testServerPath } from '../../local/temporal-binary.ts'
import { pipelineById } from '../../registry.ts'
import { workflowBundle } from '../../worker/bundle.ts'
import { createWorker } from '../../worker/worker.ts'
import { toolsDir } from './stack.ts'

const { INDEXED_VALUE_TYPE_KEYWORD: KEYWORD, INDEXED_VALUE_TYPE_DATETIME: DATETIME } =
  temporal.api.enums.v1.IndexedValueType
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export interface TimeSkipping {
  client: TestWorkflowEnvironment['client']
  /** The server's clock, milliseconds since 1970; hours ahead of ours after a few tests. */
  now(): Promise<number>
  /** Skips to the next time at which a UTC clock shows this; tests never depend on the hour at which they run. */
  skipTo(hour: number, minute: number): Promise<number>
  /** A worker with everything that production's has, except for its activities. */
  createWorker(activities: object, options?: Partial<WorkerOptions>): Promise<Worker>
  stop(): Promise<void>
}

/** Starts a server; once a test file. */
export async function startTimeSkipping(): Promise<TimeSkipping> {
  quietRuntime()
  const path = testServerPath(toolsDir)
  if (path === undefined) throw new Error(`no time-skipping server in ${toolsDir}; run "almanac prepare"`)
  const [env, bundlePath] = await Promise.all([
    TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } }),
    workflowBundle(toolsDir),
  ])
  // A run that sets an unknown attribute fails its workflow task for ever; this server can register them, not list them.
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.client.options.namespace,
    // The last one is a real server's own.
    searchAttributes: { Pipeline: KEYWORD, Outcome: KEYWORD, TemporalScheduledStartTime: DATETIME },
  })
  return {
    client: env.client,
    now: () => env.currentTimeMs(),
    async skipTo(hour, minute) {
      const now = await env.currentTimeMs()
      const today = now - (now % DAY_MS) + (hour * 60 + minute) * MINUTE_MS
      const target = today > now ? today : today + DAY_MS
      await env.sleep(target - now)
      return target
    },
    createWorker: (activities, options) =>
      createWorker({
        connection: env.nativeConnection,
        namespace: env.client.options.namespace,
        bundlePath,
        // Never reached: the activities that would use them are replaced.
        dependencies: {} as ActivityDependencies,
        options: { activities, ...options },
      }),
    stop: () => env.teardown(),
  }
}

/** Starts a run of mod-stats as `almanac run` does. */
export function startModStats({ client }: TimeSkipping): Promise<RunHandle> {
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('mod-stats is not in the registry')
  return startRun(client, pipeline, 'manual')
}

/** Failing steps are what these tests are about; each would print a warning. */
export function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  })
}
