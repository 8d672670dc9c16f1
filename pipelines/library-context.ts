/** library-context: what it tracks, when it runs, which parameters its runs take. */
import { z } from 'zod'
import { DAY_MS, MINUTE_MS } from '../core/durations.ts'
import { FULL_NAME } from '../upstreams/github/repository-name.ts'
import { address, definePipeline, flag, recompute, runParams } from './definition.ts'

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

const section = z.strictObject({
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
  ascl_url: address
    .default('https://ascl.net')
    .describe('Base address of the Astrophysics Source Code Library'),
  github_api_url: address.default('https://api.github.com').describe('Base address of the GitHub API'),
  github_url: address
    .default('https://github.com')
    .describe('Base address that repositories are cloned from; https, or http on this machine'),
})

export const libraryContext = definePipeline({
  id: 'library-context',
  summary:
    'Scientific libraries of a domain by their stars on GitHub, and a context file of each: its documentation and sources in one text',
  workflow: 'libraryContextWorkflow',
  children: ['makeContextWorkflow'],
  params: z.strictObject({
    ...runParams,
    ...recompute,
    domain: z.string().optional().describe('This domain alone'),
    library: z
      .string()
      .regex(FULL_NAME, 'expected owner/name')
      .optional()
      .describe('The context of this library alone'),
    force: flag
      .optional()
      .describe('Make contexts again that are up to date, and take a list that looks wrong'),
  }),
  section,
  variables: {
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
    GITHUB_TOKEN: z
      .string()
      .optional()
      .describe(
        'Token of GitHub without any permission: stars in four calls instead of minutes; none is needed',
      ),
  },
  addressVariables: {
    ASCL_URL: 'ascl_url',
    GITHUB_API_URL: 'github_api_url',
    GITHUB_URL: 'github_url',
  },
  timing: (_, { MAINTENANCE_TIME, MAINTENANCE_TIMEZONE }) => {
    const [hour = 0, minute = 0] = MAINTENANCE_TIME.split(':').map(Number)
    return {
      everyMs: DAY_MS,
      offsetMs: 0,
      daily: { hour, minute, timezone: MAINTENANCE_TIMEZONE },
      jitterMs: 0,
      // The shortest day has 23 hours.
      catchupMs: DAY_MS * 0.9,
    }
  },
  databasePatienceMs: 10 * MINUTE_MS,
  noBackfill:
    'stars and sources are those of now; "almanac import library-context" takes the lists and contexts of an older collector',
  demo: {
    section: (simulator) => ({
      enabled: true,
      domains: {
        astronomy: {
          description: 'Astronomy libraries of the simulated catalogue',
          keywords: [
            'astro',
            'sky',
            'gal',
            'cosmo',
            'cmb',
            'planck',
            'lightkurve',
            'stellar',
            'poppy',
            'healpy',
          ],
          top: 6,
        },
        finance: {
          description: 'Finance libraries, named one by one',
          source: { list: ['sim-finance/quant-lab', 'sim-finance/portfolio-kit'] },
        },
      },
      ascl_url: `${simulator}/ascl`,
      github_api_url: `${simulator}/github`,
      github_url: `${simulator}/git`,
    }),
    variables: { GITHUB_TOKEN: 'demo' },
  },
})

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
