/** `almanac run`: starts a run and, with --wait, tells what happens until it ends. */
import type { Config } from '../../config.ts'
import { pipelineById, PIPELINES, type Pipeline } from '../../registry.ts'
import type { RunEnding } from '../../run-outcome.ts'
import { connectTemporal, webUiLink } from '../connection.ts'
import { EXIT, WrongUsage } from '../exit.ts'
import { configOf, type GlobalOptions } from '../main.ts'
import { coloured, duration, print, printJson, sourcesTable } from '../output.ts'
import { followRun } from '../follow-run.ts'
import { endingOf, startRun } from '../runs.ts'

interface RunOptions extends GlobalOptions {
  wait?: boolean
  strict?: boolean
  json?: boolean
  input?: string[]
}

export async function run(id: string, options: RunOptions): Promise<number> {
  const pipeline = knownPipeline(id)
  const params = readParams(pipeline, options.input ?? [])
  return startAndTell(pipeline, params, options)
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
    if (!options.json) print(`${stackName(config)}${about.workflowId}  ${about.link}`)
    const ending = options.json
      ? await endingOf(handle)
      : await followRun(client, config, handle, { say: print, everyAttempt: true })
    if (options.json) printJson({ ...about, ...ending, seconds: (Date.now() - startedAt) / 1000 })
    else printEnding(ending, Date.now() - startedAt)
    return exitOf(ending, options.strict ?? false)
  } finally {
    await client.connection.close()
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
  if (ending.error && ending.outcome !== 'failed') print(ending.error.message)
  if (Object.keys(ending.counts).length > 0) print(sourcesTable(ending.counts))
}

/** Exit code of a run that was waited for; one skipped because another runs did nothing wrong. */
export function exitOf(ending: RunEnding, strict: boolean): number {
  if (ending.outcome === 'complete' || ending.outcome === 'skipped') return EXIT.done
  return ending.outcome === 'partial' && !strict ? EXIT.done : EXIT.runFailed
}

function readParams(pipeline: Pipeline, input: string[]): Record<string, unknown> {
  const pairs = input.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new WrongUsage(`--input "${text}": expected key=value.`)
    return [text.slice(0, at), text.slice(at + 1)]
  })
  const parsed = pipeline.params.safeParse(Object.fromEntries(pairs))
  if (parsed.success) return parsed.data
  throw new WrongUsage(
    parsed.error.issues.map((issue) => `--input ${issue.path.join('.')}: ${issue.message}.`).join('\n'),
  )
}
