/** `almanac up`: the whole stack in one process, from the databases to the first collection, until it is told to stop. */
import { once } from 'node:events'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { PIPELINES, type Pipeline } from '../../registry.ts'
import { connectDatabase } from '../connection.ts'
import { EXIT } from '../exit.ts'
import { collectionsAtStart } from '../first-collection.ts'
import { followRun } from '../follow-run.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { coloured, duration, moment, print, table, totals } from '../output.ts'
import { endingOf, openRun, startRun, type RunHandle } from '../runs.ts'
import { scheduleStates } from '../schedules.ts'
import { startAll, type Running, type Say } from '../start-all.ts'
import { stopSignal } from '../stop-request.ts'
import { knownPipeline } from './run.ts'

interface UpOptions extends GlobalOptions {
  once?: boolean
  only?: string[]
  logFile?: string
}

/** What the parts of this command share. */
interface Session extends Running {
  config: Config
  pipelines: readonly Pipeline[]
  say: Say
  /** Goes off with Ctrl+C; calls to Temporal that wait are ended by it before their connection is closed. */
  stopped: AbortSignal
}

export async function up(options: UpOptions): Promise<number> {
  const config = configOf(options)
  const pipelines = options.only ? options.only.map(knownPipeline) : PIPELINES
  const stopped = stopSignal()
  const say: Say = (line) => {
    print(config.mode === 'demo' ? `DEMO  ${line}` : line)
  }
  const startedAt = Date.now()
  const running = await startAll({
    config,
    pipelines,
    say,
    logLevel: options.verbose ? 'debug' : config.env.LOG_LEVEL,
    logFile: options.logFile ?? (options.verbose ? undefined : join(config.stateDir, 'almanac.log')),
  })
  say(`ready      after ${duration(Date.now() - startedAt)}`)
  try {
    return await work({ ...running, config, pipelines, say, stopped }, options.once ?? false)
  } finally {
    await running.stop()
    say('stopped; all data is kept')
  }
}

/** The demo runs everything once before it stays; the live stack starts what is due. */
async function work(session: Session, onlyOnce: boolean): Promise<number> {
  const { config, worker, say, stopped } = session
  if (onlyOnce || config.mode === 'demo') {
    const code = await collectOnce(session)
    if (onlyOnce) return code
  } else {
    await collectDue(session)
  }
  await tellNext(session)
  say('Ctrl+C stops everything')
  if (!stopped.aborted) await Promise.race([once(stopped, 'abort'), worker.ended])
  return EXIT.done
}

/** Runs every pipeline once and prints the table. A run that an earlier stop left open is followed instead of started. */
async function collectOnce(session: Session): Promise<number> {
  const { client, config, pipelines, worker, say } = session
  const database = connectDatabase(config)
  const collect = async (pipeline: Pipeline) => {
    const startedAt = Date.now()
    const trigger = config.mode === 'demo' ? 'demo' : 'start'
    const handle =
      (await openRun(client, database.db, pipeline)) ?? (await startRun(client, pipeline, trigger))
    return {
      pipeline,
      workflowId: handle.workflowId,
      ending: await endingOf(handle),
      ms: Date.now() - startedAt,
    }
  }
  const rows = await untilStopped(session, () =>
    Promise.race([worker.ended, Promise.all(pipelines.map(collect))]),
  ).finally(() => database.close())
  if (rows === undefined) return EXIT.runFailed
  const flag = config.mode === 'demo' ? ' --demo' : ''
  const lines = rows.map(({ pipeline, workflowId, ending, ms }) => {
    const { fetched, written, rejected } = totals(ending.counts)
    const look = `npx almanac show${flag} ${workflowId}`
    return [pipeline.id, coloured(ending.outcome), fetched, written, rejected, (ms / 1000).toFixed(1), look]
  })
  const head = ['pipeline', 'outcome', 'fetched', 'written', 'rejected', 'seconds', 'where to look']
  for (const line of table(head, lines).split('\n')) say(line)
  return rows.every(({ ending }) => ending.outcome === 'complete') ? EXIT.done : EXIT.runFailed
}

/** Starts what is due, and tells of it while the stack stays up. */
async function collectDue(session: Session): Promise<void> {
  const { client, config, pipelines, say } = session
  for (const { handle, continued } of await collectionsAtStart(client, config, pipelines)) {
    say(`${continued ? 'continuing' : 'collecting'} ${handle.workflowId}`)
    void tellOf(session, handle)
  }
}

async function tellOf(session: Session, handle: Pick<RunHandle, 'workflowId' | 'result'>): Promise<void> {
  const { client, config, say } = session
  const follower = {
    say: (line: string) => {
      say(`           ${line}`)
    },
    everyAttempt: false,
  }
  try {
    const ending = await untilStopped(session, () => followRun(client, config, handle, follower))
    if (ending === undefined) return
    const { fetched, written } = totals(ending.counts)
    say(
      `collected  ${handle.workflowId} ${coloured(ending.outcome)}: ${fetched} rows fetched, ${written} written`,
    )
  } catch (error) {
    say(
      `           lost sight of ${handle.workflowId} (${String(error)}); "npx almanac show" tells how it goes on`,
    )
  }
}

/** What `work` answers, or undefined where Ctrl+C came first: waiting calls end before their connection does. */
async function untilStopped<T>({ client, stopped }: Session, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await client.withAbortSignal(stopped, work)
  } catch (error) {
    if (!stopped.aborted) throw error
    return undefined
  }
}

async function tellNext({ client, pipelines, say }: Session): Promise<void> {
  for (const { id, state, next } of await scheduleStates(client)) {
    if (!pipelines.some((pipeline) => pipeline.id === id)) continue
    say(`schedule   ${id} ${coloured(state)}${next ? `, next ${moment(next)}` : ''}`)
  }
}
