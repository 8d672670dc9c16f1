/** What may stand in `almanac.yaml`, one section a pipeline: names, types, defaults and meanings. */
import { z } from 'zod'
import { FULL_NAME } from '../upstreams/github/repository-name.ts'

const modSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .optional()
      .describe("Name in tables and exports. Default: the platform's own name"),
    modrinth: z
      .string()
      .regex(/^[\w!@$().+"\-']{3,64}$/, 'expected a Modrinth slug or id')
      .optional()
      .describe('Slug or id on Modrinth. Each mod needs this, `curseforge` or both'),
    curseforge: z.int().positive().optional().describe('Project id on CurseForge'),
  })
  .refine((mod) => mod.modrinth !== undefined || mod.curseforge !== undefined, {
    error: 'expected modrinth (slug or id), curseforge (number), or both',
  })

const modpacksSchema = z.strictObject({
  pages: z
    .int()
    .min(0)
    .max(1000)
    .default(35)
    .describe(
      "Pages of CurseForge's lists of dependents read in one run, over all mods; the next run continues from there",
    ),
  page_delay_seconds: z
    .number()
    .min(0)
    .max(60)
    .default(2)
    .describe('Pause between two of these pages, in seconds'),
})

const enabled = 'Whether the pipeline runs by its schedule; `false` pauses it'

const modStatsSchema = z.strictObject({
  enabled: z.boolean().default(true).describe(enabled),
  mods: z.array(modSchema).min(1).superRefine(rejectDuplicates).describe('Mods to track, each once'),
  modpacks: modpacksSchema
    .default({ pages: 35, page_delay_seconds: 2 })
    .describe('How fast lists of dependents are read'),
})

const coinSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'expected a CoinGecko id such as bitcoin')
    .describe('Id on CoinGecko, such as `bitcoin`; the value of `crypto` in every table'),
  code: z
    .string()
    .regex(/^[A-Z0-9]+$/, 'expected a ticker symbol such as BTC')
    .describe('Ticker symbol, such as `BTC`'),
  symbol: z
    .string()
    .regex(/^[A-Z0-9]+$/, 'expected a trading pair such as BTCUSDT')
    .optional()
    .describe('Trading pair on Binance. Default: `code` against USDT, such as `BTCUSDT`'),
})

const DEFAULT_COINS = [
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH' },
  { id: 'binancecoin', code: 'BNB' },
]

const cryptoForecastSchema = z.strictObject({
  enabled: z.boolean().default(true).describe(enabled),
  coins: z
    .array(coinSchema)
    .min(1)
    .superRefine(eachCoinOnce)
    .default(DEFAULT_COINS)
    .describe('Coins to follow, each once'),
  // The exchange returns a thousand candles a request. With less than two months, 30 days of warm-up leave too few hours
  // to train the forecast of a day.
  history_days: z
    .int()
    .min(60)
    .max(3650)
    .default(730)
    .describe('Hourly candles are kept complete from this many days ago until now'),
  csv_days: z.int().min(1).max(3650).default(30).describe('Days in `data/{coin}_features.csv`'),
  coingecko_delay_seconds: z
    .number()
    .min(0)
    .max(60)
    .default(6)
    .describe(
      'Pause between two requests to CoinGecko, in seconds; without a key it allows about ten a minute',
    ),
})

const fullName = z.string().regex(FULL_NAME, 'expected owner/name of a repository on GitHub')

const domainSchema = z.strictObject({
  description: z.string().min(1).describe('What the domain covers, in a few words'),
  source: z
    .union([
      z.literal('ascl'),
      z.strictObject({ list: z.array(fullName).min(1) }),
      z.strictObject({ search: z.string().min(1) }),
    ])
    .default('ascl')
    .describe(
      "Where repository names come from: the ASCL catalogue, a list of `owner/name`, or a search in GitHub's query language",
    ),
  keywords: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Only names (`owner/name`) that contain one of these words are kept, regardless of case; an empty list keeps all',
    ),
  match: z
    .enum(['substring', 'words'])
    .default('substring')
    .describe('Whether a keyword may be part of a word, or must have no letter or digit beside it'),
  always: z.array(fullName).default([]).describe('Repositories that are listed whatever the keywords say'),
  never: z.array(fullName).default([]).describe('Repositories that are never listed; wins over `always`'),
  top: z.int().min(1).max(1000).default(100).describe('Number of libraries in the list, by stars'),
})

const libraryContextSchema = z.strictObject({
  enabled: z.boolean().default(false).describe(enabled),
  domains: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'expected a name in small letters'), domainSchema)
    .default({})
    .describe('Domains by name, in lower case; each has its own list of libraries'),
  chains: z
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe('Libraries that one machine clones and reads at the same time'),
  mode: z
    .enum(['safe', 'native', 'strip'])
    .default('safe')
    .describe("What contextmaker may do with a library's own documentation setup"),
  max_tokens: z
    .int()
    .min(2_000)
    .max(5_000_000)
    .default(250_000)
    .describe('Largest context, in tokens (characters / 4); the default is what larger models take at once'),
  max_clone_mb: z.int().min(1).max(20_000).default(500).describe('Largest clone, in megabytes'),
  clone_seconds: z.int().min(5).max(3_600).default(300).describe('Longest clone, in seconds'),
  contextmaker_seconds: z
    .int()
    .min(5)
    .max(3_600)
    .default(300)
    .describe('Longest run of contextmaker for one library, in seconds'),
  changed_within_days: z
    .int()
    .min(1)
    .max(3_650)
    .optional()
    .describe('A change counts only if it is younger than this many days. Default: any change counts'),
  keep_left_days: z
    .int()
    .min(0)
    .max(3_650)
    .default(30)
    .describe('A context is kept for this many days after its library left every list'),
})

const webAddress = z.url({ protocol: /^https?$/ })

const feedSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'expected a name in small letters')
    .default('onexbet')
    .describe(
      'Name of the feed; it identifies a match together with the event id, so another feed needs another name',
    ),
  url: webAddress
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
  // An answer with this many is cut off, and so may be one of 40, 50, 100, 150 …: no host returns more than its own cap,
  // and it does not say so.
  count: z.int().min(1).max(5_000).default(40).describe('Largest number of events requested in one answer'),
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
    .describe('Whether an answer that was cut off is requested again, league by league'),
})

const resultsSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether final scores are requested from the results service'),
  url: webAddress
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

const matchResultsSchema = z.strictObject({
  enabled: z.boolean().default(false).describe(enabled),
  every_minutes: z.int().min(1).max(60).default(1).describe('Minutes between two polls of the feed'),
  feed: feedSchema.prefault({}).describe('The live feed'),
  results: resultsSchema.prefault({}).describe('The service that final scores come from'),
  // The file is for people and their spreadsheets, and written whole: a day is some 2,170 lines, three months are 25 MB.
  // Everything is in the tables.
  csv_days: z.int().min(1).max(90).default(7).describe('Days in `data/matches.csv`'),
  csv_minutes: z
    .int()
    .min(0)
    .max(60)
    .default(5)
    .describe('Shortest time between two writes of that file, in minutes; 0 writes every change at once'),
  // At least a week: a poll may arrive that late and still be fitted in.
  odds_days: z
    .int()
    .min(7)
    .max(3_650)
    .default(30)
    .describe(
      'Observations in which only the odds changed are kept for this many days; scores, states, opening and closing odds are kept forever',
    ),
})

/** `almanac.yaml`: one section a pipeline; a pipeline without a section is paused. */
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
