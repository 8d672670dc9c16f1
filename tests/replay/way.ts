/** One run to record for the replay tests; `ways/<id>.ts` of each pipeline lists its own. */
import type { RunOutcome } from '../../core/run-outcome.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import type { TestStackOptions, WorkerChange } from '../support/stack.ts'

export interface Way {
  outcome: RunOutcome
  /** Name of its file. Default: the outcome. */
  name?: string
  /** Upstreams that refuse every request; if the run is cancelled, they are unavailable. */
  faulty: string[]
  cancel?: true
  params?: Record<string, unknown>
  worker?: WorkerChange
  /** Replaces settings of the ways' stack. */
  sections?: TestStackOptions['sections']
  /** Records the first child workflow that it starts, too, under this ending. */
  chain?: string
}

/** What `ways/<id>.ts` exports as `ways`: the settings that its runs share, and its runs. */
export interface Ways {
  sections?: NonNullable<TestStackOptions['sections']>
  runs: Way[]
}

/** The ways of one pipeline. */
export async function waysOf(id: string): Promise<Ways> {
  const { ways } = (await import(`./ways/${id}.ts`)) as { ways: Ways }
  return ways
}

/** The sections that the ways of all pipelines share: what each needs beyond the addresses of its demo. */
export async function sectionsOfWays(): Promise<NonNullable<Ways['sections']>> {
  const all = await Promise.all(PIPELINES.map(({ id }) => waysOf(id)))
  return Object.assign({}, ...all.map(({ sections }) => sections)) as NonNullable<Ways['sections']>
}
