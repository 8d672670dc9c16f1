/** Rows that wait for their database. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, type SetExitCode } from './add-command.ts'

export function addSpoolCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const spool = program
    .command('spool')
    .description('rows that were fetched while the database was away, kept in data/spool')
  const load = async () => import('../spool.ts')
  add(spool, 'list', 'what waits there, and what was put aside as damaged', [
    `${ALMANAC} spool list`,
    `${ALMANAC} spool list --json`,
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      ;(await load()).list(options)
    })
  add(spool, 'drain', 'load what waits into the database; a running worker does that by itself', [
    `${ALMANAC} spool drain`,
    `${ALMANAC} spool drain --damaged`,
  ])
    .option(
      '--damaged',
      'try what was put aside again, too: after an update, or once what it refers to is there',
    )
    .action(async (options) => {
      const { drain } = await import('../spool-drain.ts')
      setExitCode(await drain(options))
    })
  add(spool, 'inspect <name>', 'what one segment holds: its head, and the first rows of each table', [
    `${ALMANAC} spool inspect 20261121T2000 --json`,
  ])
    .option('--json', 'print JSON')
    .action(async (name: string, options) => {
      await (await load()).inspect(name, options)
    })
}
