/** Rows that were rejected. */
import { InvalidArgumentError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, atLeastOne, days, whole, type SetExitCode } from './add-command.ts'

/** Reads a day or a moment, UTC. */
function time(text: string): Date {
  const date = new Date(text)
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('expected a day or a moment such as 2026-11-01 or 2026-11-01T06:00:00Z.')
  return date
}

export function addQuarantineCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const quarantine = program
    .command('quarantine')
    .description('rows of responses that were rejected, and reading them again once a parser is mended')
  const load = async () => import('../quarantine.ts')
  add(quarantine, 'list', 'rejected rows by source and kind of reason, newest first', [
    `${ALMANAC} quarantine list`,
    `${ALMANAC} quarantine list --json`,
  ])
    .option('--limit <n>', 'print at most so many groups (default: 20)', atLeastOne)
    .option('--before <id>', 'only groups whose newest row has a smaller number: the next page', whole)
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).list(options)
    })
  add(quarantine, 'show <id>', 'a rejected row, why, by which run, and where it came from', [
    `${ALMANAC} quarantine show 17`,
  ])
    .option('--json', 'print JSON')
    .action(async (id: string, options) => {
      await (await load()).show(id, options)
    })
  add(
    quarantine,
    'replay',
    'read stored responses again with the parsers of this version; asks no upstream, and writes only with --write',
    [`${ALMANAC} quarantine replay --since 2026-11-01`, `${ALMANAC} quarantine replay --write`],
  )
    .option('--source <name>', 'only this source (default: all)')
    .option('--since <time>', 'only what was observed since this day or moment, UTC (default: all)', time)
    .option('--write', 'write what would change, and recompute what is derived from it')
    .option('--json', 'print JSON')
    .action(async (options) => {
      setExitCode(await (await import('../replay.ts')).replay(options))
    })
  add(quarantine, 'drop [ids...]', 'remove rejected rows, by number, or by source and age', [
    `${ALMANAC} quarantine drop 17 18`,
    `${ALMANAC} quarantine drop --source SOURCE --older-than 30`,
  ])
    .option('--source <name>', 'those of this source')
    .option('--older-than <days>', 'those that were observed more than so many days ago', days)
    .option('--json', 'print JSON')
    .action(async (ids: string[], options) => {
      await (await load()).drop(ids.map(whole), options)
    })
}
