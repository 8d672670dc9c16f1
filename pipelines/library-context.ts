/** library-context: what it tracks, when it runs, which parameters its runs take. */
import * as z from 'zod'
import { almanacCommand } from '../core/command-name.ts'
import { MINUTE_MS } from '../core/durations.ts'
import { FULL_NAME } from '../upstreams/github/repository-name.ts'
import { reason, type Code } from '../wording/reason.ts'
import {
  address,
  definePipeline,
  ENABLED,
  flag,
  nightly,
  recompute,
  runParams,
  timeOfDay,
  timezone,
} from './definition.ts'

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

const section = z.strictObject({
  enabled: z.boolean().default(false).describe(ENABLED),
  domains: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'expected a name in lower case'), domainSchema)
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
    domain: z.string().optional().describe('Only this domain').meta({ title: 'Domain' }),
    library: z
      .string()
      .regex(FULL_NAME, 'expected-full-name' satisfies Code)
      .optional()
      .describe('Only the context of this library')
      .meta({ title: 'Library' }),
    force: flag
      .optional()
      .describe('Remake contexts that are up to date, and accept an implausible list')
      .meta({ title: 'Remake everything' }),
  }),
  section,
  variables: {
    MAINTENANCE_TIME: timeOfDay.default('02:00').describe('When library-context runs every night, HH:MM'),
    MAINTENANCE_TIMEZONE: timezone.default('UTC').describe('Time zone of MAINTENANCE_TIME'),
    GITHUB_TOKEN: z
      .string()
      .optional()
      .describe(
        'GitHub token without any permission; optional, fetches stars in four calls instead of minutes',
      ),
  },
  addressVariables: {
    ASCL_URL: 'ascl_url',
    GITHUB_API_URL: 'github_api_url',
    GITHUB_URL: 'github_url',
  },
  timing: (_, { MAINTENANCE_TIME, MAINTENANCE_TIMEZONE }) => nightly(MAINTENANCE_TIME, MAINTENANCE_TIMEZONE),
  databaseRetryBudgetMs: 10 * MINUTE_MS,
  noBackfill: () => reason('past-not-listed', { command: almanacCommand('import library-context') }),
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
