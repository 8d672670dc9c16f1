/** Tables of match-results: the content of each poll of a feed, and the matches and observations derived from it. */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'
import { type ChecksOfTables, holds, past, type Rows } from '../data-check.ts'
import type { KeptTables } from '../kept.ts'
import { reason } from '../../wording/reason.ts'
import { writable } from '../writable.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const observed = () => ({ observedAt: moment('observed_at').notNull(), runId: text('run_id').notNull() })
const eventId = () => bigint('event_id', { mode: 'number' }).notNull()

/**
 * One good response of a feed or of the results service. Everything else is derived from these rows, so that a run
 * without its database has only them to keep. Removed some days after they were followed.
 */
export const feedPolls = pgTable(
  'feed_polls',
  {
    feed: text().notNull(),
    /** `feed` or `results`. */
    kind: text().notNull(),
    /** Start of the run that asked: asked again in the same run, the first response is kept. */
    collectedFor: moment('collected_for').notNull(),
    /** When it was answered. */
    polledAt: moment('polled_at').notNull(),
    /** The response was at its cap of events: matches that it does not name may still be running. */
    truncated: boolean().notNull(),
    /** Of a feed its `Sighting`s, of the results service its `MatchResult`s. */
    told: jsonb().notNull(),
    /** Ids of events that the response named and that could not be read: it says nothing about them. */
    unread: jsonb().$type<number[]>(),
    /** When the matches were brought up to it; null until then. */
    followedAt: moment('followed_at'),
    /** Why they were not: a poll that cannot be followed is passed over. If both are null, it is tried again. */
    refused: text(),
    ...observed(),
  },
  (table) => [
    primaryKey({ columns: [table.feed, table.kind, table.collectedFor] }),
    index('idx_feed_polls_time').on(table.feed, table.polledAt),
    index('idx_feed_polls_pending')
      .on(table.feed, table.polledAt)
      .where(sql`followed_at is null`),
  ],
)

/** One row per match of a feed, with the latest truth; `match_observations` keeps how it came about. */
export const matches = pgTable(
  'matches',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** When it was first seen. */
    timestampUtc: moment('timestamp_utc').notNull(),
    feed: text().notNull(),
    eventId: eventId(),
    /** In the language that the feed was asked in. */
    league: text().notNull(),
    leagueId: bigint('league_id', { mode: 'number' }),
    team1: text().notNull(),
    team2: text().notNull(),
    startsAt: moment('starts_at'),
    /** First sighting of it being played. */
    startedAt: moment('started_at'),
    /** The first odds that were seen before its start. */
    openingOdds1: doublePrecision('opening_odds_1'),
    openingOddsX: doublePrecision('opening_odds_x'),
    openingOdds2: doublePrecision('opening_odds_2'),
    /** The last odds before its start: those during the match are only in `match_observations`. */
    odds1: doublePrecision('odds_1'),
    oddsX: doublePrecision('odds_x'),
    odds2: doublePrecision('odds_2'),
    /** The latest truth; a result only if `confidence` is `confirmed`. */
    score1: integer(),
    score2: integer(),
    /** The last score that the feed showed. */
    lastSeenScore1: integer('last_seen_score1'),
    lastSeenScore2: integer('last_seen_score2'),
    /** The feed's own text. */
    status: text(),
    /** `seen`, `live`, `suspended`, `ended`, `vanished`, `settled`. */
    state: text().notNull(),
    /** `confirmed`, `last-seen`, or null while nothing says that it is over. */
    confidence: text(),
    /** What confirmed it: `status` or `results`. */
    settledBy: text('settled_by'),
    /** The game of the results service that confirmed it, if one did. */
    resultId: bigint('result_id', { mode: 'number' }),
    /** `1`, `N` or `2`; of confirmed matches only. */
    outcome: text(),
    lastSeenAt: moment('last_seen_at').notNull(),
    /** When it ended or vanished. */
    overAt: moment('over_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').generatedAlwaysAs(sql`observed_at`),
    ...observed(),
  },
  (table) => [
    unique('matches_event').on(table.feed, table.eventId),
    index('idx_matches_open')
      .on(table.feed)
      .where(sql`state in ('seen', 'live', 'suspended', 'ended')`),
    index('idx_matches_over').on(table.feed, table.overAt),
    index('idx_matches_newest').on(table.timestampUtc),
    index('idx_matches_results').on(table.overAt),
    check('matches_confidence', sql`confidence in ('confirmed', 'last-seen')`),
    check('matches_outcome', sql`(outcome is not null) = (confidence is not distinct from 'confirmed')`),
    check('matches_state', sql`state in ('seen', 'live', 'suspended', 'ended', 'vanished', 'settled')`),
  ],
)

