/** What a run has written so far, whichever attempt of its activities wrote it. */
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import type { WritableTable } from '../writable-tables.ts'

/**
 * Returns how many rows of these tables a run stored or changed, and no later run changed since. Of an activity with
 * several writes it counts all attempts: an earlier one may have been killed between two of them.
 */
export async function rowsOfRun(
  db: Database,
  runId: string,
  tables: readonly WritableTable[],
): Promise<number> {
  const counts = tables.map(
    (table) => sql`(select count(*) from ${sql.identifier(table)} where run_id = ${runId})`,
  )
  const result = await db.execute<{ rows: number }>(sql`select (${sql.join(counts, sql` + `)})::int as rows`)
  return result.rows[0]?.rows ?? 0
}
