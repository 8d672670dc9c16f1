/** Refused rows that an upstream sends again and again. */
import { sql } from 'drizzle-orm'
import { storableJson } from '../../../core/foreign-text.ts'
import type { Database } from '../../database.ts'

/** Returns the rows, of those that were refused now, that an earlier run refused as well. */
export async function repeatedRows(
  db: Database,
  { source, runId, refused }: { source: string; runId: string; refused: readonly { row: unknown }[] },
): Promise<Set<unknown>> {
  if (refused.length === 0) return new Set()
  const texts = refused.map(({ row }) => storableJson(row))
  const result = await db.execute<{ place: number }>(sql`
    select place::int from unnest(${sql.param(texts)}::text[]) with ordinality as refused(text, place)
    where exists (select from quarantine where quarantine.source = ${source} and run_id <> ${runId} and "row" = refused.text::jsonb)`)
  return new Set(result.rows.map(({ place }) => refused[place - 1]?.row))
}
