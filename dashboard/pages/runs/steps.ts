/** What a run's page says first. */
import type { Step } from './shapes.ts'

/** What a person came for stands first. */
const RANKS: Record<Step['state'], number> = { failed: 0, waiting: 1, running: 2, cancelled: 3, done: 4 }

/** Failed activities first, then those that wait and run; the rest in the order of the run. */
export const failingFirst = <S extends Pick<Step, 'state'>>(steps: readonly S[]): S[] =>
  steps.toSorted((a, b) => RANKS[a.state] - RANKS[b.state])

/** An activity that failed for good, or has failed and is tried again. */
export const isTroubled = ({ state, failure }: Pick<Step, 'state' | 'failure'>): boolean =>
  state === 'failed' || ((state === 'waiting' || state === 'running') && failure !== null)
