/** The collector: the stack of this folder with match-results alone and an optional database, once or until stopped. */
import type { Client } from '@temporalio/client'
import { collectedBy } from '../../../activities/match-results/match-records.ts'
import { endingOf, startRun } from '../../../client/runs.ts'
import { PIPELINE } from '../../../client/search-attributes.ts'
import type { Config } from '../../../config/load-config.ts'
import type { RunEnding, RunOutcome } from '../../../core/run-outcome.ts'
import type { Pipeline } from '../../../pipelines/index.ts'
import { flushRuntimeLog } from '../../../worker/log.ts'
import { EXIT } from '../../exit.ts'
import { startAll } from '../../start-all.ts'
import { aborted } from '../../stop-request.ts'
import { endLines } from './collection-lines.ts'
import type { CollectorLog } from './log-lines.ts'
import { openWorkerLog } from './worker-log.ts'

/** A collection that is cancelled gets this long to close its record; the rest of 10 s is for the servers. */
const CLOSE_MS = 3_000

export interface Collector {
  /** With match-results enabled, at the collector's interval. */
  config: Config
  pipeline: Pipeline
  log: CollectorLog
  /** Collects by the schedule until stopped, instead of once. */
  isDaemon: boolean
  /** Aborted on the first signal that asks the collector to end. */
  stopped: AbortSignal
}

/** Returns the exit code. Throws `StackInUse` if another stack, or collector, runs in this folder. */
export async function collect({ config, pipeline, log, isDaemon, stopped }: Collector): Promise<number> {
  const reported = new Set<string>()
  const workerLog = openWorkerLog(log, isDaemon ? {} : { onEnded: (workflowId) => reported.add(workflowId) })
  const { client, worker, stop } = await startAll({
    config,
    stopped,
    scheduled: isDaemon ? [pipeline] : [],
    leavesOthers: config.env.TEMPORAL_ADDRESS !== undefined,
    openLog: () => workerLog,
    say: (line, record) => {
      // Lines without a code are notes on the way, and in English.
      if (record === undefined) workerLog.debug(line)
      else workerLog.warn(record, line)
    },
    what: `almanac collector${isDaemon ? ' --daemon' : ''}${config.mode === 'demo' ? ' --demo' : ''}`,
    databaseOptional: true,
  })
  const stay = async () => {
    await startRun(client, pipeline, 'start')
    await aborted(stopped)
    return EXIT.done
  }
  const collectOnce = async () => {
    const { workflowId, ending } = await oneRun(client, pipeline, stopped)
    if (ending === undefined) return EXIT.runFailed
    flushRuntimeLog()
    // On a shared server another worker may have had the last activity.
    if (!reported.has(workflowId)) log.lines(endLines(collectedBy(ending, false)))
    return exitCodeFor(ending.outcome)
  }
  try {
    const work = isDaemon ? stay() : collectOnce()
    return await Promise.race([work, worker.ended.then(() => work)])
  } finally {
    await stop()
  }
}

/** The exit code of a single collection: a run that another one made unnecessary did nothing wrong. */
export function exitCodeFor(outcome: RunOutcome): number {
  return ['complete', 'partial', 'skipped'].includes(outcome) ? EXIT.done : EXIT.runFailed
}

/** A run of our own, which is cancelled on a stop; no `ending` if it could not even close its record. */
async function oneRun(
  client: Client,
  pipeline: Pipeline,
  stopped: AbortSignal,
): Promise<{ workflowId: string; ending?: RunEnding | undefined }> {
  await unlessAborted(client, stopped, () => openRunsEnded(client, pipeline))
  if (stopped.aborted) return { workflowId: '' }
  // Not ended by a stop: a run that the server has started is to be cancelled.
  const handle = await startRun(client, pipeline, 'start')
  const { workflowId } = handle
  const ending = await unlessAborted(client, stopped, () => endingOf(handle))
  if (ending !== undefined) {
    // A drain that found something has started a run that follows it.
    await unlessAborted(client, stopped, () => openRunsEnded(client, pipeline))
    return { workflowId, ending }
  }
  const closed = await unlessAborted(client, AbortSignal.timeout(CLOSE_MS), async () => {
    await handle.cancel()
    return endingOf(handle)
  })
  return { workflowId, ending: closed }
}

/** Waits for runs that go on: one that a killed collector left open, or one after a drain. Two at once are one too many. */
async function openRunsEnded(client: Client, { id, workflow }: Pipeline): Promise<void> {
  const query = `${PIPELINE.name}="${id}" AND WorkflowType="${workflow}" AND ExecutionStatus="Running"`
  for await (const { workflowId, runId } of client.workflow.list({ query }))
    await endingOf(client.workflow.getHandle(workflowId, runId))
}

/** Undefined if the signal ended the work's calls to Temporal. */
async function unlessAborted<T>(
  client: Client,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    // The signal ends a call that is on its way; one that waits for its next attempt does not see it.
    return await Promise.race([client.withAbortSignal(signal, work), aborted(signal).then(() => undefined)])
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
