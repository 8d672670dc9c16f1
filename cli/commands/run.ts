/** `almanac run`: starts a run and, with --wait, tells what happens until it ends. */
import type { Config } from '../../config/load-config.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { WrongUsage } from '../../core/failures.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { pipelineById, PIPELINES, type Pipeline } from '../../registry.ts'
import type { LibraryNight } from '../../core/run-events.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import { connectDatabase, connectTemporal, webUiLink } from '../../client/connection.ts'
import { EXIT } from '../exit.ts'
import { domainsNamed } from '../../client/library-context/domains.ts'
import { coloured, duration, print, printJson, sourcesTable } from '../output.ts'
import { followRun } from '../follow-run.ts'
import { nightOf } from '../../client/library-context/night.ts'
import { nightLines } from '../library-context/night-lines.ts'
import { endingOf, startRun } from '../../client/runs.ts'
import { toldEnding } from '../../wording/run.ts'
import { sentence } from '../../wording/sentence.ts'

interface RunOptions extends GlobalOptions {
  wait?: boolean
  strict?: boolean
  json?: boolean
  input?: string[]
  dryRun?: boolean
  domain?: string
  library?: string
  force?: boolean
}

/** Options that are parameters of the pipelines that know them. */
const NAMED_PARAMS = ['domain', 'library', 'force'] as const

/** What each pipeline can tell of a run without starting it; answers the exit code. */
const DRY_RUNS: Partial<
  Record<Pipeline['id'], (params: Record<string, unknown>, options: RunOptions) => Promise<number>>
> = {
  'library-context': async (params, options) =>
    (await import('../library-context/dry-run.ts')).tellDryRun(params, options),
}

/** Starts a run, or tells what it would do. Throws `WrongUsage` for what the pipeline does not know. */
export async function run(id: string, options: RunOptions): Promise<number> {
  const pipeline = knownPipeline(id)
  const params = readParams(pipeline, options)
  if (typeof params['domain'] === 'string') domainsNamed(configOf(options), params['domain'])
  if (!options.dryRun) return startAndTell(pipeline, params, options)
  const dryRun = DRY_RUNS[pipeline.id]
  if (dryRun === undefined)
    throw new WrongUsage(`--dry-run: ${id} has none; it can be tried with "npx almanac run ${id} --demo".`)
  return dryRun(params, options)
}

/**
 * Starts a run by hand and tells of it as the options say; answers the exit code. `preface` is what the JSON begins with.
 * Throws `CannotReach` where Temporal does not answer.
 */
export async function startAndTell(
  pipeline: Pipeline,
  params: Record<string, unknown>,
  options: RunOptions,
  preface: Record<string, unknown> = {},
): Promise<number> {
  const config = configOf(options)
  const client = await connectTemporal(config)
  try {
    const startedAt = Date.now()
    const handle = await startRun(client, pipeline, 'manual', params)
    const about = {
      ...preface,
      workflowId: handle.workflowId,
      runId: handle.firstExecutionRunId,
      link: webUiLink(config, handle.workflowId, handle.firstExecutionRunId),
    }
    if (!options.wait) {
      if (options.json) printJson(about)
      else print(`started ${about.workflowId}\n${about.link}`)
      return EXIT.done
    }
    if (!options.json) print(`${stackName(config)}${about.workflowId}\n${about.link}`)
    const ending = options.json
      ? await endingOf(handle)
      : await followRun(client, config, handle, { say: print, everyAttempt: true })
    const night = pipeline.id === 'library-context' ? await storedNight(config, about.runId) : undefined
    const seconds = (Date.now() - startedAt) / 1000
    if (options.json)
      printJson({ ...about, ...toldEnding(ending), seconds, ...(night === undefined ? {} : { night }) })
    else {
      printEnding(ending, Date.now() - startedAt)
      if (night !== undefined) print(`\n${nightLines(night).join('\n')}`)
    }
    return exitOf(ending, options.strict ?? false)
  } finally {
    await client.connection.close()
  }
}

/** The night is told as far as the database tells of it: how the run ended is known without it. */
async function storedNight(config: Config, runId: string): Promise<LibraryNight | undefined> {
  const database = connectDatabase(config)
  try {
    return await nightOf(database.db, runId)
  } catch (error) {
    if (databaseFailure(error)?.type !== 'DatabaseUnavailable') throw error
    process.stderr.write('the database is away: no summary of the night\n')
    return undefined
  } finally {
    await database.close()
  }
}

export function knownPipeline(id: string): Pipeline {
  const pipeline = pipelineById(id)
  if (pipeline) return pipeline
  throw new WrongUsage(
    `There is no pipeline "${id}"; there are: ${PIPELINES.map((known) => known.id).join(', ')}.`,
  )
}

/** "DEMO " before whatever the demo prints. */
export function stackName(config: Config): string {
  return config.mode === 'demo' ? 'DEMO ' : ''
}

export function printEnding(ending: RunEnding, ms: number): void {
  print(`${coloured(ending.outcome)} after ${duration(ms)}`)
  if (ending.error && ending.outcome !== 'failed') print(sentence(ending.error))
  if (Object.keys(ending.counts).length > 0) print(sourcesTable(ending.counts))
}

/** Exit code of a run that was waited for; one skipped because another runs did nothing wrong. */
export function exitOf(ending: RunEnding, strict: boolean): number {
  if (ending.outcome === 'complete' || ending.outcome === 'skipped') return EXIT.done
  return ending.outcome === 'partial' && !strict ? EXIT.done : EXIT.runFailed
}

function readParams(pipeline: Pipeline, options: RunOptions): Record<string, unknown> {
  const pairs = (options.input ?? []).map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new WrongUsage(`--input "${text}": expected key=value.`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const named = NAMED_PARAMS.flatMap((name) =>
    options[name] === undefined ? [] : [[name, options[name]] as const],
  )
  const parsed = pipeline.params.safeParse(Object.fromEntries([...pairs, ...named]))
  if (parsed.success) return parsed.data
  const isOption = (key: PropertyKey | undefined) => named.some(([name]) => name === key)
  throw new WrongUsage(
    parsed.error.issues
      .flatMap((issue) => {
        // One issue names all the keys that are not known.
        const keys = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')]
        return keys.map((key) => {
          if (!isOption(key)) return `--input ${key}: ${issue.message}.`
          return issue.code === 'unrecognized_keys'
            ? `--${key}: ${pipeline.id} does not take it.`
            : `--${key} "${String(options[key as (typeof NAMED_PARAMS)[number]])}": ${issue.message}.`
        })
      })
      .join('\n'),
  )
}
