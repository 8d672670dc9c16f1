/** `almanac run`: starts a run and, with --wait, reports what happens until it ends. */
import type { Client } from '@temporalio/client'
import type { Config } from '../../config/load-config.ts'
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import type { Pipeline } from '../../pipelines/index.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import { webUiLink, withDatabase, withTemporal } from '../../client/connection.ts'
import { detailsOf } from '../run-details.ts'
import { EXIT } from '../exit.ts'
import { CLI_PARTS } from '../parts.ts'
import { coloured, duration, print, printJson, sourcesTable } from '../output.ts'
import { terminal } from '../terminal.ts'
import { followRun } from '../follow-run.ts'
import { endingOf, runInTheWay, startRun } from '../../client/runs.ts'
import { aborted, stopController } from '../stop-request.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { knownPipeline } from '../known-pipeline.ts'
import { renderEnding } from '../../wording/run.ts'
import { sentence } from '../../wording/sentence.ts'
import { readParams } from './run-params.ts'

interface RunOptions extends GlobalOptions {
  wait?: boolean
  strict?: boolean
  json?: boolean
  input?: string[]
  dryRun?: boolean
}

/** Starts a run, or prints what it would do. Throws `WrongUsage` for what the pipeline does not know. */
export async function run(id: string, options: RunOptions): Promise<number> {
  const pipeline = knownPipeline(id)
  const params = readParams(pipeline, options)
  await CLI_PARTS[pipeline.id].checkParams?.(configOf(options), params)
  return options.dryRun ? reportDryRun(pipeline, params, options) : startAndReport(pipeline, params, options)
}

async function reportDryRun(
  pipeline: Pipeline,
  params: Record<string, unknown>,
  options: RunOptions,
): Promise<number> {
  const config = configOf(options)
  const stack = stackName(config)
  const startedAt = Date.now()
  const { dryRun } = await import('../dry-run.ts')
  const { ending, findings } = await dryRun(pipeline, params, config, (source) =>
    terminal().stderr.write(`${stack}${source} …\n`),
  )
  const ms = Date.now() - startedAt
  if (options.json) printJson({ ...renderEnding(ending), seconds: ms / 1000, ...findings?.json })
  else {
    print(`${stack}dry run: nothing was started or written`)
    printEnding(ending, ms)
    if (findings !== undefined) print(`\n${findings.lines.join('\n')}`)
  }
  return exitOf(ending, options.strict ?? false)
}

/**
 * Starts a run by hand and reports it as the options say; returns the exit code. `preface` is what the JSON begins
 * with. Throws `CannotReach` if Temporal does not respond.
 */
export async function startAndReport(
  pipeline: Pipeline,
  params: Record<string, unknown>,
  options: RunOptions,
  preface: Record<string, unknown> = {},
): Promise<number> {
  const config = configOf(options)
  return withTemporal(config, async (client) => {
    const startedAt = Date.now()
    const before = options.wait ? undefined : await runBefore(config, client, pipeline)
    const handle = await startRun(client, pipeline, 'manual', params)
    const about = {
      ...preface,
      workflowId: handle.workflowId,
      runId: handle.firstExecutionRunId,
      link: webUiLink(config, handle.workflowId, handle.firstExecutionRunId),
    }
    if (!options.wait) {
      if (options.json) printJson(about)
      else print(`started ${about.workflowId}${skippedFor(before)}\n${about.link}`)
      return EXIT.done
    }
    if (!options.json) print(`${stackName(config)}${about.workflowId}\n${about.link}`)
    const { signal } = stopController()
    const ended = options.json
      ? endingOf(handle)
      : followRun(client, config, handle, { say: print, everyAttempt: true, signal })
    const ending = await Promise.race([ended, aborted(signal)])
    if (ending === undefined) {
      terminal().stderr.write(`${goesOn(about.workflowId)}\n`)
      return EXIT.endedAtOnce
    }
    const details = await storedDetails(config, { pipeline: pipeline.id, runId: about.runId })
    const seconds = (Date.now() - startedAt) / 1000
    if (options.json) printJson({ ...about, ...renderEnding(ending), seconds, ...details?.json })
    else {
      printEnding(ending, Date.now() - startedAt)
      if (details !== undefined) print(`\n${details.lines.join('\n')}`)
    }
    return exitOf(ending, options.strict ?? false)
  })
}

/** The run of the pipeline that holds its lock; unknown while the database is unavailable. */
const runBefore = (config: Config, client: Client, pipeline: Pipeline): Promise<string | undefined> =>
  withDatabase(config, ({ db }) => runInTheWay(client, db, pipeline))

const skippedFor = (before: string | undefined): string =>
  before === undefined ? '' : `, which ends as skipped: ${before} goes on`

const goesOn = (workflowId: string): string =>
  `The run goes on without you: "${almanacCommand(`show ${workflowId}`)}" shows it, "${almanacCommand(`cancel ${workflowId}`)}" ends it.`

async function storedDetails(config: Config, run: { pipeline: string; runId: string }) {
  try {
    return await withDatabase(config, ({ db }) => detailsOf(db, run))
  } catch (error) {
    // How the run ended is known without it.
    if (!isDatabaseUnwritable(databaseFailure(error))) throw error
    return undefined
  }
}

export function printEnding(ending: RunEnding, ms: number): void {
  print(`${coloured(ending.outcome)} after ${duration(ms)}`)
  // Of a failed run the table of its sources has the reasons, if it came to any source.
  const isInTable = ending.outcome === 'failed' && Object.keys(ending.counts).length > 0
  if (ending.error && !isInTable) print(sentence(ending.error))
  if (Object.keys(ending.counts).length > 0) print(sourcesTable(ending.counts))
}

/** Exit code of a run that was waited for; one skipped because another runs did nothing wrong. */
export function exitOf(ending: RunEnding, strict: boolean): number {
  if (ending.outcome === 'complete' || ending.outcome === 'skipped') return EXIT.done
  return ending.outcome === 'partial' && !strict ? EXIT.done : EXIT.runFailed
}
