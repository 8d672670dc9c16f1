/** What may stand in `almanac.yaml`, one section a pipeline: names, types, defaults and meanings. */
import { z } from 'zod'
import { FULL_NAME } from '../upstreams/github/repository-name.ts'

const modSchema = z
  .strictObject({
    name: z.string().min(1).optional(),
    modrinth: z
      .string()
      .regex(/^[\w!@$().+"\-']{3,64}$/, 'expected a Modrinth slug or id')
      .optional(),
    curseforge: z.int().positive().optional(),
  })
  .refine((mod) => mod.modrinth !== undefined || mod.curseforge !== undefined, {
    error: 'expected modrinth (slug or id), curseforge (number), or both',
  })

const modpacksSchema = z.strictObject({
  /** Pages of the website's list of dependents read in one run, over all mods; the next run goes on from there. */
  pages: z.int().min(0).max(1000).default(35),
  /** Pause between two of those pages. */
  page_delay_seconds: z.number().min(0).max(60).default(2),
})

const modStatsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  mods: z.array(modSchema).min(1).superRefine(rejectDuplicates),
  modpacks: modpacksSchema.default({ pages: 35, page_delay_seconds: 2 }),
})

const coinSchema = z.strictObject({
  /** CoinGecko's id; the value of `crypto` in every table. */
  id: z.string().regex(/^[a-z0-9-]+$/, 'expected a CoinGecko id such as bitcoin'),
  code: z.string().regex(/^[A-Z0-9]+$/, 'expected a ticker symbol such as BTC'),
  /** Trading pair on Binance; the code against USDT unless told. */
  symbol: z
    .string()
    .regex(/^[A-Z0-9]+$/, 'expected a trading pair such as BTCUSDT')
    .optional(),
})

const DEFAULT_COINS = [
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH' },
  { id: 'binancecoin', code: 'BNB' },
]

const cryptoForecastSchema = z.strictObject({
  enabled: z.boolean().default(true),
  coins: z.array(coinSchema).min(1).superRefine(eachCoinOnce).default(DEFAULT_COINS),
  /**
   * Hourly candles kept filled from this many days ago until now; the exchange gives a thousand an answer. With less than
   * two months, 30 days of warm-up leave too few hours for the forecast of a day.
   */
  history_days: z.int().min(60).max(3650).default(730),
  /** Days in `data/{coin}_features.csv`. */
  csv_days: z.int().min(1).max(3650).default(30),
  /** Pause between two requests to CoinGecko, which lets callers without a key ask some ten times a minute. */
  coingecko_delay_seconds: z.number().min(0).max(60).default(6),
})

const fullName = z.string().regex(FULL_NAME, 'expected owner/name of a repository on GitHub')

const domainSchema = z.strictObject({
  description: z.string().min(1),
  /** Where the names come from: ASCL's catalogue, a list, or a search on GitHub (its own query language). */
  source: z
    .union([
      z.literal('ascl'),
      z.strictObject({ list: z.array(fullName).min(1) }),
      z.strictObject({ search: z.string().min(1) }),
    ])
    .default('ascl'),
  /** Of those, the names that hold one of these words, upper or lower case alike; all where there is none. */
  keywords: z.array(z.string().min(1)).default([]),
  match: z.enum(['substring', 'words']).default('substring'),
  /** In the list whatever the keywords say, and never in it; never wins. */
  always: z.array(fullName).default([]),
  never: z.array(fullName).default([]),
  /** How many, by stars. */
  top: z.int().min(1).max(1000).default(100),
})

const libraryContextSchema = z.strictObject({
  enabled: z.boolean().default(false),
  domains: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'expected a name in small letters'), domainSchema)
    .default({}),
  /** Libraries cloned and read at the same time, on one machine. */
  chains: z.int().min(1).max(16).default(2),
  /** What contextmaker may do with a library's own documentation set-up; see README.md. */
  mode: z.enum(['safe', 'native', 'strip']).default('safe'),
  /** Largest context, in tokens (characters / 4): what the larger models take in one go. */
  max_tokens: z.int().min(2_000).max(5_000_000).default(250_000),
  max_clone_mb: z.int().min(1).max(20_000).default(500),
  clone_seconds: z.int().min(5).max(3_600).default(300),
  contextmaker_seconds: z.int().min(5).max(3_600).default(300),
  /** A change counts only if it is younger than this; any change counts unless told. */
  changed_within_days: z.int().min(1).max(3_650).optional(),
  /** A context is kept for so long after its library left every list. */
  keep_left_days: z.int().min(0).max(3_650).default(30),
})

const webAddress = z.url({ protocol: /^https?$/ })

const feedSchema = z.strictObject({
  /** Beside the event id this makes a match one and the same: give another feed another name. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'expected a name in small letters')
    .default('onexbet'),
  url: webAddress.default('https://1xbet.com/service-api/LiveFeed/Get1x2_VZip'),
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
  url: webAddress.default('https://1xbet.com/service-api/result/web/api'),
  /** Which of the sites that share this service. */
  ref: z.int().positive().default(1),
  /** Minutes between two questions, while matches wait for their results. */
  every_minutes: z.int().min(1).max(60).default(5),
})

const matchResultsSchema = z.strictObject({
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

/** `almanac.yaml`: one section a pipeline; of one that came with a newer version and has none yet, nothing runs. */
export const almanacFileSchema = z.strictObject({
  'mod-stats': modStatsSchema,
  'crypto-forecast': cryptoForecastSchema.prefault({ enabled: false }),
  'library-context': libraryContextSchema.prefault({ enabled: false }),
  'match-results': matchResultsSchema.prefault({ enabled: false }),
})

export type Tracked = z.infer<typeof almanacFileSchema>

function eachCoinOnce(coins: { id: string; code: string }[], context: z.RefinementCtx): void {
  for (const field of ['id', 'code'] as const) {
    coins.forEach((coin, index) => {
      if (coins.findIndex((other) => other[field] === coin[field]) === index) return
      const at = { path: [index, field], input: coin[field] }
      context.addIssue({ code: 'custom', ...at, message: 'expected each coin once' })
    })
  }
}

function rejectDuplicates(
  mods: { modrinth?: string | undefined; curseforge?: number | undefined }[],
  context: z.RefinementCtx,
): void {
  for (const platform of ['modrinth', 'curseforge'] as const) {
    const seen = new Set<unknown>()
    mods.forEach((mod, index) => {
      const id = mod[platform]
      const key = typeof id === 'string' ? id.toLowerCase() : id
      if (key !== undefined && seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index, platform],
          input: id,
          message: 'expected each mod once',
        })
      }
      seen.add(key)
    })
  }
}
