/** The database of an import: opened and looked at before, closed after it. */
import type { Config } from '../../config/load-config.ts'
import type { Database } from '../../db/database.ts'
import { checkMigrated } from '../../db/migrate.ts'
import type { Patience } from '../../db/patience.ts'
import { connectDatabase } from '../../client/connection.ts'

/** A restart of the database takes a few seconds; a person at the terminal should not wait longer without a word. */
const DATABASE_PATIENCE_MS = 15_000

/** Runs `work` with the migrated database of the stack; throws where it cannot be reached or is not migrated. */
export async function withDatabase<T>(
  config: Config,
  work: (db: Database, patience: Patience) => Promise<T>,
): Promise<T> {
  const database = connectDatabase(config)
  try {
    await checkMigrated(database.db)
    return await work(database.db, {
      ms: DATABASE_PATIENCE_MS,
      signal: new AbortController().signal,
    })
  } finally {
    await database.close()
  }
}
