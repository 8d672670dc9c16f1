/**
 * Brings the stored matches up to the looks that were not followed yet, in one transaction. A look that comes late (its
 * worker could not reach the database) is fitted in where it belongs: the matches go back to that moment and follow
 * everything from there again, so that the tables are the same whenever a look came.
 */
import type { Database } from '../../db/database.ts'
import {
  knownMatches,
  lockMatches,
  markFollowed,
  newestOdds,
  observationsBefore,
  oldestPending,
  pollsFrom,
  removeObservationsFrom,
  sightingsBefore,
  withoutLooks,
  type MatchRow,
} from '../../db/queries/matches.ts'
import { writeRows } from '../../db/write-rows.ts'
import { follow, lookOf, type Followed, type Poll } from './follow.ts'
import type { Match, Observation } from './match-life.ts'
import { matchOfRow, observationOfRow, rowOfMatch, rowOfObservation } from './match-rows.ts'
import { matchBefore } from './rewind.ts'

/** A game of the results service may be told for a day after its end; so long its match is looked for among those over. */
export const RESULTS_WITHIN_MS = 24 * 3_600_000

export interface FollowOptions {
  feed: string
  runId: string
  signal: AbortSignal
  clock: () => Date
}

export interface FollowedMatches {
  /** All matches that were looked at, as they stand now. */
  matches: Map<number, Match>
  /** Of these the ones that are now over, or over with another score, or not over any more. */
  turned: Set<number>
  /** Rows of matches and observations that were stored or changed. */
  written: number
  looks: number
  /** Matches that late looks told of after the evidence since then had been cleared away: left as they are. */
  tooLate: number
}

const NOTHING_PENDING: FollowedMatches = {
  ...{ matches: new Map(), turned: new Set(), written: 0, looks: 0, tooLate: 0 },
}

/** Follows all pending looks; answers what changed. Throws the failures of `writeRows`. */
export async function followStored(db: Database, options: FollowOptions): Promise<FollowedMatches> {
  const { feed, signal, clock } = options
  return db.transaction(async (tx) => {
    await lockMatches(tx, feed)
    const pending = await oldestPending(tx, feed)
    if (pending === undefined) return NOTHING_PENDING
    const { from, isLate } = pending
    const rows = await pollsFrom(tx, { feed, from, onlyPending: !isLate })
    const polls = rows.map(lookOf)
    const known = await knownThen(tx, feed, { from, isLate, polls })
    const { touched, turned, observations } = replay(known.matches, polls, known.fixed)
    signal.throwIfAborted()
    const last = rows.at(-1)?.polledAt ?? from
    const stored = {
      matches: [...touched].flatMap((id) => rowsOf(feed, known.matches.get(id))),
      match_observations: observations.map((seen) => rowOfObservation(feed, seen)),
    }
    const patience = { ms: 0, signal }
    const observedAt = new Date(Math.max(last.getTime(), known.storedBefore + 1))
    const { written } = await writeRows(tx, stored, { observedAt, runId: options.runId, patience })
    await markFollowed(tx, rows, clock())
    return { matches: known.matches, turned, written, looks: polls.length, tooLate: known.fixed.size }
  })
}

function rowsOf(feed: string, match: Match | undefined) {
  return match === undefined ? [] : [rowOfMatch(feed, match)]
}

/** Follows the looks one after the other; matches in `fixed` stay as they are. */
function replay(matches: Map<number, Match>, polls: readonly Poll[], fixed: ReadonlySet<number>): Followed {
  const all: Followed = { touched: new Set(), turned: new Set(), observations: [] }
  const kept = new Map([...fixed].map((id) => [id, matches.get(id)]))
  for (const poll of polls) {
    const followed = follow(matches, poll)
    for (const id of followed.touched) if (!fixed.has(id)) all.touched.add(id)
    for (const id of followed.turned) if (!fixed.has(id)) all.turned.add(id)
    for (const seen of followed.observations) if (!fixed.has(seen.eventId)) all.observations.push(seen)
  }
  for (const [id, match] of kept) if (match !== undefined) matches.set(id, match)
  return all
}

interface Then {
  matches: Map<number, Match>
  /** Matches that cannot go back. */
  fixed: Set<number>
  /** Observation time of what is stored and replaced: at the same time only what counts as a change would be written. */
  storedBefore: number
}

/** The matches as they stood before the first of these looks. */
async function knownThen(
  tx: Database,
  feed: string,
  { from, isLate, polls }: { from: Date; isLate: boolean; polls: readonly Poll[] },
): Promise<Then> {
  const eventIds = [...new Set(polls.flatMap(idsOf))]
  const isOfResults = polls.some(({ kind }) => kind === 'results')
  // What was over before a late look may have been settled after it, by its absence or by the results.
  const overSince = isOfResults || isLate ? new Date(from.getTime() - RESULTS_WITHIN_MS) : undefined
  const rows = await knownMatches(tx, { feed, eventIds, overSince })
  if (isLate) return wentBack(tx, feed, rows, from)
  const odds = await newestOdds(tx, { feed, eventIds: eventsOf(rows) })
  return {
    matches: new Map(rows.map((row) => [row.eventId, matchOfRow(row, odds.get(row.eventId) ?? null)])),
    fixed: new Set(),
    storedBefore: -Infinity,
  }
}

async function wentBack(tx: Database, feed: string, rows: MatchRow[], from: Date): Promise<Then> {
  const eventIds = eventsOf(rows)
  const fixed = await withoutLooks(tx, { feed, eventIds, from })
  const seen = new Map<number, Observation[]>(eventIds.map((id) => [id, []]))
  for (const row of await observationsBefore(tx, { feed, eventIds, before: from }))
    seen.get(row.eventId)?.push(observationOfRow(row))
  await removeObservationsFrom(tx, { feed, eventIds: eventIds.filter((id) => !fixed.has(id)), from })
  const onShow = eventsOf(rows.filter(({ lastSeenAt }) => lastSeenAt >= from))
  const sightings = await lastSightings(tx, { feed, eventIds: onShow, before: from })
  const matches = new Map<number, Match>()
  for (const row of rows) {
    const { eventId } = row
    const now = matchOfRow(row, null)
    const past = { observations: seen.get(eventId) ?? [], sighting: sightings.get(eventId) }
    const then = fixed.has(eventId) ? now : matchBefore(now, past, from.getTime())
    if (then !== undefined) matches.set(eventId, then)
  }
  const storedBefore = rows.reduce(
    (newest, { observedAt }) => Math.max(newest, observedAt.getTime()),
    -Infinity,
  )
  return { matches, fixed, storedBefore }
}

/**
 * Nearly all are in the last look before; where an answer was cut off or empty, further back. Beyond this many looks it
 * does not matter when a match was last seen: it is taken for gone all the same.
 */
const LOOKS_BACK = 12 * 60

async function lastSightings(
  tx: Database,
  of: { feed: string; eventIds: number[]; before: Date },
): ReturnType<typeof sightingsBefore> {
  const found = await sightingsBefore(tx, { ...of, looks: 1 })
  const eventIds = of.eventIds.filter((id) => !found.has(id))
  if (eventIds.length === 0) return found
  return new Map([...found, ...(await sightingsBefore(tx, { ...of, eventIds, looks: LOOKS_BACK }))])
}

const eventsOf = (rows: readonly MatchRow[]): number[] => rows.map(({ eventId }) => eventId)

function idsOf(poll: Poll): number[] {
  return poll.kind === 'feed'
    ? poll.told.map(({ eventId }) => eventId)
    : poll.told.map(({ gameId }) => gameId)
}
