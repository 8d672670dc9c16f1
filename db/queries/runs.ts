/** The run record and the run lock: one open row per pipeline, by a partial unique index. */
import {
  type SQL,
  and,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  notInArray,
  or,
  sql,
} from 'drizzle-orm'
import { cleanValue } from '../../core/foreign-text.ts'
import { asEnding, type RunEnding } from '../../core/run-outcome.ts'
import { ahead, notAhead } from '../ahead.ts'
import type { Database } from '../database.ts'
import { pipelineRuns } from '../schema/runs.ts'
import type { RunIdentity } from '../../core/run.ts'
import type { Code } from '../../wording/reason.ts'
import { renderError } from '../../wording/run.ts'

export type RunRecord = typeof pipelineRuns.$inferSelect

/**
 * Takes the run lock by inserting the open record. Returns the run that holds the lock if another does. For a run that
 * already has a record (a retried activity, a reset workflow), it opens that record again.
 */
export async function takeRunLock(db: Database, run: RunIdentity): Promise<RunRecord | 'taken'> {
  const values = { ...run, startedAt: notAhead(new Date(run.startedAt)) }
  const [inserted] = await db.insert(pipelineRuns).values(values).onConflictDoNothing().returning()
  if (inserted) return 'taken'
  const rows = await db
    .select()
    .from(pipelineRuns)
    .where(
      or(
        eq(pipelineRuns.runId, run.runId),
        and(eq(pipelineRuns.pipeline, run.pipeline), isNull(pipelineRuns.finishedAt)),
      ),
    )
  const holder = rows.find((row) => row.finishedAt === null)
  if (holder !== undefined) return holder.runId === run.runId ? 'taken' : holder
  // The record was closed (a reset workflow) or the holder ended in between: open it, or try once more.
  await db
    .update(pipelineRuns)
    .set({ finishedAt: null, outcome: 'running', errorType: null, errorMessage: null })
    .where(eq(pipelineRuns.runId, run.runId))
  return takeRunLock(db, run)
}

/**
 * Writes how a run ended, even for a run that never held the lock (skipped) and so has no record yet. With `late`, a
 * record that was closed since stays as it is.
 */
export async function closeRun(
  db: Database,
  run: RunIdentity,
  ending: RunEnding,
  finishedAt: Date,
  { late = false }: { late?: boolean } = {},
): Promise<void> {
  // The closing activity may have been scheduled before reasons were records.
  const { outcome, counts, error: why } = cleanValue(asEnding(ending))
  const error = why && renderError(why)
  const end = {
    finishedAt: notAhead(finishedAt),
    outcome,
    counts,
    errorType: error?.type ?? null,
    errorMessage: error?.message ?? null,
  }
  await db
    .insert(pipelineRuns)
    .values({ ...run, startedAt: notAhead(new Date(run.startedAt)), ...end })
    .onConflictDoUpdate({
      target: pipelineRuns.runId,
      set: end,
      ...(late && {
        setWhere: sql`${pipelineRuns.finishedAt} is null or ${lt(pipelineRuns.finishedAt, finishedAt)}`,
      }),
    })
}

/** Runs whose record is still open, oldest first. */
export async function openRuns(db: Database): Promise<RunRecord[]> {
  return db.select().from(pipelineRuns).where(isNull(pipelineRuns.finishedAt)).orderBy(pipelineRuns.startedAt)
}

/** The newest runs of a pipeline or, without one, of each; `limit` of each, by pipeline and newest first. */
export async function listRuns(
  db: Database,
  { pipeline, limit }: { pipeline?: string | undefined; limit: number },
): Promise<RunRecord[]> {
  const { pipeline: ofPipeline, startedAt, runId } = pipelineRuns
  return db
    .select()
    .from(pipelineRuns)
    .where(inArray(runId, newestOfEach(db, selected({ pipeline }), limit)))
    .orderBy(ofPipeline, desc(startedAt))
}

/** Run ids of the newest `each` runs of each pipeline, among those that are selected. */
function newestOfEach(db: Database, among: SQL | undefined, each: number) {
  const { pipeline, startedAt, runId } = pipelineRuns
  const place = sql<number>`row_number() over (partition by ${pipeline} order by ${startedAt} desc, ${runId} desc)`
  const placed = db
    .select({ runId, place: place.as('place') })
    .from(pipelineRuns)
    .where(among)
    .as('placed')
  return db.select({ runId: placed.runId }).from(placed).where(lte(placed.place, each))
}

const selected = ({ pipeline, outcome }: Pick<RunSelection, 'pipeline' | 'outcome'>) =>
  and(
    pipeline === undefined ? undefined : eq(pipelineRuns.pipeline, pipeline),
    outcome === undefined ? undefined : eq(pipelineRuns.outcome, outcome),
  )

/** Which runs, and how many. */
export interface RunSelection {
  pipeline?: string | undefined
  outcome?: string | undefined
  /** Only runs before this one, by its run id. */
  after?: string | undefined
  /** Of each pipeline only the newest so many: one that runs every minute would hide the others. */
  each?: number | undefined
  limit: number
}

