/** `almanac up`: the whole stack in one process, from the databases to the first collection, until it is stopped. */
import { almanacCommand } from '../../core/command-name.ts'
import type { Config } from '../../config/load-config.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { sentenceOf } from '../../core/failures.ts'
import type { Say } from '../../core/log-records.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { connectDatabase, withDatabase } from '../../client/connection.ts'
import { EXIT } from '../exit.ts'
import { CLI_PARTS } from '../parts.ts'
import { importDemoPast } from '../demo-past.ts'
import { demoPasses } from '../demo-passes.ts'
import { collectionsAtStart } from '../first-collection.ts'
import { followRun } from '../follow-run.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { makeOwnFile } from '../own-file.ts'
import { coloured, duration, moment, print, table, totals } from '../output.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import { sentence } from '../../wording/sentence.ts'
import { counted, oneLine } from '../../wording/text.ts'
import { collectedBy, openRun, startRun, type RunHandle } from '../../client/runs.ts'
import { scheduleStates } from '../../client/schedules.ts'
import { workerLogFile } from '../../client/worker-log.ts'
import { reportPlaces } from '../places.ts'
import { reportTroubles } from '../report-troubles.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { startAll, type Running, type StartOptions } from '../start-all.ts'
import { aborted, stopController } from '../stop-request.ts'
import { endServersAtOnce } from '../../local/end-servers.ts'
import { openLog } from '../../worker/log.ts'

/** The last line. */
const STOPPED = 'stopped; all data is kept'
/** Prefix of each line of the demo. */
const DEMO = 'DEMO  '
/** A start of PostgreSQL after a crash takes up to a minute. */
const DATABASE_MS = 2 * MINUTE_MS
/** Without a line for this long a person wonders whether anything goes on. */
const STILL_MS = 20_000
const marginOf = ({ mode }: Config) => (mode === 'demo' ? DEMO.length : 0)

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
  /** Aborted on Ctrl+C and if the worker broke: ends what waits for Temporal before its connection is closed. */
  stopped: AbortSignal
  /** Reports in progress of open runs. */
  reporting: Promise<void>[]
}

export async function up(options: UpOptions): Promise<number> {
  const config = configOf(options)
  const pipelines =
    options.only?.map(knownPipeline) ?? PIPELINES.filter(({ id }) => config.tracked[id].enabled)
  const say: Say = (line) => {
    print(config.mode === 'demo' ? DEMO + line : line)
  }
  const stopping = stopController({
    first() {
      say('stopping … (Ctrl+C again ends everything at once)')
    },
    async second() {
      say('ending at once; the next start recovers')
      await endServersAtOnce(config.stateDir)
      process.exit(EXIT.endedAtOnce)
    },
  })
  const stopped = stopping.signal
  makeOwnFile(config, say)
  const startedAt = Date.now()
  const logFile = options.logFile ?? (options.verbose ? undefined : workerLogFile(config))
  // Who runs everything once reads the table.
  const hasPage = options.once !== true
  const running = await startUnlessStopped({
    config,
    stopped,
    scheduled: options.only ? pipelines : PIPELINES,
    withPage: hasPage,
    say,
    openLog: () => openLog(options.verbose ? 'debug' : config.env.LOG_LEVEL, logFile),
  })
  if (running === undefined) {
    say(STOPPED)
    return EXIT.done
  }
  reportPlaces(config, running.stack, say, { hasPage })
  if (logFile !== undefined) say(`log        ${logFile}`)
  say(`ready      after ${duration(Date.now() - startedAt)}`)
  const reporting: Promise<void>[] = [
    reportTroubles(config, say).catch((error: unknown) => {
      say(`checks     failed: ${sentenceOf(error)}`)
    }),
  ]
  try {
    const working = work({ ...running, config, pipelines, say, stopped, reporting }, options.once ?? false)
    return await Promise.race([working, running.worker.ended.then(() => working)])
  } finally {
    stopping.abort()
    await running.stop()
    await Promise.all(reporting)
    say(STOPPED)
  }
}

/** Undefined if a stop was asked for while it started. */
async function startUnlessStopped(
  options: StartOptions & { stopped: AbortSignal },
): Promise<Running | undefined> {
  try {
    return await startAll(options)
  } catch (error) {
    if (options.stopped.aborted) return undefined
    throw error
  }
}

/** The demo runs everything once, and imports the weeks before, before it stays; the live stack starts what is due. */
async function work(session: Session, onlyOnce: boolean): Promise<number> {
  const { config, say, stopped } = session
  if (onlyOnce || config.mode === 'demo') {
    const code = await collectOnce(session)
    if (onlyOnce) return code
    await importDemoPast(config, session.pipelines, session)
  } else {
    await collectDue(session)
  }
  await reportNext(session)
  say('Ctrl+C stops everything')
  await aborted(stopped)
  return EXIT.done
}

/** A query of the stack's own database, which answers late on a busy machine, or is being started again. */
function lateDatabase<T>(signal: AbortSignal, query: () => Promise<T>): Promise<T> {
  return withDatabaseRetry({ ms: DATABASE_MS, signal }, query)
}

/**
 * Runs every pipeline once and prints the table. A run that an earlier stop left open, or that a schedule starts just now, is
 * followed instead.
 */
