/** What may stand in the environment and in `.env`: names, types, defaults and meanings. */
import { z } from 'zod'

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
    .describe('Key of the CurseForge API; write it in single quotes, because it contains $ signs'),
  COLLECTION_INTERVAL: z.coerce
    .number()
    .int()
    .min(60)
    .default(86400)
    .describe('Seconds between two collections of mod-stats; at least 60'),
  ALMANAC_CONTACT: z
    .string()
    .optional()
    .describe('E-mail address or page added to the User-Agent, so that an upstream can contact you'),
  ALMANAC_CONFIG: z.string().default('almanac.yaml').describe('File that lists what is tracked'),
  ALMANAC_STATE_DIR: z
    .string()
    .default('.almanac')
    .describe('Folder of the embedded servers, their data and the tools'),
  DATA_DIR: z.string().default('data').describe('Folder of the exported files'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Log level of the worker'),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'expected an address such as postgresql://user:password@host:5432/database',
    })
    .optional()
    .describe('Your own PostgreSQL server (15 or newer). Default: the embedded one'),
  POSTGRES_PORT: port(5433, 'Port of the embedded PostgreSQL'),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/:]+:\d+$/, 'expected host:port')
    .optional()
    .describe('Your own Temporal server (host:port). Default: the embedded one'),
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
    'Base addresses of the Binance API, separated by commas; if one blocks this machine the next is tried',
  ),
  COINGECKO_URL: address(
    'https://api.coingecko.com/api/v3',
    'Base address of the CoinGecko API; with a paid key https://pro-api.coingecko.com/api/v3',
  ),
  COINGECKO_API_KEY: z.string().optional().describe('Key of the CoinGecko API; optional'),
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
      'GitHub token without any permission; optional, fetches stars in four calls instead of minutes',
    ),
  TEXTFILE_DIR: z
    .string()
    .optional()
    .describe("Folder of the node exporter's textfile collector, for cryptobot_cron.prom. Default: DATA_DIR"),
  MLFLOW_TRACKING_URI: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('MLflow tracking server that models are reported to'),
  MLFLOW_TRACKING_TOKEN: z.string().optional().describe('Token of that server, if it requires one'),
  MODEL_SERVING_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('MLflow scoring server that makes forecasts instead of the built-in model'),
  RAW_PAYLOAD_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .default(14)
    .describe('Days that upstream responses are kept; 0 keeps none'),
  RAW_PAYLOAD_MB: z.coerce
    .number()
    .int()
    .min(1)
    .default(500)
    .describe('Megabytes of compressed upstream responses kept per source'),
  // A minute of match-results is some 10 kB, a day of mod-stats with five thousand mods some 20 MB: weeks of both.
  SPOOL_MB: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe(
      'Megabytes of rows kept in DATA_DIR/spool while the database is unavailable; beyond that runs fail',
    ),
})

/** Variables of `docker-compose.yml` that share the `.env` file; Almanac itself does not read them. */
export const COMPOSE_VARIABLES = ['POSTGRES_PASSWORD', 'POSTGRES_USER', 'POSTGRES_DB'] as const

export type Environment = z.infer<typeof environmentSchema>

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
