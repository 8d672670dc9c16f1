/** What all upstreams of a simulator show, for tests that compare it with what was collected. */
import type { PartTruths, PartWorlds } from './index.ts'
import type { StartedPart } from './part.ts'

/** The worlds of all parts in one object. */
export type World = Omit<PartWorlds, 'truth'> & {
  readonly seed: number
  /** UTC date of the clock, `YYYY-MM-DD`. */
  date(): string
  /** What a collection must find now. */
  truth(): PartTruths & { date: string; seed: number }
}

/** Joins the worlds of the parts of one simulator. */
export function joinWorlds(
  parts: readonly StartedPart<object, object>[],
  { seed, clock }: { seed: number; clock: () => Date },
): World {
  const date = () => clock().toISOString().slice(0, 10)
  const worlds = Object.assign({}, ...parts.map(({ world }) => world)) as PartWorlds
  const truth = () => {
    const truths = Object.assign({}, ...parts.map((part) => part.truth())) as PartTruths
    return { ...truths, date: date(), seed }
  }
  return { ...worlds, seed, date, truth }
}
