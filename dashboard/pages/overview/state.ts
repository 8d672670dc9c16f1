/** What the overview says of a pipeline, and what it says first. */
import type { PipelineList } from '../../../api/pipelines/list.ts'
import type { RunJson } from '../../../api/runs/run-json.ts'

/** A run, as far as the overview needs it. */
export type Run = Pick<RunJson, 'run_id' | 'outcome' | 'started_at' | 'finished_at' | 'error'> & {
  counts: Record<string, Pick<RunJson['counts'][string], 'outcome' | 'written' | 'why'>>
}

type PipelineJson = PipelineList['pipelines'][number]

/** A pipeline, as far as the overview needs it. */
export type Pipeline = Pick<PipelineJson, 'id' | 'summary' | 'enabled'> & {
  last_run: Run | null
  open_run: Run | null
  schedule: Pick<PipelineJson['schedule'], 'state' | 'note' | 'next_start'>
  fresh: PipelineJson['fresh']
  sound: PipelineJson['sound']
}

/** How a pipeline stands, the worst first. */
export const STANDINGS = ['failed', 'partial', 'paused', 'waiting', 'well', 'off'] as const
export type Standing = (typeof STANDINGS)[number]

/** Outcomes of a run that collected nothing it should have. */
const FAILED = ['failed', 'interrupted']

export function standingOf({ enabled, last_run, schedule }: Pipeline): Standing {
  if (!enabled) return 'off'
  if (last_run !== null && FAILED.includes(last_run.outcome)) return 'failed'
  if (last_run?.outcome === 'partial') return 'partial'
  if (schedule.state === 'paused') return 'paused'
  return last_run === null ? 'waiting' : 'well'
}

/** The pipelines, what is wrong first; those that stand alike keep their order. */
export function worstFirst(pipelines: readonly Pipeline[]): Pipeline[] {
  const rank = (pipeline: Pipeline) => STANDINGS.indexOf(standingOf(pipeline))
  return pipelines.toSorted((a, b) => rank(a) - rank(b))
}

/** Pipelines that a person should look at. */
export const inTrouble = (pipelines: readonly Pipeline[]): Pipeline[] =>
  pipelines.filter((pipeline) => ['failed', 'partial', 'paused'].includes(standingOf(pipeline)))

/** Why a run is not complete: its error, or what its sources say. */
export function reasonsOf({ error, counts }: Run): string[] {
  const sources = Object.entries(counts).flatMap(([source, { outcome, why }]) =>
    outcome === 'complete' || outcome === 'skipped' ? [] : why.map((sentence) => `${source}: ${sentence}`),
  )
  return error === null || sources.length > 0 ? sources : [error]
}

/** When rows were last stored, as far as these runs go back. */
export function newestRows(runs: readonly Run[]): string | undefined {
  const wrote = ({ counts }: Run) => Object.values(counts).some(({ written }) => written > 0)
  return runs
    .filter((run) => wrote(run))
    .map(({ started_at, finished_at }) => finished_at ?? started_at)
    .toSorted()
    .at(-1)
}
