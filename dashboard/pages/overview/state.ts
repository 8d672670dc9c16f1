/** What the overview says of a pipeline, and what it says first. */
/** A run of `/api/runs`, as far as the overview needs it. */
export interface Run {
  workflow_id: string
  run_id: string
  pipeline: string
  outcome: string
  started_at: string
  finished_at: string | null
  counts: Record<string, { outcome: string; written: number; why: string[] }>
  error: string | null
}

/** A pipeline of `/api/pipelines`, as far as the overview needs it. */
export interface Pipeline {
  id: string
  summary: string
  enabled: boolean
  last_run: Run | null
  open_run: Run | null
  schedule: { state: 'active' | 'paused' | 'missing' | 'unknown'; note: string; next_start: string | null }
}

/** A server that does not answer: the database, or Temporal. */
export interface AwayServer {
  server: string
  why: string
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
