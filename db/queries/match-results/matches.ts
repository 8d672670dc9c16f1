/** Polls of the feed that the matches must be brought up to, and the matches with their observations. */
import { and, asc, eq, gte, inArray, isNull, lt, or, sql, type SQL } from 'drizzle-orm'
import { ahead } from '../../ahead.ts'
import type { Database } from '../../database.ts'
import { feedPolls, matches, matchObservations } from '../../schema/match-results.ts'

export type MatchRow = typeof matches.$inferSelect
export type ObservationRow = typeof matchObservations.$inferSelect
export type PollRow = typeof feedPolls.$inferSelect

/** Lets one transaction at a time bring a feed's matches forward; the others wait for it. */
export async function lockMatches(tx: Database, feed: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`matches of ${feed}`}, 0))`)
}

/** Why a poll is passed over that lies ahead of the database's clock. */
const AHEAD = 'it lies ahead of the clock of the database'

/**
 * Passes over polls that a clock dated ahead: followed, they would outlast every right one. Returns how many there were, and
 * whether matches were brought up to such a time, and must be rewound.
 */
export async function rejectPollsAhead(
  db: Database,
  feed: string,
): Promise<{ polls: number; isBeyond: boolean }> {
  const result = await db.execute<{ polls: number; beyond: boolean }>(sql`
    with passed as (
      update feed_polls set refused = ${AHEAD}, followed_at = coalesce(followed_at, clock_timestamp())
      where feed = ${feed} and refused is null and ${sql.raw(ahead('polled_at'))} returning 1
    ) select (select count(*)::int from passed) as polls,
      exists(select from matches where feed = ${feed} and ${sql.raw(ahead('over_at'))})
      or exists(select from matches where feed = ${feed} and state in ('seen', 'live', 'suspended', 'ended')
        and ${sql.raw(ahead('last_seen_at'))}) as beyond`)
  const { polls = 0, beyond = false } = result.rows[0] ?? {}
  return { polls, isBeyond: beyond }
}

/** Returns the oldest poll that was not followed yet, and whether a newer one was; undefined if all were. */
export async function oldestPending(
  db: Database,
  feed: string,
): Promise<{ from: Date; isLate: boolean } | undefined> {
  const result = await db.execute<{ from: string | null; late: boolean | null }>(sql`
    select pending.polled_at::text as from, exists(select from feed_polls later
        where later.feed = ${feed} and later.polled_at >= pending.polled_at
          and (later.polled_at, later.kind, later.collected_for) > (pending.polled_at, pending.kind, pending.collected_for)
          and later.followed_at is not null and later.refused is null) as late
    from feed_polls pending where pending.feed = ${feed} and pending.followed_at is null
    order by pending.polled_at, pending.kind, pending.collected_for limit 1`)
  const row = result.rows[0]
  return row?.from == null ? undefined : { from: new Date(row.from), isLate: row.late ?? false }
}

/**
 * Returns a page of the polls from a moment on, in their order; only those not followed yet, or all but refused ones.
 */
export async function pollsFrom(
  db: Database,
  page: { feed: string; from: Date; after?: PollRow | undefined; onlyPending: boolean; limit: number },
): Promise<PollRow[]> {
  const { feed, from, after, onlyPending, limit } = page
  const { polledAt, kind, collectedFor } = feedPolls
  const pending = onlyPending ? isNull(feedPolls.followedAt) : undefined
  const later =
    after &&
    sql`(${polledAt}, ${kind}, ${collectedFor}) > (${after.polledAt.toISOString()}::timestamptz, ${after.kind}, ${after.collectedFor.toISOString()}::timestamptz)`
  return db
    .select()
    .from(feedPolls)
    .where(and(eq(feedPolls.feed, feed), gte(polledAt, from), later, pending, isNull(feedPolls.refused)))
    .orderBy(asc(polledAt), asc(kind), asc(collectedFor))
    .limit(limit)
}

/** Marks a poll as one that cannot be followed; it is not tried again. */
export async function rejectPoll(
  db: Database,
  { feed, kind, collectedFor }: PollRow,
  { reason, at }: { reason: string; at: Date },
): Promise<void> {
  await db
    .update(feedPolls)
    .set({ refused: reason, followedAt: at })
    .where(and(eq(feedPolls.feed, feed), eq(feedPolls.kind, kind), eq(feedPolls.collectedFor, collectedFor)))
}

/** The poll of a feed that a run has stored, and of which kind; undefined if it is there no more. */
export async function pollOfRun(
  db: Database,
  { feed, kind, startedAt }: { feed: string; kind: 'feed' | 'results'; startedAt: Date },
): Promise<PollRow | undefined> {
  const [found] = await db
    .select()
    .from(feedPolls)
    .where(and(eq(feedPolls.feed, feed), eq(feedPolls.kind, kind), eq(feedPolls.collectedFor, startedAt)))
  return found
}

/** Marks these polls as followed, and no other: one may have been stored since they were read. */
export async function markFollowed(db: Database, polls: readonly PollRow[], at: Date): Promise<void> {
  const pending = polls.filter(({ followedAt }) => followedAt === null)
  const column = (pick: (row: PollRow) => string) => sql.param(pending.map(pick))
  await db.execute(sql`update feed_polls set followed_at = ${at.toISOString()}::timestamptz
    from unnest(${column(({ feed }) => feed)}::text[], ${column(({ kind }) => kind)}::text[],
      ${column(({ collectedFor }) => collectedFor.toISOString())}::timestamptz[]) as done(feed, kind, collected_for)
    where feed_polls.feed = done.feed and feed_polls.kind = done.kind and feed_polls.collected_for = done.collected_for`)
}

/** Returns the newest odds on offer for each of these matches. */
export async function newestOdds(
  db: Database,
  { feed, eventIds }: { feed: string; eventIds: number[] },
): Promise<Map<number, { one: number | null; x: number | null; two: number | null }>> {
  const result = await db.execute<{
    event_id: string
    one: number | null
    x: number | null
    two: number | null
  }>(sql`
    select wanted.event_id, newest.odds_1 as one, newest.odds_x as x, newest.odds_2 as two
    from unnest(${sql.param(eventIds)}::bigint[]) as wanted(event_id)
    cross join lateral (select odds_1, odds_x, odds_2 from match_observations seen
      where seen.feed = ${feed} and seen.event_id = wanted.event_id
        and (odds_1 is not null or odds_x is not null or odds_2 is not null)
      order by seen.at desc limit 1) newest`)
  return new Map(result.rows.map(({ event_id, one, x, two }) => [Number(event_id), { one, x, two }]))
}

/** Returns matches that are not over, those with these ids, and those that were over since a moment. */
export async function knownMatches(
  db: Database,
  { feed, eventIds, overSince }: { feed: string; eventIds: number[]; overSince: Date | undefined },
): Promise<MatchRow[]> {
  const isOpen = sql`state in ('seen', 'live', 'suspended', 'ended')`
  const isNamed = eventIds.length === 0 ? undefined : sql`event_id = any(${sql.param(eventIds)}::bigint[])`
  const isRecent = overSince === undefined ? undefined : gte(matches.overAt, overSince)
  const wanted: (SQL | undefined)[] = [isOpen, isNamed, isRecent]
  return db
    .select()
    .from(matches)
    .where(and(eq(matches.feed, feed), or(...wanted)))
}

/** Observations of these matches before a moment, oldest first. */
export async function observationsBefore(
  db: Database,
  { feed, eventIds, before }: { feed: string; eventIds: number[]; before: Date },
): Promise<ObservationRow[]> {
  return (
    db
      .select()
      .from(matchObservations)
      .where(and(ofMatches(feed, eventIds), lt(matchObservations.at, before)))
      // At equal times a poll of the feed comes before one of the results: "absence", "feed", "results".
      .orderBy(asc(matchObservations.at), asc(matchObservations.source))
  )
}

/** Returns the newest sighting of each of these matches before a moment, as far as the newest so many polls show it. */
export async function sightingsBefore(
  db: Database,
  { feed, eventIds, before, polls }: { feed: string; eventIds: number[]; before: Date; polls: number },
): Promise<Map<number, { at: number; status: string | null }>> {
  const result = await db.execute<{ event_id: string; at: string; status: string | null }>(sql`
    select distinct on (seen."eventId") seen."eventId" as event_id, poll.polled_at::text as at, seen.status
    from (select polled_at, told from feed_polls
      where feed = ${feed} and kind = 'feed' and polled_at < ${before.toISOString()}::timestamptz and refused is null
      order by polled_at desc limit ${polls}) poll
    cross join lateral jsonb_to_recordset(poll.told) as seen("eventId" bigint, status text)
    where seen."eventId" = any(${sql.param(eventIds)}::bigint[])
    order by seen."eventId", poll.polled_at desc`)
  return new Map(
    result.rows.map(({ event_id, at, status }) => [Number(event_id), { at: new Date(at).getTime(), status }]),
  )
}

/** Returns those of these matches that have evidence from a moment on whose poll is no longer kept. */
export async function withoutPolls(
  db: Database,
  { feed, eventIds, from }: { feed: string; eventIds: number[]; from: Date },
): Promise<Set<number>> {
  const result = await db.execute<{ event_id: string }>(sql`
    select distinct seen.event_id from match_observations seen
    where seen.feed = ${feed} and seen.event_id = any(${sql.param(eventIds)}::bigint[])
      and seen.at >= ${from.toISOString()}::timestamptz
      and not exists(select from feed_polls poll where poll.feed = seen.feed and poll.polled_at = seen.at)`)
  return new Set(result.rows.map(({ event_id }) => Number(event_id)))
}

/** Removes the observations of these matches from a moment on, to be derived again. */
export async function removeObservationsFrom(
  db: Database,
  { feed, eventIds, from }: { feed: string; eventIds: number[]; from: Date },
): Promise<void> {
  await db.delete(matchObservations).where(and(ofMatches(feed, eventIds), gte(matchObservations.at, from)))
}

/** Removes these matches; their observations are removed already. */
export async function removeMatches(
  db: Database,
  { feed, eventIds }: { feed: string; eventIds: number[] },
): Promise<void> {
  if (eventIds.length === 0) return
  await db.delete(matches).where(and(eq(matches.feed, feed), inArray(matches.eventId, eventIds)))
}

function ofMatches(feed: string, eventIds: number[]): SQL | undefined {
  return and(eq(matchObservations.feed, feed), inArray(matchObservations.eventId, eventIds))
}

/** A match that waits for its result. */
export interface WaitingMatch {
  league: string
  leagueId: number | null
}

/**
 * Returns leagues of the matches that were over within a time and that the results service has not reported, or whose
 * result it may still correct, and when it was last asked. A status of "over" is corrected now and then, so those
 * matches wait, too.
 */
export async function waitingLeagues(
  db: Database,
  { feed, since, correctedSince, until }: { feed: string; since: Date; correctedSince: Date; until: Date },
): Promise<{ leagues: WaitingMatch[]; askedAt: Date | undefined }> {
  const result = await db.execute<{ league: string; league_id: string | null; asked: string | null }>(sql`
    select distinct waiting.league, waiting.league_id,
      (select max(polled_at)::text from feed_polls where feed = ${feed} and kind = 'results') as asked
    from matches waiting where feed = ${feed} and state in ('vanished', 'ended', 'settled')
      and (settled_by is distinct from 'results' or over_at >= ${correctedSince.toISOString()}::timestamptz)
      and over_at between ${since.toISOString()}::timestamptz and ${until.toISOString()}::timestamptz`)
  const asked = result.rows[0]?.asked ?? undefined
  return {
    leagues: result.rows.map(({ league, league_id }) => ({
      league,
      leagueId: league_id === null ? null : Number(league_id),
    })),
    askedAt: asked === undefined ? undefined : new Date(asked),
  }
}

/** An hour leaves about two thousand: a long pause is soon made up for, and no statement takes longer than a second. */
const CLEARED_AT_ONCE = 50_000

/**
 * Removes polls that were followed long ago, and odds-only observations of matches that were over long ago; everything
 * about a match's course stays.
 */
export async function pruneMatches(
  db: Database,
  { pollsBefore, oddsBefore }: { pollsBefore: Date; oddsBefore: Date },
): Promise<void> {
  await db.execute(sql`delete from feed_polls
    where followed_at is not null and polled_at < ${pollsBefore.toISOString()}::timestamptz`)
  const before = sql`${oddsBefore.toISOString()}::timestamptz`
  // A match that goes on may still have to be rewound to them, however long ago it was announced.
  await db.execute(sql`delete from match_observations where ctid = any(array(
    select seen.ctid from match_observations seen join matches using (feed, event_id)
    where seen.is_odds_only and seen.at < ${before} and matches.over_at < ${before}
    order by seen.at limit ${CLEARED_AT_ONCE}))`)
}
