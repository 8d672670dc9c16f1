/** Variables of the environment and of `.env`: names, types, defaults and meanings. */
import * as z from 'zod'
import { PIPELINES, type PipelineVariables } from '../pipelines/index.ts'

const port = (fallback: number, meaning: string) =>
  z.coerce.number().int().min(1024).max(65535).default(fallback).describe(meaning)
/** 16 characters of hexadecimal digits are 64 bits: with a minute between two tries nobody guesses them. */
const token = z
  .string()
  .regex(/^\S{16,}$/, 'expected 16 characters or more without spaces; "openssl rand -hex 24" makes them')
  .optional()
/** `10.0.0.5`, `10.0.0.0/8` or several, separated by commas. */
const addresses = z
  .string()
  .refine(
    (text) =>
      text
        .split(/, */)
        .every((one) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(one).success),
    'expected an address such as 127.0.0.1, a range such as 10.0.0.0/8, or several of them with commas',
  )
  .optional()

/** Variables of the whole stack: type, default, meaning with unit. */
const stackVariables = {
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
  WORKER_LOG: z
    .string()
    .optional()
    .describe(
      "File of the worker's log, in which the page finds the lines of a run; a worker started alone prints its log as well. Default: almanac.log in ALMANAC_STATE_DIR, of `up` only",
    ),
  ALMANAC_TOKEN: token.describe(
    'Token of those who may change things, of 16 characters or more. Needed when the page listens on more than 127.0.0.1',
  ),
  ALMANAC_READER_TOKEN: token.describe('Token of those who may look at everything and change nothing'),
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
  TEMPORAL_METRICS_PORT: z.coerce
    .number()
    .int()
    .min(1024)
    .max(65535)
    .optional()
    .describe("Port of 127.0.0.1 at which a worker serves the metrics of Temporal's SDK. Default: none"),
  PAGE_HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'expected an address of this machine such as 0.0.0.0')
    .default('127.0.0.1')
    .describe('Address at which the page listens; any other than 127.0.0.1 needs ALMANAC_TOKEN'),
  TRUSTED_PROXY: addresses.describe(
    'Addresses or ranges (10.0.0.0/8) of your proxies, separated by commas: their X-Forwarded-For says who asks. Without it all that come through a proxy wait for the wrong tokens of each other',
  ),
  PAGE_PORT: port(8501, 'Port of the page and its API'),
  OVERVIEW_PORT: port(8502, 'Second port of the page, at which older dashboards had their overview'),
  DEMO_POSTGRES_PORT: port(5533, "Port of the demo's PostgreSQL"),
  DEMO_TEMPORAL_PORT: port(7333, "Port of the demo's Temporal server"),
  DEMO_TEMPORAL_UI_PORT: port(8333, "Port of the demo's Temporal Web UI"),
  DEMO_PAGE_PORT: port(8601, "Port of the demo's page and its API"),
  DEMO_OVERVIEW_PORT: port(8602, "Second port of the demo's page"),
  SIMULATOR_PORT: port(7400, 'Port of the simulator'),
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
  PAGE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address at which people reach the page, for links in messages, which its host names. Default: 127.0.0.1 with its port',
    ),
  ALERT_SECRET: token.describe(
    'Key of the signature (HMAC-SHA256) of every message that is posted to a webhook',
  ),
  ALERT_FROM: z.email().default('almanac@localhost').describe('Sender of messages by e-mail'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'expected an address such as smtps://user:password@host' })
    .optional()
    .describe('Mail server for channels with `email`, such as smtps://user:password@host'),
  HEARTBEAT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address that is asked every minute while the watch runs: a check of healthchecks.io, a push monitor of Uptime Kuma',
    ),
  BACKUP_DIR: z.string().default('backups').describe('Folder of the backups; another disk is better'),
  BACKUP_KEEP: z.coerce.number().int().min(1).default(7).describe('So many of the newest backups are kept'),
  BACKUP_WEEKS: z.coerce
    .number()
    .int()
    .min(0)
    .default(4)
    .describe('Besides, of so many weeks the newest backup of each is kept'),
  BACKUP_COMMAND: z
    .string()
    .optional()
    .describe(
      'Command that a shell runs after each backup, with its path in $BACKUP_FILE: rclone copy "$BACKUP_FILE" remote:almanac',
    ),
  // A run of every minute leaves some 10 kB, one of a day with five thousand things some 20 MB: weeks of both.
  SPOOL_MB: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe(
      'Megabytes of rows kept in DATA_DIR/spool while the database is unavailable; beyond that runs fail',
    ),
}

/** Every variable that Almanac reads, including those of the pipelines. `.env.example` lists the same ones. */
export const environmentSchema = z.object({
  ...stackVariables,
  ...Object.fromEntries(PIPELINES.flatMap(({ variables = {} }) => Object.entries(variables))),
}) as unknown as z.ZodType<Environment> & { shape: Record<keyof Environment, z.ZodType> }

export type Environment = z.infer<z.ZodObject<typeof stackVariables>> & PipelineVariables

/** Variables that still replace an address of almanac.yaml (section and key): kept for one release. */
export const ADDRESS_VARIABLES = PIPELINES.flatMap(({ id, addressVariables = {} }) =>
  Object.entries(addressVariables).map(([name, key]) => ({ name, id, key })),
)

/** Variables of `docker-compose.yml` that share the `.env` file; Almanac itself does not read them. */
export const COMPOSE_VARIABLES = ['POSTGRES_PASSWORD', 'POSTGRES_USER', 'POSTGRES_DB'] as const
