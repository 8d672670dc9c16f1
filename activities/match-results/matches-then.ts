/**
 * The stored matches as they were before some polls. They are read when the polls name them, so that days of polls need
 * not be in memory at once.
 */
import type { Database } from '../../db/database.ts'
import {
  knownMatches,
  newestOdds,
  observationsBefore,
  removeObservationsFrom,
  sightingsBefore,
  withoutPolls,
  type MatchRow,
} from '../../db/queries/match-results/matches.ts'
import type { Poll } from './follow.ts'
import { feedIdOf, livesOf } from './lives.ts'
import type { Match, Observation } from './match-life.ts'
import { matchOfRow, observationOfRow } from './match-rows.ts'
import { MatchesById } from './matches-by-id.ts'
import { RESULTS_WITHIN_MS } from './result-of-match.ts'
import { matchBefore } from './rewind.ts'

/** The first of the polls, and whether a later one was followed already: then the matches are rewound. */
export interface Moment {
  feed: string
  from: Date
  isLate: boolean
}

export interface MatchesThen {
  /** As they were before the first poll, and from there as the polls are followed. */
  matches: MatchesById
  /** As they are stored. */
  stored: Map<number, Match>
  /** Those of them that cannot be rewound: their evidence since then cannot be derived again. */
  fixed: Set<number>
  /** Newest observation time (ms) of the stored rows to be replaced: an older row would not overwrite them. */
  storedBefore: number
  /** Events that were read, and whether the matches over since a day before the first poll were. */
  asked: Set<number>
  isOverRead: boolean
}

export const noMatchesYet = (): MatchesThen => ({
  matches: new MatchesById(),
  stored: new Map(),
  fixed: new Set(),
  storedBefore: -Infinity,
  asked: new Set(),
  isOverRead: false,
})

/**
 * Reads matches that these polls may name and that are not loaded yet. If the polls are late, later evidence is
 * removed.
 */
export async function readThen(
  tx: Database,
  then: MatchesThen,
  moment: Moment,
  polls: readonly Poll[],
): Promise<void> {
  const { feed, from, isLate } = moment
  const eventIds = [...new Set(polls.flatMap(idsOf))].filter((id) => !then.asked.has(id))
  for (const id of eventIds) then.asked.add(id)
  // A match that was over before a late poll may have been settled after it, by its absence or by the results.
  const readsOver = !then.isOverRead && (isLate || polls.some(({ kind }) => kind === 'results'))
  then.isOverRead ||= readsOver
  const overSince = readsOver ? new Date(from.getTime() - RESULTS_WITHIN_MS) : undefined
  const known = await knownMatches(tx, { feed, eventIds, overSince })
  const rows = known.filter(({ eventId }) => !then.stored.has(eventId))
  for (const { observedAt } of rows) then.storedBefore = Math.max(then.storedBefore, observedAt.getTime())
  if (isLate) return goBack(tx, then, moment, rows)
  const odds = await newestOdds(tx, { feed, eventIds: eventsOf(rows) })
  for (const row of rows) {
    const match = matchOfRow(row, odds.get(row.eventId) ?? null)
    then.stored.set(row.eventId, match)
    then.matches.set(row.eventId, match)
  }
}

async function goBack(
  tx: Database,
  then: MatchesThen,
  { feed, from }: Moment,
  rows: MatchRow[],
): Promise<void> {
  const eventIds = eventsOf(rows)
  const fixed = await withoutPolls(tx, { feed, eventIds, from })
  const seen = new Map<number, Observation[]>()
  for (const row of await observationsBefore(tx, { feed, eventIds, before: from })) {
    const others = seen.get(row.eventId)
    if (others === undefined) seen.set(row.eventId, [observationOfRow(row)])
    else others.push(observationOfRow(row))
  }
  await removeObservationsFrom(tx, { feed, eventIds: eventIds.filter((id) => !fixed.has(id)), from })
  const onShow = rows.filter(({ eventId, lastSeenAt }) => lastSeenAt >= from && seen.has(eventId))
  const shown = eventsOf(onShow).map(feedIdOf)
  const sightings = await lastSightings(tx, { feed, eventIds: shown, before: from })
  for (const row of rows) {
    const { eventId } = row
    const now = matchOfRow(row, null)
    const past = { observations: seen.get(eventId) ?? [], sighting: sightings.get(feedIdOf(eventId)) }
    const before = fixed.has(eventId) ? now : matchBefore(now, past, from.getTime())
    then.stored.set(eventId, now)
    if (before !== undefined) then.matches.set(eventId, before)
    if (fixed.has(eventId)) then.fixed.add(eventId)
  }
}

/**
 * Nearly all are in the last poll before; if a response was cut off or empty, further back. Beyond this many polls it
 * does not matter when a match was last seen: it counts as gone.
 */
const POLLS_BACK = 12 * 60

async function lastSightings(
  tx: Database,
  of: { feed: string; eventIds: number[]; before: Date },
): ReturnType<typeof sightingsBefore> {
  const found = await sightingsBefore(tx, { ...of, polls: 1 })
  const eventIds = of.eventIds.filter((id) => !found.has(id))
  if (eventIds.length === 0) return found
  return new Map([...found, ...(await sightingsBefore(tx, { ...of, eventIds, polls: POLLS_BACK }))])
}

const eventsOf = (rows: readonly MatchRow[]): number[] => rows.map(({ eventId }) => eventId)

function idsOf(poll: Poll): number[] {
  return poll.kind === 'feed'
    ? poll.told.flatMap(({ eventId }) => livesOf(eventId))
    : poll.told.flatMap(({ gameId }) => livesOf(gameId))
}
