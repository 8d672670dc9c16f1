/** The matches of a feed as people read them, and how reliable the feed is. */
import { and, asc, desc, eq, gte, sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { matches, matchObservations } from '../../schema/match-results.ts'
import type { MatchRow, ObservationRow } from './matches.ts'

/** Which matches of a feed; `league` and `team` are parts of names, in any case. */
export interface MatchFilter {
  feed: string
  league?: string | undefined
  team?: string | undefined
  /** Only those first seen from then on. */
  since?: Date | undefined
}

/** The newest matches, by when they were first seen. */
export async function newestMatches(
  db: Database,
  filter: MatchFilter & { state?: string | undefined; onlyConfirmed?: boolean | undefined; limit: number },
): Promise<MatchRow[]> {
  const ofState = filter.state === undefined ? undefined : eq(matches.state, filter.state)
  const confirmed = filter.onlyConfirmed ? eq(matches.confidence, 'confirmed') : undefined
  return db
    .select()
    .from(matches)
    .where(and(filtered(filter), ofState, confirmed))
    .orderBy(desc(matches.timestampUtc), desc(matches.eventId))
    .limit(filter.limit)
}

/** Returns a match with all its observations, oldest first; undefined if the feed has none with this id. */
export async function matchWithLife(
  db: Database,
  feed: string,
  eventId: number,
): Promise<{ match: MatchRow; observations: ObservationRow[] } | undefined> {
  const [match] = await db
    .select()
    .from(matches)
    .where(and(eq(matches.feed, feed), eq(matches.eventId, eventId)))
  if (match === undefined) return undefined
  const observations = await db
    .select()
    .from(matchObservations)
    .where(and(eq(matchObservations.feed, feed), eq(matchObservations.eventId, eventId)))
    .orderBy(asc(matchObservations.at), asc(matchObservations.source))
  return { match, observations }
}

/** Counts of matches. Every match is either confirmed, vanished or on show. */
export interface MatchCounts {
  matches: number
  confirmed: number
  confirmedByStatus: number
  confirmedByResults: number
  /** Gone from the feed, and nothing says how they ended. */
  vanished: number
  onShow: number
  /** Matches that left the feed with a score and were confirmed by the results service later, and how many of these scores were right. */
  lastSeenJudged: number
  lastSeenRight: number
}

/**
 * Counts the matches of a feed. Imported matches are not judged: what an old collector saw last says nothing about this
 * one.
 */
export async function matchCounts(db: Database, filter: MatchFilter): Promise<MatchCounts> {
  const isJudged = sql`gone.state = 'vanished' and gone.source <> 'import' and gone.score1 is not null`
  const isRight = sql`(gone.score1, gone.score2) = (${matches.score1}, ${matches.score2})`
  const [counts] = await db
    .select({
      matches: sql<number>`count(*)::int`,
      confirmed: count(sql`confidence = 'confirmed'`),
      confirmedByStatus: count(sql`confidence = 'confirmed' and settled_by = 'status'`),
      confirmedByResults: count(sql`confidence = 'confirmed' and settled_by = 'results'`),
      vanished: count(sql`${matches.state} = 'vanished'`),
      onShow: count(sql`${matches.state} in ('seen', 'live', 'suspended')`),
      lastSeenJudged: count(isJudged),
      lastSeenRight: count(sql`${isRight} and ${isJudged}`),
    })
    .from(matches)
    .leftJoin(beforeResults, sql`true`)
    .where(filtered(filter))
  // An aggregate always has one row.
  if (counts === undefined) throw new Error('The database returned no count of matches.')
  return counts
}

/** Counts that need no observations: with these, 300,000 matches took nine seconds. */
export async function matchTotals(
  db: Database,
  feed: string,
): Promise<Pick<MatchCounts, 'confirmed' | 'vanished' | 'onShow'>> {
  const [totals] = await db
    .select({
      confirmed: count(sql`confidence = 'confirmed'`),
      vanished: count(sql`${matches.state} = 'vanished'`),
      onShow: count(sql`${matches.state} in ('seen', 'live', 'suspended')`),
    })
    .from(matches)
    .where(eq(matches.feed, feed))
  return totals ?? { confirmed: 0, vanished: 0, onShow: 0 }
}

const count = (condition: SQL) => sql<number>`(count(*) filter (where ${condition}))::int`

/** What was known of a match when the results service first reported it. At equal times the feed's poll comes first. */
const beforeResults = sql`lateral (
  select seen.source, seen.state, seen.score1, seen.score2 from match_observations seen
  where seen.feed = ${matches.feed} and seen.event_id = ${matches.eventId} and ${matches.settledBy} = 'results'
    and (seen.at, seen.source) < (select told.at, told.source from match_observations told
      where told.feed = seen.feed and told.event_id = seen.event_id and told.source = 'results'
      order by told.at limit 1)
  order by seen.at desc, seen.source desc limit 1) gone`

function filtered({ feed, league, team, since }: MatchFilter): SQL | undefined {
  const inLeague = league === undefined ? undefined : sql`${matches.league} ilike ${part(league)}`
  const ofTeam =
    team === undefined
      ? undefined
      : sql`(${matches.team1} ilike ${part(team)} or ${matches.team2} ilike ${part(team)})`
  const isNew = since === undefined ? undefined : gte(matches.timestampUtc, since)
  return and(eq(matches.feed, feed), inLeague, ofTeam, isNew)
}

/** The pattern of a text at any position. */
const part = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
