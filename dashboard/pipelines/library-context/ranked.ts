/** What a row of a leaderboard says: the change of its place, and whether it has a context. */

export const DATA = '/api/data/library-context'

/** A row of the data set `leaderboard`. */
export interface Ranked {
  domain: string
  rank: number
  library: string
  name: string
  stars: number | null
  date: string
  compared_with: string | null
  rank_then: number | null
  stars_then: number | null
  state: string
  state_reason: string | null
  file: string | null
  bytes: number | null
  tokens: number | null
  engine: string | null
  made_at: string | null
  last_attempt: string | null
  attempt_reason: string | null
  tried_at: string | null
  next_try_at: string | null
}

/** The change of a place: `places` is how many; `unknown` without a list to compare with. */
export type RankChange = { kind: 'unknown' | 'new' | 'same' } | { kind: 'up' | 'down'; places: number }

/** The change since the list of a week ago. */
export function changeOf({
  rank,
  rank_then,
  compared_with,
}: Pick<Ranked, 'rank' | 'rank_then' | 'compared_with'>): RankChange {
  if (compared_with === null) return { kind: 'unknown' }
  if (rank_then === null) return { kind: 'new' }
  if (rank_then === rank) return { kind: 'same' }
  return rank < rank_then
    ? { kind: 'up', places: rank_then - rank }
    : { kind: 'down', places: rank - rank_then }
}

/** Why a library has a context or none. */
export type ContextState = 'there' | 'gone' | 'blocked' | 'archived' | 'titleOnly' | 'failed' | 'waiting'

type Judged = Pick<Ranked, 'file' | 'state' | 'last_attempt'>

/** A failed attempt tells more than the state of the library, which may have changed since. */
export function contextState({ file, state, last_attempt }: Judged): ContextState {
  if (file !== null) return 'there'
  if (state === 'gone' || state === 'blocked') return state
  if (last_attempt === 'title-only') return 'titleOnly'
  if (last_attempt === 'failed') return 'failed'
  return state === 'archived' ? 'archived' : 'waiting'
}
