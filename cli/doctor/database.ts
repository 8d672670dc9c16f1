/** The database of a stack: it answers, has the tables of this version, takes rows, and holds no times ahead. */
import { almanacCommand } from '../../core/command-name.ts'
import { is, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { Config } from '../../config/load-config.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { withDatabase } from '../../client/connection.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import type { Database, DatabaseHandle } from '../../db/database.ts'
import { timesAhead, type RowsAhead } from '../../db/mend-times.ts'
import { migrationState } from '../../db/migrate.ts'
import { storeEvent } from '../../db/queries/run-events.ts'
import { rolledBack } from '../../db/rolled-back.ts'
import * as schema from '../../db/schema/index.ts'
import { counted } from '../../wording/text.ts'
import { bad, ok, warn, type Check } from './check.ts'
import { startCommand } from './commands.ts'
import { CHECK_MS, firstSentence, within } from './within.ts'

/** `server_version_num` of PostgreSQL 15. */
const OLDEST_POSTGRES = 150_000

/** Limits of a connection for checks. */
export const CHECK_LIMITS = { connectMs: CHECK_MS, queryMs: CHECK_MS }

export async function checkDatabase(config: Config): Promise<Check[]> {
  const remedy =
    config.env.DATABASE_URL === undefined ? startCommand(config) : 'start PostgreSQL or correct DATABASE_URL'
  try {
    return await withDatabase(
      config,
      async (database) => [await checkPostgresVersion(database.db), ...(await checkContents(database))],
      CHECK_LIMITS,
    )
  } catch (error) {
    const failure = databaseFailure(error)
    if (failure === undefined && !(error instanceof CannotReach)) throw error
    return [bad('database', failure === undefined ? 'never started' : firstSentence(failure.message), remedy)]
  }
}

/** Checks of a database that answers: each tries what it vouches for. */
export function checkContents(database: DatabaseHandle): Promise<Check[]> {
  const migrate = `run "${almanacCommand('db migrate')}"`
  const again = 'let the server accept rows (it may be read-only or full); until then they go to the spool'
  return Promise.all([
    within('tables', migrate, () => checkTables(database.db)),
    within('writing', again, () => checkWriting(database)),
    within('times', 'look at the load of the server', () => checkTimes(database.db)),
  ])
}

async function checkPostgresVersion(db: Database): Promise<Check> {
  const { rows } = await db.execute<{ version: string; number: number }>(
    sql`select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
  )
  const { version, number } = rows[0] ?? { version: 'unknown', number: 0 }
  return number >= OLDEST_POSTGRES
    ? ok('database', `PostgreSQL ${version}`)
    : bad('database', `PostgreSQL ${version}, older than 15`, 'use PostgreSQL 15 or newer')
}

/** Reads no row of every table, with each column by its name. */
async function checkTables(db: Database): Promise<Check> {
  const { applied, known } = await migrationState(db)
  const found = `${applied} of ${known} migrations`
  const migrate = `run "${almanacCommand('db migrate')}"`
  if (applied < known) return bad('tables', found, migrate)
  if (applied > known)
    return bad('tables', `${found}: written by a newer version`, 'start that newer version')
  const tables = Object.values(schema).filter((one) => is(one, PgTable))
  const reads = await Promise.allSettled(tables.map(async (table) => db.select().from(table).limit(0)))
  const failures = reads.flatMap((read) => (read.status === 'rejected' ? [read.reason as unknown] : []))
  const [failure] = failures.map(databaseFailure)
  if (failures.length === 0) return ok('tables', found)
  if (failure === undefined) throw failures[0]
  const others = failures.length === 1 ? '' : `, and ${counted(failures.length - 1, 'other')}`
  return bad(
    'tables',
    `${found}, but ${counted(failures.length, 'table')} cannot be read: ${firstSentence(failure.message)}${others}`,
    'restore them from a backup, or let the user that Almanac logs in as read them',
  )
}

/** Writes a row and rolls it back. */
async function checkWriting(database: DatabaseHandle): Promise<Check> {
  const run = { runId: 'doctor', pipeline: 'doctor' }
  await rolledBack(database, (db) => storeEvent(db, run, 'doctor', {}, new Date()))
  return ok('writing', 'a row was written, and rolled back')
}

async function checkTimes(db: Database): Promise<Check> {
  const found = await timesAhead(db)
  if (found.length === 0) return ok('times', 'no row lies ahead of the clock of the database')
  return warn(
    'times',
    `${aheadSentence(found)}: a clock was wrong`,
    `run "${almanacCommand('db mend-times')}"`,
  )
}

/** `34 rows lie ahead of the clock of the database (TABLE 30, OTHER 4)`. */
export function aheadSentence(found: readonly RowsAhead[]): string {
  const rows = found.reduce((sum, { removed, reset }) => sum + removed + reset, 0)
  const tables = found.map(({ table, removed, reset }) => `${table} ${removed + reset}`).join(', ')
  return `${counted(rows, 'row')} ${rows === 1 ? 'lies' : 'lie'} ahead of the clock of the database (${tables})`
}
