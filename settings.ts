/** What may stand in the environment, in `.env` and in `almanac.yaml`: names, types, defaults and meanings. */
import { z } from 'zod'
import { FULL_NAME } from './upstreams/repository-name.ts'

const port = (fallback: number, meaning: string) =>
  z.coerce.number().int().min(1024).max(65535).default(fallback).describe(meaning)
const address = (fallback: string, meaning: string) =>
  z
    .url({ protocol: /^https?$/ })
    .default(fallback)
    .describe(meaning)

/** Several addresses, separated by commas; at least one. */
const addresses = (fallback: string, meaning: string) =>
  z
    .string()
    .default(fallback)
    .transform((list) => list.split(',').map((one) => one.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
    .describe(meaning)

/** Every variable that Almanac reads: type, default, meaning with unit. `.env.example` lists the same ones. */
export const environmentSchema = z.object({
  CURSEFORGE_API_KEY: z
    .string()
    .optional()
    .describe('Key of the CurseForge API; write it in single quotes, it holds $ signs'),
  COLLECTION_INTERVAL: z.coerce
    .number()
    .int()
    .min(60)
    .default(86400)
    .describe('Seconds between two collections of mod-stats; at least 60'),
  ALMANAC_CONTACT: z
    .string()
    .optional()
    .describe('E-mail or page added to the User-Agent, so that an upstream can reach you'),
  ALMANAC_CONFIG: z.string().default('almanac.yaml').describe('File that says what is tracked'),
  ALMANAC_STATE_DIR: z
    .string()
    .default('.almanac')
    .describe('Folder of the embedded servers, their data and the tools'),
  DATA_DIR: z.string().default('data').describe('Folder of the exported files'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('How much the worker logs'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL server of yours (15 or newer); without it the embedded one is used'),
  POSTGRES_PORT: port(5433, 'Port of the embedded PostgreSQL'),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/:]+:\d+$/, 'expected host:port')
    .optional()
    .describe('Temporal server of yours (host:port); without it the embedded one is used'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Temporal namespace'),
  TEMPORAL_API_KEY: z.string().optional().describe('API key of your Temporal server (turns TLS on)'),
  TEMPORAL_UI_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Web UI of your Temporal server, for links'),
  TEMPORAL_PORT: port(7233, 'Port of the embedded Temporal server'),
  TEMPORAL_UI_PORT: port(8233, 'Port of the embedded Temporal Web UI'),
  DEMO_POSTGRES_PORT: port(5533, "Port of the demo's PostgreSQL"),
  DEMO_TEMPORAL_PORT: port(7333, "Port of the demo's Temporal server"),
  DEMO_TEMPORAL_UI_PORT: port(8333, "Port of the demo's Temporal Web UI"),
  SIMULATOR_PORT: port(7400, 'Port of the simulator'),
  MODRINTH_URL: address('https://api.modrinth.com/v2', 'Base address of the Modrinth API'),
  CURSEFORGE_URL: address('https://api.curseforge.com', 'Base address of the CurseForge API'),
  CURSEFORGE_WEB_URL: address('https://www.curseforge.com', "Base address of CurseForge's website"),
  BINANCE_URLS: addresses(
    'https://api.binance.com,https://data-api.binance.vision,https://api1.binance.com,https://api-gcp.binance.com',
    'Base addresses of the Binance API, separated by commas; one that blocks this machine is followed by the next',
  ),
  COINGECKO_URL: address(
    'https://api.coingecko.com/api/v3',
    'Base address of the CoinGecko API; with a paid key https://pro-api.coingecko.com/api/v3',
  ),
  COINGECKO_API_KEY: z.string().optional().describe('Key of the CoinGecko API; none is needed'),
  FEAR_GREED_URL: address('https://api.alternative.me', 'Base address of the Fear & Greed index'),
  MAINTENANCE_TIME: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 02:00')
    .default('02:00')
    .describe('When library-context runs every night, HH:MM'),
  MAINTENANCE_TIMEZONE: z
    .string()
    .refine(isTimezone, 'expected a time zone such as UTC or Europe/Paris')
    .default('UTC')
    .describe('Time zone of MAINTENANCE_TIME'),
  ASCL_URL: address('https://ascl.net', 'Base address of the Astrophysics Source Code Library'),
  GITHUB_API_URL: address('https://api.github.com', 'Base address of the GitHub API'),
  GITHUB_URL: address(
    'https://github.com',
    'Base address that repositories are cloned from; https, or http on this machine',
  ),
  GITHUB_TOKEN: z
    .string()
    .optional()
    .describe(
      'Token of GitHub without any permission: stars in four calls instead of minutes; none is needed',
    ),
  TEXTFILE_DIR: z
    .string()
    .optional()
    .describe(
      "Folder of the node exporter's textfile collector, for cryptobot_cron.prom; without it DATA_DIR is used",
    ),
  MLFLOW_TRACKING_URI: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('MLflow tracking server that forecasts are reported to'),
  MLFLOW_TRACKING_TOKEN: z.string().optional().describe('Token of that server, where it wants one'),
  MODEL_SERVING_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('MLflow scoring server that predicts in place of our own model'),
  RAW_PAYLOAD_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .default(14)
    .describe('Days for which upstream answers are kept; 0 keeps none'),
  RAW_PAYLOAD_MB: z.coerce
    .number()
    .int()
    .min(1)
    .default(500)
    .describe('Megabytes of compressed upstream answers kept per source'),
})

/** Variables of `docker-compose.yml` that share the `.env` file; Almanac itself does not read them. */
export const COMPOSE_VARIABLES = ['POSTGRES_PASSWORD', 'POSTGRES_USER', 'POSTGRES_DB'] as const

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

/** `almanac.yaml`: one section a pipeline; of one that came with a newer version and has none yet, nothing runs. */
export const almanacFileSchema = z.strictObject({
  'mod-stats': modStatsSchema,
  'crypto-forecast': cryptoForecastSchema.prefault({ enabled: false }),
  'library-context': libraryContextSchema.prefault({ enabled: false }),
})

export type Environment = z.infer<typeof environmentSchema>
export type Tracked = z.infer<typeof almanacFileSchema>

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

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
