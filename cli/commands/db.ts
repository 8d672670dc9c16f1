/** `almanac db …`: migrating and checking the database. */
import { sql } from 'drizzle-orm'
import { SCRAM_ONLY } from '../../db/database-client.ts'
import { checkMigrated, migrateDatabase, migrationState } from '../../db/migrate.ts'
import { connectDatabase, databaseUrl } from '../../client/connection.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print } from '../output.ts'

export async function migrate(options: GlobalOptions): Promise<void> {
  const config = configOf(options)
  await migrateDatabase(databaseUrl(config))
  await check(options)
}

export async function check(options: GlobalOptions): Promise<void> {
  const database = connectDatabase(configOf(options))
  try {
    const version = await database.db.execute<{ version: string; name: string }>(
      sql`select current_setting('server_version') as version, current_database() as name`,
    )
    const { applied, known } = await migrationState(database.db)
    print(
      `PostgreSQL ${version.rows[0]?.version ?? ''}, database ${version.rows[0]?.name ?? ''}, ${applied} of ${known} migrations`,
    )
    await checkMigrated(database.db)
  } finally {
    await database.close()
  }
}

export function url(options: GlobalOptions): void {
  // The parameter is not known to psql before 16.
  print(databaseUrl(configOf(options)).replace(`?${SCRAM_ONLY}`, ''))
}