async function collectOnce(session: Session): Promise<number> {
  const { client, config, demo, pipelines, stopped, say } = session
  const database = connectDatabase(config)
  const collect = async (pipeline: Pipeline) => {
    const startedAt = Date.now()
    const isDemo = config.mode === 'demo'
    const run = async () => {
      const open = await lateDatabase(stopped, () => openRun(client, database.db, pipeline))
      return collectedBy(client, open ?? (await startRun(client, pipeline, isDemo ? 'demo' : 'start')))
    }
    const seen = isDemo
      ? await lateDatabase(stopped, async () => CLI_PARTS[pipeline.id].demoSeen?.(database.db, config))
      : undefined
    if (seen !== undefined) demo[pipeline.id]?.resume(seen)
    const { workflowId, ending } = isDemo ? await demoPasses(demo[pipeline.id], run) : await run()
    running.delete(pipeline.id)
    say(`collected  ${pipeline.id} ${coloured(ending.outcome)} after ${duration(Date.now() - startedAt)}`)
    for (const line of reasonLines(ending)) say(`           ${line}`)
    return { pipeline, workflowId, ending, ms: Date.now() - startedAt }
  }
  const running = new Set<string>(pipelines.map(({ id }) => id))
  const still = setInterval(() => {
    say(`           still collecting ${[...running].join(', ')}`)
  }, STILL_MS)
  say(`collecting ${[...running].join(', ')}`)
  say('           then: counts and findings of each')
  let rows
  try {
    rows = await Promise.race([
      aborted(stopped),
      client.withAbortSignal(stopped, () => Promise.all(pipelines.map(collect))),
    ])
  } catch (error) {
    if (!stopped.aborted) throw error
  } finally {
    clearInterval(still)
    await database.close()
  }
  if (rows === undefined) return EXIT.runFailed
  const lines = rows.map(({ pipeline, workflowId, ending, ms }) => {
    const { fetched, written, rejected } = totals(ending.counts)
    const hint = almanacCommand(`show ${workflowId}`)
    return [pipeline.id, coloured(ending.outcome), fetched, written, rejected, (ms / 1000).toFixed(1), hint]
  })
  const head = ['pipeline', 'outcome', 'fetched', 'written', 'rejected', 'seconds', 'where to look']
  const fit = { below: ['where to look'], margin: marginOf(config) }
  for (const line of table(head, lines, fit).split('\n')) say(line)
  for (const line of await foundLines(session)) say(line)
  return rows.every(({ ending }) => ending.outcome === 'complete') ? EXIT.done : EXIT.runFailed
}

/** What the pipelines found, if a table of counts says little of it. */
async function foundLines({ config, pipelines, stopped }: Session): Promise<string[]> {
  const found = await withDatabase(config, ({ db }) =>
    lateDatabase(stopped, () =>
      Promise.all(pipelines.map(async ({ id }) => CLI_PARTS[id].foundLines?.(db, config, marginOf(config)))),
    ),
  )
  return found.flatMap((lines = []) => (lines.length === 0 ? [] : ['', ...lines]))
}

/** Starts what is due, and reports it while the stack stays up. */
async function collectDue(session: Session): Promise<void> {
  const { client, config, pipelines, say, stopped, reporting } = session
  const collections = await lateDatabase(stopped, () => collectionsAtStart(client, config, pipelines))
  for (const { handle, continued } of collections) {
    say(`${continued ? 'continuing' : 'collecting'} ${handle.workflowId}`)
    reporting.push(reportRun(session, handle))
  }
}

async function reportRun(session: Session, handle: Pick<RunHandle, 'workflowId' | 'result'>): Promise<void> {
  const { client, config, say, stopped } = session
  const indented = (line: string) => {
    say(`           ${line}`)
  }
  try {
    const follower = { say: indented, everyAttempt: false, signal: stopped }
    const ending = await client.withAbortSignal(stopped, () => followRun(client, config, handle, follower))
    const { fetched, written } = totals(ending.counts)
    const rows = `${counted(fetched, 'row')} fetched, ${written} written`
    say(`collected  ${handle.workflowId} ${coloured(ending.outcome)}: ${rows}`)
    for (const line of reasonLines(ending)) indented(line)
  } catch (error) {
    if (stopped.aborted) return
    indented(
      `stopped following ${handle.workflowId} (${String(error)}); "${almanacCommand('show')}" shows its status`,
    )
  }
}

/** Why a run is not complete: a line a source, or what ended the run. */
function reasonLines({ outcome, counts, error }: RunEnding): string[] {
  if (outcome === 'complete') return []
  const lines = Object.entries(counts).flatMap(([source, { why }]) =>
    why.length === 0
      ? []
      : [`${source}: ${oneLine(why.map((one) => sentence(one)).join('; '), REASON_CHARACTERS)}`],
  )
  return lines.length === 0 && error !== undefined ? [sentence(error)] : lines
}

/** Enough for an address and what it said; "show" has all. */
const REASON_CHARACTERS = 300

async function reportNext({ client, pipelines, say }: Session): Promise<void> {
  for (const { id, state, next } of await scheduleStates(client)) {
    if (!pipelines.some((pipeline) => pipeline.id === id)) continue
    say(`schedule   ${id} ${coloured(state)}${next ? `, next ${moment(next)}` : ''}`)
  }
}
