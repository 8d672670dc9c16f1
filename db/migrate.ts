/** Brings a database to the tables of this version, one process at a time. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { almanacCommand } from '../core/command-name.ts'
import { Failure } from '../core/failures.ts'
import { packageRoot } from '../system/package-root.ts'
import { databaseFailure } from './database-failure.ts'
import { withClient } from './database-client.ts'
import { type Database } from './database.ts'

const folder = join(packageRoot, 'db', 'migrations')

/** Key of the advisory lock that keeps two starting processes from migrating at once; any constant of our own does. */
const MIGRATION_LOCK = 4_120_260_311

/**
 * A server that does not accept a connection within this time counts as unavailable; a firewall would let us wait for
 * minutes, and a busy machine took over 5 s.
 */
const CONNECT_TIMEOUT_MS = 15_000

/** Applies what is missing; safe to call from several processes at once. */
export async function migrateDatabase(url: string): Promise<void> {
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'almanac migrate',
  }
  try {
    await withClient(connection, async (client) => {
      // drizzle's migrator takes no lock of its own.
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      await migrate(drizzle(client), { migrationsFolder: folder })
    })
  } catch (error) {
    throw databaseFailure(error) ?? error
  }
}

export interface MigrationState {
  applied: number
  known: number
}

/** How many migrations this version has and how many the database holds. */
export async function migrationState(db: Database): Promise<MigrationState> {
  const known = readdirSync(folder).filter((name) => name.endsWith('.sql')).length
  try {
    const table = await db.execute<{ present: boolean }>(
      sql`select to_regclass('drizzle.__drizzle_migrations') is not null as present`,
    )
    if (table.rows[0]?.present !== true) return { applied: 0, known }
    const result = await db.execute<{ applied: number }>(
      sql`select count(*)::int as applied from drizzle.__drizzle_migrations`,
    )
    return { applied: result.rows[0]?.applied ?? 0, known }
  } catch (error) {
    throw databaseFailure(error) ?? error
  }
}

/** Throws `Misconfigured` unless the database holds exactly the migrations of this version. */
export async function checkMigrated(db: Database): Promise<void> {
  const { applied, known } = await migrationState(db)
  if (applied < known) {
    throw new Failure(
      'Misconfigured',
      `The database holds ${applied} of ${known} migrations; run "${almanacCommand('db migrate')}".`,
    )
  }
  if (applied > known) {
    throw new Failure(
      'Misconfigured',
      `The database holds ${applied} migrations and this version knows ${known}; start the newer version that wrote it.`,
    )
  }
}