/** The newest runs of all pipelines together, newest first; none behind a run that has no record. */
export async function newestRuns(
  db: Database,
  { pipeline, outcome, after, each, limit }: RunSelection,
): Promise<RunRecord[]> {
  const { startedAt, runId } = pipelineRuns
  const among = selected({ pipeline, outcome })
  const place = sql`(select started_at, run_id from pipeline_runs where run_id = ${after})`
  return db
    .select()
    .from(pipelineRuns)
    .where(
      and(
        among,
        each === undefined ? undefined : inArray(runId, newestOfEach(db, among, each)),
        after === undefined ? undefined : sql`(${startedAt}, ${runId}) < ${place}`,
      ),
    )
    .orderBy(desc(startedAt), desc(runId))
    .limit(limit)
}

const FOUND_ANOTHER: Code = 'AlreadyRunning'

/** The newest run of each of these pipelines that has ended, as of `endedRuns`. */
export async function lastRuns(db: Database, pipelines: readonly string[]): Promise<RunRecord[]> {
  const each = pipelines.map((pipeline) =>
    db
      .select({ runId: pipelineRuns.runId })
      .from(pipelineRuns)
      .where(collecting(pipeline))
      .orderBy(desc(pipelineRuns.startedAt))
      .limit(1),
  )
  return (
    db
      .select()
      .from(pipelineRuns)
      // Of no pipeline there is no run: an empty condition would return them all.
      .where(or(sql`false`, ...each.map((one) => eq(pipelineRuns.runId, one))))
  )
}

/**
 * The newest runs of a pipeline that have ended, newest first, without those that were skipped for another one, and
 * without replays, which say nothing of how it collects.
 */
export async function endedRuns(db: Database, pipeline: string, limit: number): Promise<RunRecord[]> {
  return db
    .select()
    .from(pipelineRuns)
    .where(collecting(pipeline))
    .orderBy(desc(pipelineRuns.startedAt))
    .limit(limit)
}

const collecting = (pipeline: string) =>
  and(
    eq(pipelineRuns.pipeline, pipeline),
    isNotNull(pipelineRuns.finishedAt),
    notInArray(pipelineRuns.trigger, ['replay']),
    sql`${pipelineRuns.errorType} is distinct from ${FOUND_ANOTHER}`,
  )

/** When the newest run of a pipeline started, however it ended; replays aside. */
export async function startOfNewest(db: Database, pipeline: string): Promise<Date | undefined> {
  const [found] = await db
    .select({ startedAt: pipelineRuns.startedAt })
    .from(pipelineRuns)
    .where(and(eq(pipelineRuns.pipeline, pipeline), notInArray(pipelineRuns.trigger, ['replay'])))
    .orderBy(desc(pipelineRuns.startedAt))
    .limit(1)
  return found?.startedAt
}

/** Since when every run of a pipeline was skipped for another one; undefined if the newest was not. */
export async function skippedSince(db: Database, pipeline: string): Promise<Date | undefined> {
  const { rows } = await db.execute<{ at: Date | null }>(sql`
    select min(started_at) as at from pipeline_runs where pipeline = ${pipeline} and error_type = ${FOUND_ANOTHER}
      and started_at > coalesce((select max(started_at) from pipeline_runs
        where pipeline = ${pipeline} and error_type is distinct from ${FOUND_ANOTHER} and finished_at is not null), '-infinity')`)
  const at = rows[0]?.at
  return at == null ? undefined : new Date(at)
}

/**
 * Runs with this workflow id or run id, else those whose run id begins with it; newest first, at most `limit`. A whole id
 * names one run: of a workflow id that was used again, the newest.
 */
export async function runsNamed(db: Database, id: string, limit: number): Promise<RunRecord[]> {
  const { workflowId, runId, startedAt } = pipelineRuns
  const named = db
    .select()
    .from(pipelineRuns)
    .where(or(eq(workflowId, id), eq(runId, id)))
  const [whole] = await named.orderBy(desc(startedAt)).limit(1)
  if (whole !== undefined) return [whole]
  const beginning = `${id.replaceAll(/[\\%_]/g, '\\$&')}%`
  return db.select().from(pipelineRuns).where(like(runId, beginning)).orderBy(desc(startedAt)).limit(limit)
}

/** Returns when a pipeline last ended with data, or undefined if it never did. Runs after a drain, and replays, collect none. */
export async function lastCollected(db: Database, pipeline: string): Promise<Date | undefined> {
  const result = await db.execute<{ at: Date | null }>(
    sql`select max(started_at) as at from pipeline_runs where pipeline = ${pipeline} and trigger not in ('drain', 'replay')
      and outcome in ('complete', 'partial') and not ${sql.raw(ahead('started_at'))}`,
  )
  const at = result.rows[0]?.at
  return at == null ? undefined : new Date(at)
}

/** Counts the recorded runs of a pipeline that ended with data, and says what ended the newest run, if something did. */
export async function collections(
  db: Database,
  pipeline: string,
): Promise<{ count: number; lastError: string | null }> {
  const result = await db.execute<{ count: number; last_error: string | null }>(sql`
    select count(*) filter (where outcome in ('complete', 'partial') and trigger not in ('drain', 'replay'))::int as count,
      (array_agg(error_message order by started_at desc) filter (where finished_at is not null))[1] as last_error
    from pipeline_runs where pipeline = ${pipeline}`)
  const { count = 0, last_error = null } = result.rows[0] ?? {}
  return { count, lastError: last_error }
}
