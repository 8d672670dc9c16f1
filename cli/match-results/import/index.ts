/** What match-results takes over from an older collector. */
import { importFiles } from '../../import/import-files.ts'
import type { Importer } from '../../import/importer.ts'
import { matchKinds } from './kinds.ts'

export const importer: Importer = {
  options: [],
  examples: ['data/matches.csv matches_table.csv'],
  help: `Takes a matches.csv and dumps of the table matches. The old collector stored live scores as final: a score is confirmed
only if the status says that the match was over; otherwise it is the last one seen. Its odds are those at the end.`,
  run: (config, request) =>
    importFiles(config, request, {
      runId: 'import-match-results',
      kinds: matchKinds(request.now ?? new Date()),
      open: (base) => ({ ...base, feed: config.tracked['match-results'].feed.name }),
    }),
}
