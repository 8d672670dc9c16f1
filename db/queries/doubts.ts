/** Values that were doubted, as `quarantine` keeps them, and on how many days each was. */
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'

/** The row that `quarantine` keeps of a doubted value. */
export interface DoubtedRow {
  /** The measure, as its column is named. */
  doubted: string
  /** What it was reported of: a stable key within the source. */
  of: string
  /** UTC day of the observation. */
  date: string
  before: number
  now: number
}

/** The UTC days before `date` on which values of a source were doubted, by `doubtKey`. */
export async function doubtedDays(
  db: Database,
  source: string,
  date: string,
): Promise<Map<string, string[]>> {
  const result = await db.execute<{ doubted: string; of: string; days: string[] }>(sql`
    select "row"->>'doubted' as doubted, "row"->>'of' as of, array_agg(distinct "row"->>'date') as days from quarantine
    where source = ${source} and "row" ? 'doubted' and "row"->>'date' < ${date}
    group by 1, 2`)
  return new Map(result.rows.map((row) => [doubtKey(row), row.days]))
}

/** What a run doubted of a source so far. */
export async function doubtsOfRun(db: Database, source: string, runId: string): Promise<DoubtedRow[]> {
  const result = await db.execute<{ row: DoubtedRow }>(sql`
    select "row" from quarantine where source = ${source} and run_id = ${runId} and "row" ? 'doubted' order by id`)
  return result.rows.map(({ row }) => row)
}

export const doubtKey = ({ doubted, of }: Pick<DoubtedRow, 'doubted' | 'of'>): string => `${doubted} ${of}`
