/** match-results: what it follows, when it runs, which parameters its runs take. */
import { z } from 'zod'
import { MINUTE_MS, SECOND_MS } from '../core/durations.ts'
import { address, definePipeline, recompute, runParams } from './definition.ts'

const feedSchema = z.strictObject({
  /** Beside the event id this makes a match one and the same: give another feed another name. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'expected a name in small letters')
    .default('onexbet'),
  url: address.default('https://1xbet.com/service-api/LiveFeed/Get1x2_VZip'),
  /** 85 is e-football ("FIFA"). */
  sport: z.int().positive().default(85),
  country: z.int().positive().default(96),
  /** Of leagues and status texts; statuses are understood in French and in English. */
  language: z.enum(['fr', 'en']).default('fr'),
  /**
   * Most events in one answer; an answer with so many is cut off, and so may be one of 40, 50, 100, 150 …: more than its own
   * cap no host answers, and it does not say so.
   */
  count: z.int().min(1).max(5_000).default(40),
  group: z.int().positive().default(285),
  mode: z.int().positive().default(4),
  get_empty: z.boolean().default(true),
  virtual_sports: z.boolean().default(true),
  no_filter_block_event: z.boolean().default(true),
  /** An answer that is cut off is asked for again, league by league. */
  split_by_league: z.boolean().default(true),
})

const resultsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  url: address.default('https://1xbet.com/service-api/result/web/api'),
  /** Which of the sites that share this service. */
  ref: z.int().positive().default(1),
  /** Minutes between two questions, while matches wait for their results. */
  every_minutes: z.int().min(1).max(60).default(5),
})

const section = z.strictObject({
  enabled: z.boolean().default(false),
  /** Minutes from one look at the feed to the next. */
  every_minutes: z.int().min(1).max(60).default(1),
  feed: feedSchema.prefault({}),
  results: resultsSchema.prefault({}),
  /**
   * Days in `data/matches.csv`. The file is for people and their spreadsheets, and written whole: a day is some 2,170 lines,
   * three months are 25 MB. Everything is in the tables.
   */
  csv_days: z.int().min(1).max(90).default(7),
  /** Least minutes from one writing of that file to the next; with 0 every change is in it at once. */
  csv_minutes: z.int().min(0).max(60).default(5),
  /**
   * Observations in which only the odds moved are kept for so many days; scores, states, first and last odds before the start
   * stay. A week at least: so late a look may come and be fitted in.
   */
  odds_days: z.int().min(7).max(3_650).default(30),
})

/** Late polls of a live feed are worth nothing: the next one comes within the minute. Temporal takes no shorter window. */
const CATCHUP_MS = 10 * SECOND_MS

export const matchResults = definePipeline({
  id: 'match-results',
  summary: 'Odds and final scores of matches seen in a live feed, each followed until it is really over',
  workflow: 'matchResultsWorkflow',
  params: z.strictObject({ ...runParams, ...recompute }),
  section,
  timing: ({ every_minutes }) => ({
    everyMs: every_minutes * MINUTE_MS,
    offsetMs: 0,
    jitterMs: 0,
    catchupMs: CATCHUP_MS,
  }),
  databasePatienceMs: 5 * SECOND_MS,
  noBackfill:
    'a live feed tells of this moment alone; "almanac import match-results" takes the matches of an older collector',
  demo: {
    section: (simulator) => ({
      enabled: true,
      feed: { url: `${simulator}/onexbet/service-api/LiveFeed/Get1x2_VZip` },
      results: { url: `${simulator}/onexbet-results/service-api/result/web/api`, every_minutes: 1 },
      // Its day passes in minutes.
      csv_minutes: 0,
    }),
    // The simulator's league plays a minute a second: in half an hour of it a dozen matches end and get their results.
    passes: 30,
  },
})
