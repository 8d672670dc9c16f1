/**
 * Routes that the clients of an older match collector call: its addresses and fields, without what nobody knows here.
 * That one also predicted results; no model does that here.
 */
import * as z from 'zod'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'
import { matchCounts, matchTotals } from '../../db/queries/match-results/match-report.ts'
import { knownMatches, newestOdds } from '../../db/queries/match-results/matches.ts'
import { rolledUpRuns } from '../../db/queries/run-hours.ts'
import { collections, lastCollected } from '../../db/queries/runs.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { problems } from '../problem.ts'

const PIPELINE = 'match-results'

/** A run may be skipped or fail once; after this many intervals without one something is wrong. */
const LATE_INTERVALS = 3

const LEFT_OUT = 'Fields of predictions and of a model are left out: there are none.'

const odds = (of: string) =>
  z.number().nullable().describe(`Odds on ${of}, as offered last; null if none were`)
const goals = (of: string) => z.number().nullable().describe(`Score of ${of}: no result while it is in play`)

const matchesSchema = z.array(
  z.object({
    id: z.number().describe('Id of the match in the feed'),
    feed: z.string(),
    league: z.string(),
    team1: z.string(),
    team2: z.string(),
    odds_1: odds('the first team'),
    odds_x: odds('a draw'),
    odds_2: odds('the second team'),
    score1: goals('the first team'),
    score2: goals('the second team'),
    status: z.string().describe("The feed's own text; empty without one"),
    state: z.string().describe('`seen`, `live`, `suspended` or `ended`'),
    score_confidence: z
      .string()
      .nullable()
      .describe('`confirmed` if the score is the result; null while nothing says that the match is over'),
    starts_at: z.iso.datetime().nullable().describe('When it should start, UTC'),
    last_seen_at: z.iso.datetime().describe('When the feed showed it last, UTC'),
    age_seconds: z.int().describe('Time since the feed showed it last'),
  }),
)
export type OpenMatch = z.infer<typeof matchesSchema>[number]

const statsSchema = z.object({
  data: z.object({
    matches_count: z.number().describe('Matches that are over'),
    confirmed: z.number().describe('Those whose score is the result'),
    vanished: z.number().describe('Those that left the feed, and nothing says how they ended'),
    on_show: z.number().describe('Matches that the feed showed last and that are not over'),
  }),
  scheduler: z.object({
    running: z.boolean().describe(`Whether a collection began within ${LATE_INTERVALS} intervals`),
    collect: z.object({
      count: z.number().describe('Collections that brought data, since the beginning'),
      last_time: z.iso.datetime().nullable().describe('When the newest of them began, UTC'),
      last_error: z.string().nullable().describe('What ended the newest collection, if something did'),
    }),
  }),
})

const healthSchema = z.object({
  status: z
    .enum(['ok', 'late', 'disabled'])
    .describe('`late`: no collection brought data lately; `disabled`: almanac.yaml does not enable it'),
  scheduler_running: z.boolean().describe(`Whether a collection began within ${LATE_INTERVALS} intervals`),
  last_time: z.iso.datetime().nullable().describe('When the newest collection that brought data began, UTC'),
  age_seconds: z.int().nullable().describe('Time since then'),
})

/** A week of matches is counted in half a second; all that were ever seen would take several. */
const RELIABILITY_DAYS = 7

const reliabilitySchema = z.object({
  days: z.int().describe('Of the matches first seen in so many days'),
  matches: z.int(),
  confirmed: z.int().describe('Those whose score is the result'),
  vanished: z.int().describe('Those that left the feed, and nothing says how they ended'),
  last_seen_judged: z
    .int()
    .describe('Those that left the feed with a score and were later confirmed by results'),
  last_seen_right: z.int().describe('Those of them whose last-seen score was the result'),
})
export type Reliability = z.infer<typeof reliabilitySchema>

export function addMatchRoutes(api: Api, context: RouteContext): void {
  addMatches(api, context)
  addStats(api, context)
  addHealth(api, context)
  addReliability(api, context)
}

