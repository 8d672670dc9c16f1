/** What the steps of match-results write to the worker's log: the collector's own log is made of these records. */

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

export interface CollectionEnded extends MatchFigures {
  outcome: string
  fetched: number
  written: number
  spooled: number
  rejected: number
  why: string[]
}
