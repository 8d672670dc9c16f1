/** Whether results are missing although the service responds; pure. */
import type { WantedLeague } from '../../upstreams/onexbet/onexbet-results.ts'
import type { Match } from './match-life.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** The service reports a match about ten minutes after its end: after an hour it is missing the league. */
const LATE_MS = 60 * 60_000
/** One or two may have been called off, in a league that has played no other match. */
const ENOUGH_MATCHES = 3

/**
 * Returns a reason if matches wait long for their results, and the service lists none of their leagues: it may use
 * other ids and names than the feed. `matches` are those that were over within the service's day.
 */
export function lateOf(
  matches: ReadonlyMap<number, Match>,
  unlisted: readonly WantedLeague[],
  at: Date,
): Reason[] {
  const late = [...matches.values()].filter(
    ({ overAt, settledBy }) => overAt !== null && at.getTime() - overAt >= LATE_MS && settledBy !== 'results',
  )
  const isUnlisted = ({ leagueId, league }: Match) =>
    unlisted.some(({ id, name }) => id === leagueId && name === league)
  if (late.length < ENOUGH_MATCHES || !late.every(isUnlisted)) return []
  const leagues = new Set(late.map(({ league }) => league)).size
  return [reason('results-late', { matches: late.length, leagues })]
}
