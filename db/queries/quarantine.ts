/** Rejected rows, as the table `quarantine` keeps them. */
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'

/** Characters of a reason, and of what stands for reasons that are alike, in a list; a row shows its own whole. */
const LISTED_CHARACTERS = 200
/** Rows of a kind that a list names. */
const LISTED_ROWS = 3

/**
 * What reasons have in common that differ in numbers and quoted texts alone: `3 is not "a"` and `4 is not "b"` are of the
 * kind `# is not "…"`.
 */
const KIND = sql.raw(
  `left(regexp_replace(regexp_replace(left(reason, ${2 * LISTED_CHARACTERS}), '"[^"]*"', '"…"', 'g'), '[0-9]+', '#', 'g'), ${LISTED_CHARACTERS})`,
)

/** Rows of one source that were rejected for one kind of reason. */
export interface RejectedGroup {
  source: string
  kind: string
  rows: number
  newestAt: Date
  newestId: number
  /** The newest of them, their reasons cut. */
  examples: { id: number; reason: string }[]
}

/** A page of groups, and how much stands on the pages after it. */
export interface RejectedGroups {
  groups: RejectedGroup[]
  /** Undefined on the last page; `before` asks for the next one. */
  more: { groups: number; rows: number; before: number } | undefined
}

/** Which page: so many groups, whose newest row has a number below `before`. */
export interface RejectedPage {
  limit: number
  before?: number | undefined
}

/** A rejected row, and the run that it was rejected by; null where that has no record any more. */
export interface RejectedRecord {
  id: number
  source: string
  reason: string
  /** Of its reason, and how many rows of the source are of it. */
  kind: string
  rowsOfKind: number
  row: unknown
  observedAt: Date
  runId: string
  pipeline: string | null
  workflowId: string | null
  /** Addresses of stored responses of that run and source, at most ten. */
  urls: string[]
}

/** Rejected rows by source and kind of reason, those with the newest row first. */
export async function rejectedGroups(
  db: Database,
  { limit, before = Number.MAX_SAFE_INTEGER }: RejectedPage,
): Promise<RejectedGroups> {
  const { rows } = await db.execute<{ group: StoredGroup; groups: number; rows: number }>(sql`
    with kinds as (
      select source, ${KIND} as kind, count(*)::int as rows, max(id) as newest,
        (array_agg(id order by id desc))[:${LISTED_ROWS}] as ids
      from quarantine group by 1, 2
    ), page as (
      select *, count(*) over () ::int as all_groups, sum(rows) over () ::int as all_rows
      from kinds where newest < ${before} order by newest desc limit ${limit}
    )
    select json_build_object('source', source, 'kind', kind, 'rows', rows, 'newestId', newest,
      'newestAt', (select observed_at from quarantine where id = newest),
      'examples', (select json_agg(json_build_object('id', id, 'reason', left(reason, ${LISTED_CHARACTERS}) ||
          case when length(reason) > ${LISTED_CHARACTERS} then '…' else '' end) order by id desc)
        from quarantine where id = any(ids))) as group,
      all_groups as groups, all_rows as rows
    from page order by newest desc`)
  const groups = rows.map(({ group }) => ({ ...group, newestAt: new Date(group.newestAt) }))
  const [first] = rows
  const last = groups.at(-1)
  if (first === undefined || last === undefined || first.groups === groups.length)
    return { groups, more: undefined }
  const shown = groups.reduce((sum, group) => sum + group.rows, 0)
  const more = { groups: first.groups - groups.length, rows: first.rows - shown, before: last.newestId }
  return { groups, more }
}

type StoredGroup = Omit<RejectedGroup, 'newestAt'> & { newestAt: string }

/** The rejected row with this number; undefined if there is none. */
export async function rejectedRow(db: Database, id: number): Promise<RejectedRecord | undefined> {
  const { rows } = await db.execute(sql`
    select q.id::int as id, q.source, q.reason, ${KIND} as kind, q."row", q.observed_at as "observedAt", q.run_id as "runId", r.pipeline,
      r.workflow_id as "workflowId",
      array(select url from raw_payloads p where p.run_id = q.run_id and p.source = q.source order by url limit 10) as urls
    from quarantine q left join pipeline_runs r on r.run_id = q.run_id where q.id = ${id}`)
  const found = rows[0] as unknown as Omit<RejectedRecord, 'rowsOfKind'> | undefined
  if (found === undefined) return undefined
  const { source, kind } = found
  const alike = await db.execute<{ rows: number }>(
    sql`select count(*)::int as rows from quarantine where source = ${source} and ${KIND} = ${kind}`,
  )
  return { ...found, observedAt: new Date(found.observedAt), rowsOfKind: alike.rows[0]?.rows ?? 1 }
}

/** Which rejected rows: those with these numbers, or those of a source, for a kind of reason and from before a moment. */
export type RejectedChoice =
  | { ids: readonly number[] }
  | { source?: string | undefined; kind?: string | undefined; before?: Date }

/** Removes rejected rows; returns how many. */
export async function dropRejected(db: Database, choice: RejectedChoice): Promise<number> {
  const chosen =
    'ids' in choice
      ? sql`id = any(${sql.param(choice.ids)}::bigint[])`
      : sql`(${choice.source ?? null}::text is null or source = ${choice.source ?? null})
          and (${choice.kind ?? null}::text is null or ${KIND} = ${choice.kind ?? null})
          and (${choice.before?.toISOString() ?? null}::timestamptz is null or observed_at < ${choice.before?.toISOString() ?? null}::timestamptz)`
  const { rowCount } = await db.execute(sql`delete from quarantine where ${chosen}`)
  return rowCount ?? 0
}
