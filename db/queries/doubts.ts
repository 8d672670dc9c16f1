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

/** A doubted value, and the UTC day of its observation. */
export interface DoubtedDay {
  date: string
  now: number
}

/**
 * The doubted values of a source from the UTC days before `date`, by `doubtKey`: of each day the one that was observed
 * last.
 */
export async function doubtedDays(
  db: Database,
  source: string,
  date: string,
): Promise<Map<string, DoubtedDay[]>> {
  const result = await db.execute<{ doubted: string; of: string; days: DoubtedDay[] }>(sql`
    select doubted, of, jsonb_agg(jsonb_build_object('date', date, 'now', now)) as days from (
      select distinct on (1, 2, 3) "row"->>'doubted' as doubted, "row"->>'of' as of, "row"->>'date' as date,
        "row"->'now' as now from quarantine
      where source = ${source} and "row" ? 'doubted' and "row"->>'date' < ${date}
      order by 1, 2, 3, observed_at desc, id desc
    ) as of_day group by 1, 2`)
  return new Map(result.rows.map((row) => [doubtKey(row), row.days]))
}

/** What a run doubted of a source so far. */
export async function doubtsOfRun(db: Database, source: string, runId: string): Promise<DoubtedRow[]> {
  const result = await db.execute<{ row: DoubtedRow }>(sql`
    select "row" from quarantine where source = ${source} and run_id = ${runId} and "row" ? 'doubted' order by id`)
  return result.rows.map(({ row }) => row)
}

export const doubtKey = ({ doubted, of }: Pick<DoubtedRow, 'doubted' | 'of'>): string => `${doubted} ${of}`