function addReliability(api: Api, { db, config }: RouteContext): void {
  api.get(
    '/api/match-results/reliability',
    {
      config: { isShared: true },
      schema: {
        summary: `How sure the scores of the last ${RELIABILITY_DAYS} days are`,
        response: { 200: reliabilitySchema, ...problems(503) },
      },
    },
    async () => {
      const since = new Date(Date.now() - RELIABILITY_DAYS * DAY_MS)
      const counts = await matchCounts(db, { feed: config.tracked[PIPELINE].feed.name, since })
      return {
        days: RELIABILITY_DAYS,
        matches: counts.matches,
        confirmed: counts.confirmed,
        vanished: counts.vanished,
        last_seen_judged: counts.lastSeenJudged,
        last_seen_right: counts.lastSeenRight,
      }
    },
  )
}

function addMatches(api: Api, { db, config }: RouteContext): void {
  api.get(
    '/api/matches',
    {
      schema: {
        summary: 'The matches that the live feed shows',
        description: `As the newest poll left them: "age_seconds" says how old that is. ${LEFT_OUT}`,
        response: { 200: matchesSchema, ...problems(503) },
      },
    },
    async () => {
      const feed = config.tracked[PIPELINE].feed.name
      const open = await knownMatches(db, { feed, eventIds: [], overSince: undefined })
      const offered = await newestOdds(db, { feed, eventIds: open.map(({ eventId }) => eventId) })
      const now = Date.now()
      return open
        .toSorted((a, b) => b.timestampUtc.getTime() - a.timestampUtc.getTime() || b.eventId - a.eventId)
        .map((match) => {
          const newest = offered.get(match.eventId)
          return {
            id: match.eventId,
            feed: match.feed,
            league: match.league,
            team1: match.team1,
            team2: match.team2,
            odds_1: newest?.one ?? null,
            odds_x: newest?.x ?? null,
            odds_2: newest?.two ?? null,
            score1: match.score1,
            score2: match.score2,
            status: match.status ?? '',
            state: match.state,
            score_confidence: match.confidence,
            starts_at: match.startsAt?.toISOString() ?? null,
            last_seen_at: match.lastSeenAt.toISOString(),
            age_seconds: Math.floor((now - match.lastSeenAt.getTime()) / SECOND_MS),
          }
        })
    },
  )
}

function addStats(api: Api, context: RouteContext): void {
  const { db, config } = context
  api.get(
    '/api/stats',
    {
      schema: {
        summary: 'How many matches were collected, and how the collection goes',
        description: LEFT_OUT,
        response: { 200: statsSchema, ...problems(503) },
      },
    },
    async () => {
      const counts = await matchTotals(db, config.tracked[PIPELINE].feed.name)
      const { running, lastTime } = await collection(context)
      const [rolledUp] = await rolledUpRuns(db, PIPELINE)
      const { count, lastError } = await collections(db, PIPELINE)
      return {
        data: {
          matches_count: counts.confirmed + counts.vanished,
          confirmed: counts.confirmed,
          vanished: counts.vanished,
          on_show: counts.onShow,
        },
        scheduler: {
          running,
          collect: {
            count: count + (rolledUp?.runs ?? 0),
            last_time: lastTime?.toISOString() ?? null,
            last_error: lastError,
          },
        },
      }
    },
  )
}

function addHealth(api: Api, context: RouteContext): void {
  api.get(
    '/api/health',
    {
      schema: {
        summary: 'Whether matches are being collected',
        description: LEFT_OUT,
        response: { 200: healthSchema, ...problems(503) },
      },
    },
    async () => {
      const { running, lastTime } = await collection(context)
      const isEnabled = context.config.tracked[PIPELINE].enabled
      const age_seconds = lastTime && Math.floor((Date.now() - lastTime.getTime()) / SECOND_MS)
      return {
        status: isEnabled ? (running ? ('ok' as const) : ('late' as const)) : ('disabled' as const),
        scheduler_running: running,
        last_time: lastTime?.toISOString() ?? null,
        age_seconds: age_seconds ?? null,
      }
    },
  )
}

/** When the newest collection with data began, and whether that is recent. */
async function collection({ db, config }: RouteContext): Promise<{ running: boolean; lastTime?: Date }> {
  const lastTime = await lastCollected(db, PIPELINE)
  if (lastTime === undefined) return { running: false }
  const limitMs = LATE_INTERVALS * config.tracked[PIPELINE].every_minutes * MINUTE_MS
  return { running: Date.now() - lastTime.getTime() <= limitMs, lastTime }
}
