/** Data sets of match-results. */
import { type Column, type DataSets, filter, integer, moment, number, run, text, yesNo } from '../data-set.ts'

const ODDS = 'stake'
const GOALS = 'goals'

const OF_ROW = {
  observed_at: moment('When the newest answer that the row was made from came, UTC'),
  run_id: run('Run that wrote the row'),
}
const FEED = filter('Feed, as almanac.yaml names it')
const EVENT: Column = { ...integer('Id of the match in the feed'), isFilter: true }

const odds = (of: string, when: string) => number(`Odds on ${of}, ${when}`, ODDS)

/** Columns of a match, as its table has them. */
const MATCH = {
  timestamp_utc: moment('When it was first seen, UTC'),
  event_id: EVENT,
  feed: FEED,
  league: filter('League, in the language that the feed was asked in'),
  team1: filter('First team'),
  team2: filter('Second team'),
  starts_at: moment('When it should start, UTC'),
  started_at: moment('When it was first seen in play, UTC'),
  opening_odds_1: odds('the first team', 'the first that were seen before the start'),
  opening_odds_x: odds('a draw', 'the first that were seen before the start'),
  opening_odds_2: odds('the second team', 'the first that were seen before the start'),
  odds_1: odds('the first team', 'the last before the start'),
  odds_x: odds('a draw', 'the last before the start'),
  odds_2: odds('the second team', 'the last before the start'),
  score1: integer('Latest score of the first team; a result only if `confidence` is `confirmed`', GOALS),
  score2: integer('Latest score of the second team; a result only if `confidence` is `confirmed`', GOALS),
  last_seen_score1: integer('Score of the first team that the feed showed last', GOALS),
  last_seen_score2: integer('Score of the second team that the feed showed last', GOALS),
  status: text("The feed's own text"),
  state: filter('`seen`, `live`, `suspended`, `ended`, `vanished` or `settled`'),
  confidence: filter('`confirmed`, `last-seen`, or empty while nothing says that it is over'),
  settled_by: filter('What confirmed the score: `status` or `results`'),
  outcome: filter('`1`, `N` or `2`; of confirmed matches only'),
  last_seen_at: moment('When the feed showed it last, UTC'),
  over_at: moment('When it ended or left the feed, UTC'),
  league_id: integer('Id of the league in the feed'),
  result_id: integer('Id of the game in the results service that confirmed the score'),
  ...OF_ROW,
}
const MATCHES = `select timestamp_utc, event_id, feed, league, team1, team2, starts_at, started_at, opening_odds_1, opening_odds_x,
        opening_odds_2, odds_1, odds_x, odds_2, score1, score2, last_seen_score1, last_seen_score2, status, state,
        confidence, settled_by, outcome, last_seen_at, over_at, league_id, result_id, observed_at, run_id
      from matches`

export const dataSets = {
  matches: {
    row: 'a match of a feed, as it is known now',
    sql: MATCHES,
    columns: MATCH,
    time: 'timestamp_utc',
    order: ['timestamp_utc', 'event_id', 'feed'],
  },
  results: {
    row: 'a match that is over, by when it was',
    sql: `${MATCHES} where over_at is not null`,
    columns: MATCH,
    time: 'over_at',
    order: ['over_at', 'event_id', 'feed'],
  },
  leagues: {
    row: 'a league of a feed, with how many of its matches have a result',
    sql: `select league, feed, count(*) as matches, count(*) filter (where confidence = 'confirmed') as confirmed,
        count(*) filter (where confidence = 'last-seen') as last_seen, max(timestamp_utc) as newest_at
      from matches group by league, feed`,
    columns: {
      league: filter('League, in the language that the feed was asked in'),
      feed: FEED,
      matches: integer('Matches that were seen'),
      confirmed: integer('Those whose score is the result'),
      last_seen: integer('Those that are over without a confirmed score'),
      newest_at: moment('When the newest of them was first seen, UTC'),
    },
    order: ['league', 'feed'],
    fewRows: true,
    direction: 'asc',
  },
  'match-observations': {
    row: 'a change of a match, as it was observed',
    sql: `select at, event_id, feed, source, state, status, elapsed_s, score1, score2, odds_1, odds_x, odds_2, is_odds_only,
        team1, team2, league, league_id, starts_at, result_id, observed_at, run_id
      from match_observations`,
    columns: {
      at: moment('When it was observed, UTC'),
      event_id: EVENT,
      feed: FEED,
      source: filter('`feed`, `absence` (an answer without the match), `results` or `import`'),
      state: filter('State of the match from then on'),
      status: text("The feed's own text"),
      elapsed_s: integer('Time played', 's'),
      score1: integer('Score of the first team', GOALS),
      score2: integer('Score of the second team', GOALS),
      odds_1: odds('the first team', 'as offered at that moment'),
      odds_x: odds('a draw', 'as offered at that moment'),
      odds_2: odds('the second team', 'as offered at that moment'),
      is_odds_only: yesNo('Whether nothing but the odds changed'),
      team1: text('First team, if it is the first observation or changed'),
      team2: text('Second team, if it is the first observation or changed'),
      league: text('League, if it is the first observation or changed'),
      league_id: integer('Id of the league in the feed, if it is the first observation or changed'),
      starts_at: moment('When it should start, UTC, if it is the first observation or changed'),
      result_id: integer('Id of the game that the results service reported'),
      ...OF_ROW,
    },
    time: 'at',
    order: ['at', 'event_id', 'feed', 'source'],
  },
  'poll-hours': {
    row: 'an hour in which the feed was polled',
    // Records of runs are summed after some days; those of the days since are counted.
    sql: `select hour, sum(polls)::bigint as polls, sum(written)::bigint as written from (
        select hour, runs as polls, written from pipeline_run_hours where pipeline = 'match-results'
        union all
        select date_trunc('hour', started_at, 'UTC'), 1, (select coalesce(sum((told.value ->> 'written')::bigint), 0) from json_each(counts) told)
        from pipeline_runs
        where pipeline = 'match-results' and outcome in ('complete', 'partial') and trigger not in ('drain', 'replay')
      ) polled group by hour`,
    columns: {
      hour: moment('Beginning of the hour, UTC'),
      polls: integer('Runs in which the feed answered', 'polls'),
      written: integer('Rows that they stored or changed', 'rows'),
    },
    time: 'hour',
    order: ['hour'],
    fewRows: true,
  },
} satisfies DataSets
