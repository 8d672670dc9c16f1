/** What match-results found out. */
import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../core/command-name.ts'
import { add, atLeastOne } from '../commands/groups/add-command.ts'

/** States of a match, in their order (db/schema/match-results.ts). */
const STATES = ['seen', 'live', 'suspended', 'ended', 'vanished', 'settled'] as const

export function addMatchCommands(program: CommandUnknownOpts): void {
  const load = async () => import('./matches.ts')
  const matches = add(
    program,
    'matches',
    'the newest matches of the feed: confirmed results and last-seen scores',
    [
      `${ALMANAC} matches`,
      `${ALMANAC} matches --league FIFA --confirmed --limit 50`,
      `${ALMANAC} matches show 724955365`,
    ],
  )
    .option('--league <text>', 'leagues whose name contains this')
    .option('--team <text>', 'matches of a team whose name contains this')
    .addOption(new Option('--state <state>', 'matches in this state').choices(STATES))
    .option('--confirmed', 'results alone')
    .option('--limit <count>', 'how many', atLeastOne, 20)
    .option('--json', 'print JSON, with the figures')
    .action(async (options) => {
      await (await load()).list(options)
    })
  add(matches, 'show <event>', 'the history of one match, by its event id: all its observations', [
    `${ALMANAC} matches show 724955365 --json`,
  ])
    .option('--json', 'print JSON')
    .action(async (event: string, _, command) => {
      // The command above takes options of the same names for itself, wherever they stand.
      await (await load()).show(event, command.optsWithGlobals())
    })
}
