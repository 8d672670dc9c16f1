/** The time-skipping server, on which hours pass in milliseconds; it knows no schedules and no listing. */
import { defineSearchAttributeKey } from '@temporalio/common'
import { temporal } from '@temporalio/proto'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import type { Worker, WorkerOptions } from '@temporalio/worker'
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import { startRun, type RunHandle } from '../../client/runs.ts'
import { PIPELINE } from '../../client/search-attributes.ts'
import { temporalExecutable, testServerPath } from '../../local/temporal-binary.ts'
import { pipelineById } from '../../pipelines/index.ts'
import { workflowBundle } from '../../worker/bundle.ts'
import { createWorker } from '../../worker/worker.ts'
import { quietRuntime } from './runtime.ts'
import { toolsDir } from './tools-dir.ts'

const { INDEXED_VALUE_TYPE_KEYWORD: KEYWORD, INDEXED_VALUE_TYPE_DATETIME: DATETIME } =
  temporal.api.enums.v1.IndexedValueType

/** A server for workflows whose activities are stand-ins. */
export interface TestServer {
  client: TestWorkflowEnvironment['client']
  /** The server's clock, milliseconds since 1970; with time skipping, hours ahead of ours after a few tests. */
  now(): Promise<number>
  /** A worker with everything that production's has, except for its activities. */
  createWorker(activities: object, options?: Partial<WorkerOptions>): Promise<Worker>
  stop(): Promise<void>
}

export interface TimeSkipping extends TestServer {
  /** Skips to the next time at which a UTC clock shows this; tests never depend on the hour at which they run. */
  skipTo(hour: number, minute: number): Promise<number>
  /**
   * Lets this much time pass, also while an activity waits in a queue without a worker: there the server skips none by
   * itself.
   */
  skip(ms: number): Promise<void>
}

/** Starts a server; once a test file. */
export async function startTimeSkipping(): Promise<TimeSkipping> {
  quietRuntime()
  const path = testServerPath(toolsDir)
  if (path === undefined) throw new Error(`no time-skipping server in ${toolsDir}; run "./almanac prepare"`)
  const [env, bundlePath] = await Promise.all([
    TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } }),
    workflowBundle(toolsDir),
  ])
  // A run that sets an unknown attribute fails its workflow task forever; this server can register them, not list them.
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.client.options.namespace,
    // The last one is a real server's own.
    searchAttributes: { Pipeline: KEYWORD, Outcome: KEYWORD, TemporalScheduledStartTime: DATETIME },
  })
  return {
    ...testServer(env, bundlePath),
    async skipTo(hour, minute) {
      const now = await env.currentTimeMs()
      const today = now - (now % DAY_MS) + (hour * 60 + minute) * MINUTE_MS
      const target = today > now ? today : today + DAY_MS
      await env.sleep(target - now)
      return target
    },
    skip: (ms) => env.sleep(ms),
  }
}

/**
 * Starts a real server, with real time; once a test file. The time-skipping one does not notify a workflow that its
 * child was terminated, nor a child that its parent was.
 */
export async function startDevServer(): Promise<TestServer> {
  quietRuntime()
  const [env, bundlePath] = await Promise.all([
    TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: temporalExecutable(toolsDir) },
        searchAttributes: [PIPELINE, defineSearchAttributeKey('Outcome', 'KEYWORD')],
      },
    }),
    workflowBundle(toolsDir),
  ])
  return testServer(env, bundlePath)
}

function testServer(env: TestWorkflowEnvironment, bundlePath: string): TestServer {
  return {
    client: env.client,
    now: () => env.currentTimeMs(),
    createWorker: (activities, options) =>
      createWorker({
        connection: env.nativeConnection,
        namespace: env.client.options.namespace,
        bundlePath,
        activities: {},
        // Workflows run in this thread: a thread for each of the tests' workers is half of the computing time.
        options: { activities, debugMode: true, ...options },
      }),
    stop: () => env.teardown(),
  }
}

/** Starts a run of mod-stats as `almanac run` does. */
export function startModStats(
  { client }: TimeSkipping,
  params: Record<string, unknown> = {},
): Promise<RunHandle> {
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('mod-stats is not in the registry')
  return startRun(client, pipeline, 'manual', params)
}
