/** match-results: what it follows, when it runs, which parameters its runs take. */
import * as z from 'zod'
import { almanacCommand } from '../core/command-name.ts'
import { MINUTE_MS, SECOND_MS } from '../core/durations.ts'
import { reason } from '../wording/reason.ts'
import { address, definePipeline, ENABLED, recompute, runParams } from './definition.ts'

const feedSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'expected a name in lower case')
    .default('onexbet')
    .describe(
      'Name of the feed; it identifies a match together with the event id, so another feed needs another name',
    ),
  url: address
    .default('https://1xbet.com/service-api/LiveFeed/Get1x2_VZip')
    .describe('Address of the live feed; the same service runs under other host names, too'),
  sport: z
    .int()
    .positive()
    .default(85)
    .describe('Sport, by its number in the feed; 85 is e-football ("FIFA")'),
  country: z.int().positive().default(96).describe('Country, by its number in the feed'),
  language: z
    .enum(['fr', 'en'])
    .default('fr')
    .describe('Language of names and status texts; statuses are understood in French and English'),
  // A response with this many events is cut off, and so may be one of 40, 50, 100, 150 …: no host returns more than
  // its own cap, and it does not say so.
  count: z.int().min(1).max(5_000).default(40).describe('Largest number of events requested in one response'),
  group: z
    .int()
    .positive()
    .default(285)
    .describe('Passed to the feed unchanged, for brands that want another'),
  mode: z.int().positive().default(4).describe('Passed to the feed unchanged'),
  get_empty: z.boolean().default(true).describe('Passed to the feed unchanged'),
  virtual_sports: z.boolean().default(true).describe('Passed to the feed unchanged'),
  no_filter_block_event: z.boolean().default(true).describe('Passed to the feed unchanged'),
  split_by_league: z
    .boolean()
    .default(true)
    .describe('Whether a truncated response is requested again, league by league'),
})

const resultsSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether final scores are requested from the results service'),
  url: address
    .default('https://1xbet.com/service-api/result/web/api')
    .describe('Address of the results service'),
  ref: z.int().positive().default(1).describe('Which of the sites that share this service'),
  every_minutes: z
    .int()
    .min(1)
    .max(60)
    .default(5)
    .describe('Minutes between two requests, while matches wait for their results'),
})

const section = z.strictObject({
  enabled: z.boolean().default(false).describe(ENABLED),
  every_minutes: z.int().min(1).max(60).default(1).describe('Minutes between two polls of the feed'),
  feed: feedSchema.prefault({}).describe('The live feed'),
  results: resultsSchema.prefault({}).describe('The service that final scores come from'),
  // The file is for people and spreadsheets, and rewritten as a whole: a day is about 2,170 lines, three months are
  // 25 MB. Everything is in the tables.
  csv_days: z.int().min(1).max(90).default(7).describe('Days in `data/matches.csv`'),
  csv_minutes: z
    .int()
    .min(0)
    .max(60)
    .default(5)
    .describe('Shortest time between two writes of that file, in minutes; 0 writes every change at once'),
  // At least a week: a poll may arrive that late and still be inserted.
  odds_days: z
    .int()
    .min(7)
    .max(3_650)
    .default(30)
    .describe(
      'Observations in which only the odds changed are kept for this many days; scores, states, opening and closing odds are kept forever',
    ),
})

/** Late polls of a live feed are worthless: the next one comes within the minute. Temporal allows no shorter window. */
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
  databaseRetryBudgetMs: 5 * SECOND_MS,
  noBackfill: () => reason('past-not-shown', { command: almanacCommand('import match-results') }),
  demo: {
    section: (simulator) => ({
      enabled: true,
      feed: { url: `${simulator}/onexbet/service-api/LiveFeed/Get1x2_VZip` },
      results: { url: `${simulator}/onexbet-results/service-api/result/web/api`, every_minutes: 1 },
      // Its day passes in minutes.
      csv_minutes: 0,
    }),
  },
})
