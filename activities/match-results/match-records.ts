/** Log records of the activities of match-results: the collector's own log is made from them. */
import { asEnding, type RunEnding, type RunOutcome } from '../../core/run-outcome.ts'
import { distinctReasons, type Reason } from '../../core/reason.ts'
import type { MatchState } from './match-life.ts'

/** Records of the worker's log. */
export type MatchRecord =
  | { event: 'collection.started'; isRecompute: boolean }
  | ({ event: 'collection.ended' } & CollectionEnded)
  | ({ event: 'match.over'; confidence: ResultStatus['confidence'] } & ReportedMatch)
  /** A confirmed result was corrected: `was1` and `was2` are the previous score. */
  | ({ event: 'match.corrected'; was1: number | null; was2: number | null } & ReportedMatch)
  /** A match that was over is played again. */
  | ({ event: 'match.resumed' } & ReportedMatch)
  /** At debug level: a match that does not count, and the state that it is in. */
  | ({ event: 'match.not-over'; status: string | null; state: MatchState } & ReportedMatch)

/** A match and its score. */
export interface ReportedMatch {
  eventId: number
  team1: string
  team2: string
  score1: number | null
  score2: number | null
}

/** Confidence of a match's score; null while nothing says that it is over. */
export interface ResultStatus {
  score1: number | null
  score2: number | null
  confidence: 'confirmed' | 'last-seen' | null
}

/** Returns what happened to a match's result between two moments; undefined if nothing did. */
export function turnOf(
  before: ResultStatus | undefined,
  now: ResultStatus,
): 'over' | 'corrected' | 'resumed' | undefined {
  const was = before?.confidence ?? null
  if (now.confidence === null) return was === null ? undefined : 'resumed'
  if (was !== now.confidence) return 'over'
  if (before?.score1 === now.score1 && before.score2 === now.score2) return undefined
  return was === 'confirmed' ? 'corrected' : 'over'
}

/** Figures of the matches of a collection. */
export interface MatchFigures {
  /** Confirmed or vanished by this collection; a correction of what was confirmed before does not count. */
  confirmed: number
  lastSeen: number
  /** On show and not over. */
  open: number
  /** Events that occurred twice in one response. */
  duplicates: number
}

/** A run's ending in one line: the sums of its sources, and every reason. */
export interface Collection {
  outcome: RunOutcome
  /** Contacts no upstream: follows what came out of the spool. */
  isRecompute: boolean
  /** Events of the feed. */
  fetched: number
  /** News of the results service. */
  results: number
  /** Rows of all tables. */
  written: number
  /** Responses that are kept on disk until the database is available. */
  spooled: number
  rejected: number
  why: Reason[]
}

/** The figures are omitted if the run ended before they were known. */
export type CollectionEnded = Collection & Partial<MatchFigures>

/** A run's ending as a collection; also for runs whose activities ran in another process. */
export function collectedBy(ending: RunEnding, isRecompute: boolean): Collection {
  // The closing activity may have been scheduled before reasons were records.
  const { outcome, counts, error } = asEnding(ending)
  const sources = Object.values(counts)
  const sum = (pick: (source: (typeof sources)[number]) => number) =>
    sources.reduce((total, source) => total + pick(source), 0)
  const results = counts['results']?.fetched ?? 0
  return {
    outcome,
    isRecompute,
    fetched: sum(({ fetched }) => fetched) - results,
    results,
    written: sum(({ written }) => written),
    spooled: sum(({ spooled = 0 }) => spooled),
    rejected: sum(({ rejected }) => rejected),
    // A run whose sources all failed says no more than they do.
    why: distinctReasons([
      ...(error === undefined || error.code === 'RunFailed' ? [] : [error]),
      ...sources.flatMap(({ why }) => why),
    ]),
  }
}
