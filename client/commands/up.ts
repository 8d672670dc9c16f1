/** `almanac up`: the whole stack in one process, from the databases to the first collection, until it is told to stop. */
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { PIPELINES, type Pipeline } from '../../registry.ts'
import { EXIT } from '../exit.ts'
import { startDueCollections } from '../first-collection.ts'
import { followRun } from '../follow-run.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { coloured, duration, moment, print, table, totals } from '../output.ts'
import { endingOf, openRun, startRun, type RunHandle } from '../runs.ts'
import { scheduleStates } from '../schedules.ts'
import { startAll, type Running, type Say } from '../start-all.ts'
import { stopRequested } from '../stop-request.ts'
import { knownPipeline, stackName } from './run.ts'

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
  stopped: Promise<unknown>
}

export async function up(options: UpOptions): Promise<number> {
  const config = configOf(options)
  const pipelines = options.only ? options.only.map(knownPipeline) : PIPELINES
  const stopped = stopRequested()
  const say: Say = (line) => {
    print(`${stackName(config)} ${line}`.trimStart())
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
async function work(session: Session, once: boolean): Promise<number> {
  const { config, worker, say, stopped } = session
  if (once || config.mode === 'demo') {
    const code = await collectOnce(session)
    if (once) return code
  } else {
    await collectDue(session)
  }
  await tellNext(session)
  say('Ctrl+C stops everything')
  await Promise.race([stopped, worker.ended])
  return EXIT.done
}

/** Runs every pipeline once and prints the table. A run that an earlier stop left open is followed instead of started. */
async function collectOnce(session: Session): Promise<number> {
  const { client, config, pipelines, worker, stopped, say } = session
  const collect = async (pipeline: Pipeline) => {
    const startedAt = Date.now()
    const trigger = config.mode === 'demo' ? 'demo' : 'start'
    const handle = (await openRun(client, config, pipeline)) ?? (await startRun(client, pipeline, trigger))
    return {
      pipeline,
      workflowId: handle.workflowId,
      ending: await endingOf(handle),
      ms: Date.now() - startedAt,
    }
  }
  const rows = await Promise.race([
    stopped.then(() => undefined),
    worker.ended.then(() => undefined),
    Promise.all(pipelines.map(collect)),
  ])
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

/** Starts what is due and tells of it while the stack stays up. */
async function collectDue(session: Session): Promise<void> {
  for (const handle of await startDueCollections(session.client, session.config, session.pipelines)) {
    session.say(`collecting ${handle.workflowId}`)
    void tellOf(session, handle)
  }
}

async function tellOf({ client, config, say, stopped }: Session, handle: RunHandle): Promise<void> {
  const follower = {
    say: (line: string) => {
      say(`           ${line}`)
    },
    everyAttempt: false,
  }
  try {
    const ending = await Promise.race([
      stopped.then(() => undefined),
      followRun(client, config, handle, follower),
    ])
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

async function tellNext({ client, pipelines, say }: Session): Promise<void> {
  for (const { id, state, next } of await scheduleStates(client)) {
    if (!pipelines.some((pipeline) => pipeline.id === id)) continue
    say(`schedule   ${id} ${coloured(state)}${next ? `, next ${moment(next)}` : ''}`)
  }
}
