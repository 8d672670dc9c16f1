/** Events of runs, for those who tell of them: a summary of a night, what changed in a list. */
import { and, eq, gt, notInArray } from 'drizzle-orm'
import { storableJson } from '../../core/foreign-text.ts'
import type { RunIdentity } from '../../core/run.ts'
import { notAhead } from '../ahead.ts'
import type { Database } from '../database.ts'
import { pipelineRuns, runEvents } from '../schema/runs.ts'
import type { RunRecord } from './runs.ts'

/** Stores an event of a run for notifiers. If it exists, the newer payload wins, or with `once` the first one. */
export async function storeEvent(
  db: Database,
  run: Pick<RunIdentity, 'runId' | 'pipeline'>,
  type: string,
  payload: unknown,
  createdAt: Date,
  { once = false }: { once?: boolean } = {},
): Promise<void> {
  const { runId, pipeline } = run
  const storedPayload: unknown = JSON.parse(storableJson(payload))
  const insert = db
    .insert(runEvents)
    .values({ runId, pipeline, type, payload: storedPayload, createdAt: notAhead(createdAt) })
  if (once) await insert.onConflictDoNothing()
  else
    await insert.onConflictDoUpdate({
      target: [runEvents.runId, runEvents.type],
      set: { payload: storedPayload },
    })
}

/**
 * Returns partial runs of a pipeline that began since then and have no event of this type: they ended without the
 * database.
 */
export async function unreportedRuns(
  db: Database,
  { pipeline, type, since }: { pipeline: string; type: string; since: Date },
): Promise<RunRecord[]> {
  const reported = db.select({ runId: runEvents.runId }).from(runEvents).where(eq(runEvents.type, type))
  return db
    .select()
    .from(pipelineRuns)
    .where(
      and(
        eq(pipelineRuns.pipeline, pipeline),
        eq(pipelineRuns.outcome, 'partial'),
        notInArray(pipelineRuns.trigger, ['drain', 'replay']),
        gt(pipelineRuns.startedAt, since),
        notInArray(pipelineRuns.runId, reported),
      ),
    )
    .orderBy(pipelineRuns.startedAt)
}

/** The payload of an event of a run, or undefined if there is none. */
export async function eventOf(db: Database, runId: string, type: string): Promise<unknown> {
  const [found] = await db
    .select({ payload: runEvents.payload })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), eq(runEvents.type, type)))
  return found?.payload
}

/** Events of a type that were stored later than this, oldest first. */
export async function eventsAfter(
  db: Database,
  type: string,
  after: Date,
): Promise<Pick<typeof runEvents.$inferSelect, 'payload' | 'createdAt'>[]> {
  const { payload, createdAt } = runEvents
  return db
    .select({ payload, createdAt })
    .from(runEvents)
    .where(and(eq(runEvents.type, type), gt(createdAt, after)))
    .orderBy(createdAt)
}
