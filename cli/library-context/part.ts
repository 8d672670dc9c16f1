/** What library-context contributes to the command. */
import type { CliPart } from '../cli-part.ts'
import { addLibraryCommands } from './commands.ts'

/** Lines of the libraries' table; `almanac libraries` shows all. */
const MAX_LIBRARIES = 10

export const libraryContextCli: CliPart<'library-context'> = {
  addCommands: addLibraryCommands,

  runExamples: ['--dry-run', '--library astropy/astropy --force --wait'],

  runOptions: [
    { param: 'domain', flags: '--domain <name>', description: 'only this domain' },
    {
      param: 'library',
      flags: '--library <owner/name>',
      description: 'only the context of this library',
    },
    {
      param: 'force',
      flags: '--force',
      description: 'remake contexts that are up to date, and accept an implausible list',
    },
  ],

  checkParams: async (config, { domain }) => {
    if (typeof domain !== 'string') return
    const { domainsNamed } = await import('../../client/library-context/domains.ts')
    domainsNamed(config, domain)
  },

  listsNew: async (db, config) => (await import('./listed-names.ts')).listsNewName(db, config),

  upstreams: ({ tracked: { 'library-context': section } }) => {
    const isAscl = Object.values(section.domains).some(({ source }) => source === 'ascl')
    return [...(isAscl ? [section.ascl_url] : []), section.github_api_url, section.github_url]
  },

  dryRun: async (dry) => (await import('./dry-run.ts')).dryRun(dry),

  foundLines: async (db, config, margin) => {
    const { librariesStatus } = await import('../../client/library-context/status.ts')
    const { firstPlaces } = await import('./library-table.ts')
    return firstPlaces(await librariesStatus(db, config), MAX_LIBRARIES, margin)
  },

  detailsOf: async (db, runId) => {
    const { nightOf } = await import('../../client/library-context/night.ts')
    const night = await nightOf(db, runId)
    if (night === undefined) return undefined
    const { nightLines } = await import('./night-lines.ts')
    return { json: { night }, lines: nightLines(night) }
  },

  checks: async (config) => [await (await import('./contextmaker-check.ts')).checkContextmaker(config)],

  importer: async () => (await import('./import/index.ts')).importer,
}
