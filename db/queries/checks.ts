/** What checks of stored rows find, and what runs found before. */
import { sql } from 'drizzle-orm'
import type { Reason } from '../../core/reason.ts'
import { CHECKS_OF_TABLES } from '../checks-of-tables.ts'
import type { Database } from '../database.ts'
import { pipelineOfTable } from '../writable-tables.ts'

/** A check, and what breaks it. */
export interface Look {
  table: string
  name: string
  means: Reason
  /** How many rows break it; none if it holds. */
  found: number
  /** The first of them, as a person knows them. */
  of: string[]
}

/** What came of a check. */
export interface CheckResult {
  table: string
  name: string
  /** What of the table; empty if all of it. */
  subject: string
  passed: boolean
  found: number
  /** What that means; null only of a check that passed and has nothing to say. */
  finding: Reason | null
}

/** So many are named; a person looks at the table for the others. */
const NAMED = 3
/** Names come from strangers; the longest known ones have some 80 characters. */
const NAME_LENGTH = 200

/** What is declared beside the tables of a pipeline. */
const checksOf = (pipeline: string) =>
  Object.entries(CHECKS_OF_TABLES).flatMap(([table, checks]) =>
    typeof checks === 'string' || pipelineOfTable(table) !== pipeline
      ? []
      : checks.map((check) => ({ table, ...check })),
  )

/** Looks at the tables of a pipeline, in one statement. Returns every check with what breaks it. */
export async function lookAtTables(db: Database, pipeline: string): Promise<Look[]> {
  const checks = checksOf(pipeline)
  if (checks.length === 0) return []
  const looks = checks.map(
    ({ table, breaches }, at) =>
      `select ${at} as at, count(*)::int as found, coalesce((array_agg(left(of, ${NAME_LENGTH}) order by of))[1:${NAMED}], '{}') as of
        from (${breaches(table)}) as breach`,
  )
  const { rows } = await db.execute<{ at: number; found: number; of: string[] }>(
    sql.raw(looks.join(' union all ')),
  )
  const found = new Map(rows.map(({ at, ...row }) => [at, row]))
  return checks.map(({ table, name, means }, at) => ({
    table,
    name,
    means,
    ...(found.get(at) ?? { found: 0, of: [] }),
  }))
}

/** Stores what came of the checks of a run; made again, the newer result counts. */
export async function storeResults(
  db: Database,
  { runId, pipeline }: { runId: string; pipeline: string },
  results: readonly CheckResult[],
): Promise<void> {
  const rows = results.map(({ table, ...result }) => ({ table_name: table, ...result }))
  await db.execute(sql`
    insert into check_results as t (run_id, pipeline, table_name, name, subject, checked_at, passed, found, finding)
    select ${runId}, ${pipeline}, table_name, name, subject, date_trunc('milliseconds', now()), passed, found, finding
    from json_to_recordset(${JSON.stringify(rows)})
      as r(table_name text, name text, subject text, passed boolean, found integer, finding json)
    on conflict (run_id, table_name, name, subject) do update set checked_at = excluded.checked_at,
      passed = excluded.passed, found = excluded.found, finding = excluded.finding`)
}

/** What the newest run of a pipeline that looked found. */
export interface Soundness {
  runId: string
  /** When it looked last. */
  checkedAt: Date
  checks: number
  /** Of the checks that did not pass, what they found. */
  broken: Reason[]
}

/** Returns by pipeline what its newest checks found; a pipeline that was never checked is left out. */
export async function soundnessOf(
  db: Database,
  pipelines: readonly string[],
): Promise<Map<string, Soundness>> {
  const { rows } = await db.execute<{
    pipeline: string
    run_id: string
    checked_ms: number
    checks: number
    broken: Reason[]
  }>(sql`
    select result.pipeline, result.run_id, (extract(epoch from max(result.checked_at)) * 1000)::float8 as checked_ms,
      count(*)::int as checks,
      coalesce(json_agg(finding order by table_name, name, subject) filter (where not passed), '[]') as broken
    from unnest(${sql.param([...pipelines])}::text[]) as wanted(pipeline)
    cross join lateral (
      select run_id from check_results where pipeline = wanted.pipeline order by checked_at desc limit 1
    ) newest
    join check_results result on result.run_id = newest.run_id and result.pipeline = wanted.pipeline
    group by 1, 2`)
  return new Map(
    rows.map(({ pipeline, run_id: runId, checked_ms, checks, broken }) => [
      pipeline,
      { runId, checkedAt: new Date(checked_ms), checks, broken },
    ]),
  )
}