/** What was seen of a match whenever something changed: the evidence of every transition. */
export const matchObservations = pgTable(
  'match_observations',
  {
    feed: text().notNull(),
    eventId: eventId(),
    at: moment('at').notNull(),
    /** `feed`, `absence` (a whole answer without it) or `results`. */
    source: text().notNull(),
    /** State of the match from then on. */
    state: text().notNull(),
    status: text(),
    elapsedS: integer('elapsed_s'),
    score1: integer(),
    score2: integer(),
    /**
     * As offered at that moment: in play from the first `live` row on. Null if there were none, or if they were
     * blocked.
     */
    odds1: doublePrecision('odds_1'),
    oddsX: doublePrecision('odds_x'),
    odds2: doublePrecision('odds_2'),
    /** Who plays, where and when: of the first observation, and of those that changed it. */
    team1: text(),
    team2: text(),
    league: text(),
    leagueId: bigint('league_id', { mode: 'number' }),
    startsAt: moment('starts_at'),
    /** The game that the results service reported. */
    resultId: bigint('result_id', { mode: 'number' }),
    /** Nothing else changed: removed some time after the match. */
    isOddsOnly: boolean('is_odds_only'),
    ...observed(),
  },
  (table) => [
    primaryKey({ columns: [table.feed, table.eventId, table.at, table.source] }),
    index('idx_match_observations_newest').on(table.at),
    // Holds only what is still to be removed, so that old rows cost nothing and a longer pause is made up for.
    index('idx_match_observations_odds')
      .on(table.at)
      .where(sql`is_odds_only`),
  ],
)

const SCORES_AND_ODDS =
  'scores may be corrected either way, and count only once confirmed; odds move freely; the others are ids and seconds'

/** What the writer takes, by SQL name, with the natural key of each. Names are stable: spooled calls refer to them. */
export const matchResultsTables = {
  feed_polls: writable(feedPolls, ['feed', 'kind', 'collectedFor'], { final: true }),
  matches: writable(matches, ['feed', 'eventId'], {
    times: ['lastSeenAt', 'status'],
    derived: true,
    numbers: SCORES_AND_ODDS,
  }),
  match_observations: writable(matchObservations, ['feed', 'eventId', 'at', 'source'], {
    derived: true,
    numbers: SCORES_AND_ODDS,
  }),
}

/** How each grows, and whether old rows may be removed. */
export const matchResultsKept: KeptTables = {
  // Bounded by the time of the feed, which is another one in the demo; every hour, since there is a poll every minute.
  feed_polls: { grows: 'a row a minute; kept for seven days, and removed by its own runs' },
  matches: { grows: 'a row a match' },
  match_observations: {
    grows:
      'a row for each change of a match; changes of odds alone are kept for odds_days, and removed by its own runs',
  },
}

/** A match is looked at for an hour after its end: a run comes every minute. */
const LATEST = `now() - interval '1 hour'`
const OF_MATCH = "team1 || ' - ' || team2"
const OPEN = {
  of: OF_MATCH,
  newest: `state in ('seen', 'live', 'suspended', 'ended') or over_at > ${LATEST}`,
}
const OVER = { of: OF_MATCH, newest: `over_at > ${LATEST} and confidence = 'confirmed'` }
const SEEN = { of: 'event_id::text', newest: `"at" > ${LATEST}` }
/** Decimal odds hold the stake: 1 would win nothing. */
const LEAST_ODDS = 1

/** The least of several numbers is that of those that are known. */
const scores = (rows: Rows, ...columns: string[]) =>
  holds(
    'scores',
    rows,
    `least(${columns.join(', ')}) >= 0`,
    reason('breach-below', { column: 'score', from: 0 }),
  )
const odds = (rows: Rows) =>
  holds(
    'odds',
    rows,
    `least(odds_1, odds_x, odds_2) >= ${LEAST_ODDS} and greatest(odds_1, odds_x, odds_2) < 'infinity'`,
    reason('breach-below', { column: 'odds', from: LEAST_ODDS }),
  )

/** What must hold of their rows. */
export const matchResultsChecks: ChecksOfTables = {
  feed_polls: 'responses as they came; what they say is checked in the matches',
  matches: [
    scores(OPEN, 'score1', 'score2', 'last_seen_score1', 'last_seen_score2'),
    odds(OPEN),
    holds('ends-after-start', OPEN, 'over_at >= started_at', reason('breach-match-order')),
    holds('confirmed', OVER, 'score1 is not null and score2 is not null', reason('breach-no-score')),
  ],
  match_observations: [scores(SEEN, 'score1', 'score2'), odds(SEEN), past(SEEN, 'at')],
}
