/** The database. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add } from './add-command.ts'

export function addDatabaseCommands(program: CommandUnknownOpts): void {
  const db = program.command('db').description('the database')
  const load = async () => import('../db.ts')
  add(db, 'migrate', 'bring the tables to this version', [`${ALMANAC} db migrate`]).action(
    async (options) => {
      await (await load()).migrate(options)
    },
  )
  add(db, 'check', 'check that the database responds and is migrated', [`${ALMANAC} db check`]).action(
    async (options) => {
      await (await load()).check(options)
    },
  )
  add(db, 'url', 'print the connection string, with its password, for psql and other programs', [
    `psql "$(${ALMANAC} db url)"`,
  ]).action(async (options) => {
    ;(await load()).url(options)
  })
}
