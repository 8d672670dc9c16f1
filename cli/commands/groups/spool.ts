/** Rows that wait for their database. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, type SetExitCode } from './add-command.ts'

export function addSpoolCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const spool = program
    .command('spool')
    .description('rows that were fetched while the database was unavailable, kept in data/spool')
  const load = async () => import('../spool.ts')
  add(spool, 'list', 'waiting segments, and dead letters', [
    `${ALMANAC} spool list`,
    `${ALMANAC} spool list --json`,
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      ;(await load()).list(options)
    })
  add(spool, 'drain', 'load waiting segments into the database; a running worker does this by itself', [
    `${ALMANAC} spool drain`,
    `${ALMANAC} spool drain --damaged`,
  ])
    .option(
      '--damaged',
      'also retry dead letters: after an update, or once the rows that they refer to exist',
    )
    .action(async (options) => {
      const { drain } = await import('../spool-drain.ts')
      setExitCode(await drain(options))
    })
  add(spool, 'inspect <name>', 'contents of one segment: its head, and the first rows of each table', [
    `${ALMANAC} spool inspect 20261121T2000 --json`,
  ])
    .option('--json', 'print JSON')
    .action(async (name: string, options) => {
      await (await load()).inspect(name, options)
    })
}
