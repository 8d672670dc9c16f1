/** What housekeeping contributes to the command. */
import type { CliPart } from '../cli-part.ts'

export const housekeepingCli: CliPart<'housekeeping'> = {
  upstreams: () => [],
  // A backup is written to no database, so that nothing of it could be rolled back: it is left out.
  dryRun: async (dry) => (await import('./dry-run.ts')).dryRun(dry),
}
