/** `almanac db …`: migrating and checking the database. */
import { sql } from 'drizzle-orm'
import { SCRAM_ONLY } from '../../db/database-client.ts'
import type { DatabaseHandle } from '../../db/database.ts'
import { checkMigrated, migrateDatabase, migrationState } from '../../db/migrate.ts'
import { mendTimes as mendAhead } from '../../db/mend-times.ts'
import { databaseUrl, withDatabase } from '../../client/connection.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { counted } from '../../wording/text.ts'
import { CHECK_LIMITS, checkContents } from '../doctor/database.ts'
import { EXIT } from '../exit.ts'
import { printCheck } from '../doctor/print-check.ts'
import { print } from '../output.ts'

export async function migrate(options: GlobalOptions): Promise<number> {
  const config = configOf(options)
  await migrateDatabase(databaseUrl(config))
  return check(options)
}

/** Mends rows that lie ahead of the database's clock, which was wrong when they were written. */
export async function mendTimes(options: GlobalOptions): Promise<void> {
  await withDatabase(configOf(options), async ({ db }) => {
    const mended = await mendAhead(db)
    for (const { table, removed, reset } of mended) {
      const parts = [
        removed > 0 ? `${counted(removed, 'row')} of days to come removed` : '',
        reset > 0 ? `${counted(reset, 'row')} set to now` : '',
      ]
      print(`${table}: ${parts.filter((part) => part !== '').join(', ')}`)
    }
    if (mended.length === 0) print('no row lies ahead of the clock of the database')
  })
}

/** Exit code 0 if the tables are those of this version, can be read, and the server accepts rows. */
export async function check(options: GlobalOptions): Promise<number> {
  const config = configOf(options)
  const checking = async (database: DatabaseHandle) => {
    const version = await database.db.execute<{ version: string; name: string }>(
      sql`select current_setting('server_version') as version, current_database() as name`,
    )
    const { applied, known } = await migrationState(database.db)
    print(
      `PostgreSQL ${version.rows[0]?.version ?? ''}, database ${version.rows[0]?.name ?? ''}, ${applied} of ${known} migrations`,
    )
    await checkMigrated(database.db)
    const checks = await checkContents(database)
    for (const one of checks) printCheck(one)
    return checks.some(({ state }) => state === 'bad') ? EXIT.runFailed : EXIT.done
  }
  return withDatabase(config, checking, CHECK_LIMITS)
}

export function url(options: GlobalOptions): void {
  // The parameter is not known to psql before 16.
  print(databaseUrl(configOf(options)).replace(`?${SCRAM_ONLY}`, ''))
}
