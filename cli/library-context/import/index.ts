/** What library-context takes over from an older collector. */
import { importFiles } from '../../import/import-files.ts'
import type { Importer } from '../../import/importer.ts'
import { checkDay, dayOf } from '../../import/line-values.ts'
import type { Claimant } from './context-claims.ts'
import { findContexts } from './given-contexts.ts'
import { importContexts, storedClaimants } from './import-contexts.ts'
import { libraryKinds, type GivenFiles } from './kinds.ts'

export const importer: Importer = {
  options: [
    {
      flags: '--date <day>',
      description: 'UTC day of lists and tables of stars that do not state their own',
    },
  ],
  examples: ['astronomy-libraries.json astronomy_contexts/ --date 2025-08-12'],
  help: `Takes lists (JSON, or CSV of stars) and context files or folders of them. Ranks follow from the stars; a context enters
only if it passes the quality gate, and never replaces one that was made here.`,
  run: async (config, request) => {
    const { options: { date } = {}, now = new Date(), verbose = false } = request
    const today = dayOf(now)
    if (date !== undefined) checkDay('--date', date, today)
    const { paths, folders } = findContexts(request.files)
    const given: GivenFiles = { folders, tasks: new Map(), hasLists: false, lists: [] }
    const { domains } = config.tracked['library-context']
    let stored: Claimant[] = []
    return importFiles(
      config,
      { ...request, files: paths },
      {
        runId: 'import-library-context',
        kinds: libraryKinds(given, { date, today, isTracked: (domain) => domains[domain] !== undefined }),
        open: async (target) => {
          if (folders.size > 0 && !given.hasLists) stored = await storedClaimants(config, target)
          return target
        },
        finish: (target) => importContexts(target, given, { stored, now, verbose }),
      },
    )
  },
}
