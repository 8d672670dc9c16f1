/** The database. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, type SetExitCode } from './add-command.ts'

export function addDatabaseCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const db = program.command('db').description('the database')
  const load = async () => import('../db.ts')
  add(db, 'migrate', 'bring the tables to this version', [`${ALMANAC} db migrate`]).action(
    async (options) => {
      setExitCode(await (await load()).migrate(options))
    },
  )
  add(db, 'check', 'check that the database responds, is migrated, and accepts rows', [
    `${ALMANAC} db check`,
  ]).action(async (options) => {
    setExitCode(await (await load()).check(options))
  })
  add(
    db,
    'mend-times',
    'mend rows that a wrong clock dated ahead: rows of days to come are removed, other times are set to now',
    [`${ALMANAC} db mend-times`],
  ).action(async (options) => {
    await (await load()).mendTimes(options)
  })
  add(db, 'url', 'print the connection string, with its password, for psql and other programs', [
    `psql "$(${ALMANAC} db url)"`,
  ]).action(async (options) => {
    ;(await load()).url(options)
  })
}
