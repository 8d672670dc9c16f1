/**
 * The registry: what pipelines there are, when they run and within which bounds. Worker, schedules and command
 * line iterate it; a new pipeline is one entry here and its files on each floor.
 */
import { z } from 'zod'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './core/durations.ts'
import type { Config } from './config/load-config.ts'
import { FULL_NAME } from './upstreams/github/repository-name.ts'
import type * as workflows from './workflows/index.ts'

/** A moment as ISO 8601 writes it; a day alone is its first moment in UTC. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected a day (2026-11-01) or a moment (2026-11-01T10:00:00Z)',
})

/** Parameters that every pipeline's run takes: `--input name=value`. */
const runParams = z.strictObject({
  boundSeconds: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('Give up after this many seconds instead of the bound of the pipeline'),
})

/** Parameters of a run that may do without its sources: what came out of the spool is derived from. */
const deriving = {
  derive: z
    .union([z.boolean(), z.stringbool()])
    .optional()
    .describe('Ask nobody: compute what is due from the rows that are stored'),
}

/** Parameters of a run of mod-stats. */
const modParams = z.strictObject({ ...runParams.shape, ...deriving })

/** Parameters of a run that collects a time that is over; `almanac backfill` gives them. */
const backfillParams = z.strictObject({
  ...runParams.shape,
  ...deriving,
  from: moment.optional().describe('Collect from this moment on'),
  to: moment.optional().describe('Collect up to this moment'),
  onlyMissing: z.stringbool().optional().describe('Ask only for what is not stored'),
})

/** Parameters of a run of library-context. */
const libraryParams = z.strictObject({
  ...runParams.shape,
  ...deriving,
  domain: z.string().optional().describe('This domain alone'),
  library: z
    .string()
    .regex(FULL_NAME, 'expected owner/name')
    .optional()
    .describe('The context of this library alone'),
  force: z
    .union([z.boolean(), z.stringbool()])
    .optional()
    .describe('Make contexts again that are up to date, and take a list that looks wrong'),
})

/** Parameters of a run of match-results. */
const matchParams = z.strictObject({ ...runParams.shape, ...deriving })

/** When a schedule runs: every so often, aligned to 00:00 UTC plus the offset; or every day at a time of day. */
export interface Timing {
  everyMs: number
  offsetMs: number
  /** In place of interval and offset: this time of day, where a day may have 23 or 25 hours. */
  daily?: { hour: number; minute: number; timezone: string }
  /** Starts are spread over this time, so that all the world's collectors do not ask at midnight sharp. */
  jitterMs: number
  /** How late a missed start may still be made up for; shorter than one interval. */
  catchupMs: number
}

export interface Pipeline {
  /** File name on every floor, schedule id, workflow-id prefix, `Pipeline` attribute, command-line argument. */
  id: keyof Config['tracked']
  summary: string
  /** Name of the workflow function; the type keeps it from drifting. */
  workflow: keyof typeof workflows
  params: z.ZodType<Record<string, unknown>>
  timing(config: Config): Timing
  /** What ends a run that cannot finish; the number itself is in `workflows/policies.ts`. */
  bound: string
  /** How long a step waits for an absent database before it gives up its attempt. */
  databasePatienceMs: number
  /** Workflows that its runs start as children. */
  children?: (keyof typeof workflows)[]
  /** Its runs take `derive`: what they compute is made of rows alone, and is due again when rows came late. */
  derives?: true
  /** Why the past cannot be collected; absent where the upstreams answer for any time. */
  noBackfill?: string
}

const modStats: Pipeline = {
  id: 'mod-stats',
  summary:
    'Downloads, followers and versions of game mods from Modrinth and CurseForge, and the modpacks that use them',
  workflow: 'modStatsWorkflow',
  params: modParams,
  timing: ({ env }) => {
    const everyMs = env.COLLECTION_INTERVAL * SECOND_MS
    // A tenth of the interval is left out of the catch-up, so that a made-up start never meets the next one.
    return { everyMs, offsetMs: 0, jitterMs: Math.min(5 * MINUTE_MS, everyMs / 20), catchupMs: everyMs * 0.9 }
  },
  bound: 'until its UTC day ends, at least 1 h',
  derives: true,
  databasePatienceMs: 10 * MINUTE_MS,
  noBackfill:
    'its upstreams tell what they count now and nothing of days that are over; "almanac import mod-stats" takes the history of an older collector',
}

/** An exchange closes its candle within seconds of the hour; the documented ten minutes leave room for late ones. */
const MINUTES_PAST_THE_HOUR = 10

const cryptoForecast: Pipeline = {
  id: 'crypto-forecast',
  summary:
    'Hourly candles from Binance and CoinGecko and the Fear & Greed index, indicators and features, a forecast per coin, and later whether it was right',
  workflow: 'cryptoForecastWorkflow',
  params: backfillParams,
  timing: () => ({
    everyMs: HOUR_MS,
    offsetMs: MINUTES_PAST_THE_HOUR * MINUTE_MS,
    // Candles carry their own time, and a forecast is worth the more the earlier it comes.
    jitterMs: 0,
    catchupMs: HOUR_MS * 0.9,
  }),
  bound: '40 min',
  derives: true,
  databasePatienceMs: MINUTE_MS,
}

const libraryContext: Pipeline = {
  id: 'library-context',
  summary:
    'Scientific libraries of a domain by their stars on GitHub, and a context file of each: its documentation and sources in one text',
  workflow: 'libraryContextWorkflow',
  children: ['makeContextWorkflow'],
  params: libraryParams,
  timing: ({ env }) => {
    const [hour = 0, minute = 0] = env.MAINTENANCE_TIME.split(':').map(Number)
    return {
      everyMs: DAY_MS,
      offsetMs: 0,
      daily: { hour, minute, timezone: env.MAINTENANCE_TIMEZONE },
      jitterMs: 0,
      // The shortest day has 23 hours.
      catchupMs: DAY_MS * 0.9,
    }
  },
  bound: '5 h',
  derives: true,
  databasePatienceMs: 10 * MINUTE_MS,
  noBackfill:
    'stars and sources are those of now; "almanac import library-context" takes the lists and contexts of an older collector',
}

/** Late looks at a live feed are worth nothing: the next one comes within the minute. Temporal takes no shorter window. */
const MINUTELY_CATCHUP_MS = 10 * SECOND_MS

const matchResults: Pipeline = {
  id: 'match-results',
  summary: 'Odds and final scores of matches seen in a live feed, each followed until it is really over',
  workflow: 'matchResultsWorkflow',
  params: matchParams,
  timing: ({ tracked }) => ({
    everyMs: tracked['match-results'].every_minutes * MINUTE_MS,
    offsetMs: 0,
    jitterMs: 0,
    catchupMs: MINUTELY_CATCHUP_MS,
  }),
  bound: '50 s',
  derives: true,
  databasePatienceMs: 5 * SECOND_MS,
  noBackfill:
    'a live feed tells of this moment alone; "almanac import match-results" takes the matches of an older collector',
}

export const PIPELINES: readonly Pipeline[] = [modStats, cryptoForecast, libraryContext, matchResults]

/** Finds a pipeline by its id. */
export function pipelineById(id: string): Pipeline | undefined {
  return PIPELINES.find((pipeline) => pipeline.id === id)
}
