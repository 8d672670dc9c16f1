/** What the steps of match-results write to the worker's log: the collector's own log is made of these records. */

import type { RunEnding, RunOutcome } from '../../run-outcome.ts'

/** Messages; the attributes of each stand beside it. */
export const TOLD = {
  /** Debug-free start of a collection: `{}`. */
  started: 'collection started',
  /** `MatchOver` */
  over: 'match over',
  /** At debug level, `MatchNotOver`. */
  notOver: 'match not over',
  /** `CollectionEnded` */
  ended: 'collection ended',
} as const

export interface MatchOver {
  eventId: number
  team1: string
  team2: string
  score1: number | null
  score2: number | null
  confidence: 'confirmed' | 'last-seen' | null
}

export interface MatchNotOver {
  eventId: number
  team1: string
  team2: string
  score1: number | null
  score2: number | null
  status: string | null
  /** The state that it is in. */
  reason: string
}

/** Where the matches of a collection stand. */
export interface MatchFigures {
  /** Confirmed or vanished by this collection. */
  confirmed: number
  lastSeen: number
  /** On show and not over. */
  open: number
  /** Events that stood twice in one answer. */
  duplicates: number
}

/** A run's ending in one line: the sums of its sources, and every reason. */
export interface Collection {
  outcome: RunOutcome
  fetched: number
  written: number
  spooled: number
  rejected: number
  why: string[]
}

export type CollectionEnded = Collection & MatchFigures

/** A run's ending as a collection; also for runs whose steps spoke in another process. */
export function collectedBy({ outcome, counts, error }: RunEnding): Collection {
  const sources = Object.values(counts)
  const sum = (pick: (source: (typeof sources)[number]) => number) =>
    sources.reduce((total, source) => total + pick(source), 0)
  return {
    outcome,
    fetched: sum(({ fetched }) => fetched),
    written: sum(({ written }) => written),
    spooled: sum(({ spooled = 0 }) => spooled),
    rejected: sum(({ rejected }) => rejected),
    why: [...(error === undefined ? [] : [error.message]), ...sources.flatMap(({ why }) => why)],
  }
}
