/** Stand-ins for the steps of mod-stats: each answers one complete batch unless a test says otherwise. */
import { activityInfo } from '@temporalio/activity'
import type { ModStatsActivities } from '../../../activities/mod-stats/index.ts'
import { Failure } from '../../../core/failures.ts'
import { NOTHING, type RunEnding, type SourceCounts } from '../../../core/run-outcome.ts'
import type { Batch } from '../../../activities/mod-stats/activity-context.ts'
import type { Run } from '../../../core/run.ts'
import type { TimeSkipping } from '../../support/time-skipping.ts'
import { inWords, type EndingInWords } from '../../support/ending-in-words.ts'

/** One attempt of one step, as the worker saw it. */
export interface Call {
  step: string
  attempt: number
  /** The server's time when the attempt began, milliseconds since 1970. */
  atMs: number
  input: unknown
  /** Undefined for a step that is not told which run it belongs to. */
  run: Run | undefined
  /** Run id of the execution that asked for it; differs from `run.runId` after continue-as-new. */
  executionRunId: string
  /** Only of the closing step. */
  ending: EndingInWords | undefined
}

export interface FakeSteps<Step extends string = keyof ModStatsActivities> {
  /** For the worker. */
  activities: object
  calls: Call[]
  callsOf(step: Step): Call[]
}

export const ROWS_PER_BATCH = 3

/** The answer of a source that gave all it has, or of one batch of it. */
export function batch(next: number | null = null, counts: Partial<SourceCounts> = {}): Promise<Batch> {
  const complete = { ...NOTHING, fetched: ROWS_PER_BATCH, written: ROWS_PER_BATCH }
  return Promise.resolve({ counts: { ...complete, ...counts }, done: ROWS_PER_BATCH, left: 0, next })
}

/** The failure of the clients while an upstream is unavailable. */
export function unavailable(): Failure {
  return new Failure('UpstreamUnavailable', 'The upstream does not answer.')
}

/** Builds the steps; `own` replaces some of them. */
export function fakeSteps(time: TimeSkipping, own: Partial<ModStatsActivities> = {}): FakeSteps {
  return notedSteps<ModStatsActivities>(time, {
    openModStats: () => Promise.resolve({}),
    collectModrinth: () => batch(),
    collectCurseForge: () => batch(),
    discoverModpacks: () => batch(),
    refreshModpacks: () => batch(),
    closeModStats: (_run, ending) => Promise.resolve(ending),
    ...own,
  })
}

/** These steps with a note of every attempt, also of one that fails. */
export function notedSteps<Steps extends object>(
  time: Pick<TimeSkipping, 'now'>,
  steps: Steps,
): FakeSteps<keyof Steps & string> {
  const calls: Call[] = []
  const noted = Object.entries(steps).map(([step, work]) => [
    step,
    async (input?: Run | { run: Run }, second?: RunEnding | object, ...more: unknown[]) => {
      const ending = second !== undefined && 'outcome' in second ? second : undefined
      const atMs = await time.now()
      const run = input !== undefined && 'run' in input ? input.run : input
      const { attempt, workflowExecution } = activityInfo()
      const executionRunId = workflowExecution?.runId ?? ''
      calls.push({
        step,
        attempt,
        atMs,
        input,
        run,
        executionRunId,
        ending: ending && inWords(ending),
      })
      return (work as (...input: unknown[]) => Promise<unknown>)(input, second, ...more)
    },
  ])
  const activities = Object.fromEntries(noted) as object
  return { activities, calls, callsOf: (step) => calls.filter((call) => call.step === step) }
}
