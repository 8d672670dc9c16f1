/** What match-results contributes to the command. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { CliPart } from '../cli-part.ts'
import type { SetExitCode } from '../commands/groups/add-command.ts'
import { addCollectorCommand } from './collector/command.ts'
import { addMatchCommands } from './commands.ts'

/** Lines of the matches' table; `almanac matches` shows all. */
const MAX_MATCHES = 5

export const matchResultsCli: CliPart<'match-results'> = {
  addCommands: (program: CommandUnknownOpts, setExitCode: SetExitCode) => {
    addCollectorCommand(program, setExitCode)
    addMatchCommands(program)
  },

  upstreams: ({ tracked: { 'match-results': section } }) =>
    section.results.enabled ? [section.feed.url, section.results.url] : [section.feed.url],

  dryRun: async (dry) => (await import('./dry-run.ts')).dryRun(dry),

  foundLines: async (db, config, margin) => {
    const { confirmedLines } = await import('./match-table.ts')
    return confirmedLines(db, config.tracked['match-results'].feed.name, MAX_MATCHES, margin)
  },

  demoSeen: async (db, config) =>
    (await import('../../db/queries/match-results/polls.ts')).newestPollAt(
      db,
      config.tracked['match-results'].feed.name,
    ),

  importer: async () => (await import('./import/index.ts')).importer,
}
