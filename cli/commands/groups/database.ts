/** The database, and backups of everything. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { add, type SetExitCode } from './add-command.ts'

/** Backups, which hold more than the database. */
export function addBackupCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const load = async () => import('../backup.ts')
  add(
    program,
    'backup',
    'save the database, the spool and the files in one archive, and prove it by restoring it into a scratch database',
    [`${ALMANAC} backup`, `${ALMANAC} backup --to /mnt/usb`, `${ALMANAC} backup --verify FILE`],
  )
    .option('--to <folder>', 'folder of this one backup; older ones there are kept. Default: BACKUP_DIR')
    .option('--verify <file>', 'make none: restore this one into a scratch database, and compare')
    .action(async (options) => {
      setExitCode(await (await load()).backup(options))
    })
  add(program, 'restore <file>', 'restore a backup into an empty database and an empty folder of files', [
    `${ALMANAC} restore backups/almanac-2026-11-30T033000Z.tar`,
  ]).action(async (file: string, options) => {
    await (await load()).restore(file, options)
  })
}

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
