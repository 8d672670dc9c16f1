/**
 * `almanac run <pipeline> --dry-run`: the pipeline's own activities, in this process, in one transaction that is rolled back.
 *
 * No run is started and no run lock is taken, so a scheduled run starts as ever. Rows that the dry run has written are locked
 * until it ends, which is as long as its upstreams take: a run that stores the same rows meanwhile waits for them, and
 * keeps its rows in the spool where that outlasts its retry budget. Each upstream is asked once.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { ActivityDependencies } from '../worker/pipelines/index.ts'
import { connectDatabase } from '../client/connection.ts'
import type { Config } from '../config/load-config.ts'
import { failureReason } from '../core/reason.ts'
import type { Run } from '../core/run.ts'
import {
  addCounts,
  failureOf,
  NOTHING,
  outcomeOf,
  type RunCounts,
  type RunEnding,
  type SourceCounts,
} from '../core/run-outcome.ts'
import { databaseFailure } from '../db/database-failure.ts'
import type { Database } from '../db/database.ts'
import { rolledBack } from '../db/rolled-back.ts'
import type { Pipeline, PipelineId } from '../pipelines/index.ts'
import { inActivityContext } from '../worker/activity-context.ts'
import { connected, dependenciesOf } from '../worker/dependencies.ts'
import type { DryFindings, DryRun } from './cli-part.ts'
import { CLI_PARTS } from './parts.ts'
import { stopController } from './stop-request.ts'

/** How a run would end now, and what else its pipeline has found. */
export interface DryEnding {
  ending: RunEnding
  findings: DryFindings | undefined
}

/**
 * Does what a run with these parameters would do, and undoes it; files go to a folder that is removed. `report` gets
 * the name of each source before it is requested. Throws if the database is unavailable, and on SIGINT or SIGTERM.
 */
export async function dryRun(
  pipeline: Pipeline,
  params: Record<string, unknown>,
  config: Config,
  report: (source: string) => void,
): Promise<DryEnding> {
  const database = connectDatabase(config)
  const dataDir = mkdtempSync(join(tmpdir(), 'almanac-dry-run-'))
  try {
    return await rolledBack(database, async (db) => {
      const counts: RunCounts = {}
      const findings = await partOf(pipeline.id).dryRun({
        run: newRun(pipeline.id),
        params,
        config,
        dependencies: dependenciesFor(pipeline.id, { ...config, dataDir }, db),
        ...callsOf(db, counts, report),
      })
      const error = failureOf(counts)
      return { ending: { outcome: outcomeOf(counts), counts, ...(error && { error }) }, findings }
    })
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
    await database.close()
  }
}

function newRun(pipeline: PipelineId): Run {
  const startedAt = new Date().toISOString()
  return { runId: randomUUID(), workflowId: `${pipeline}-dry-run`, pipeline, trigger: 'manual', startedAt }
}

function dependenciesFor(id: PipelineId, config: Config, db: Database): ActivityDependencies[PipelineId] {
  // Temporal is not asked about other runs: without the run lock none is in the way.
  const temporal = () => Promise.resolve({ alive: false as const })
  // A transaction whose server is gone does not come back, however long one waits.
  return { ...connected(dependenciesOf(config), { db, temporal })[id], retryBudgetMs: 0 }
}

/** How a pipeline calls its activities; a source that fails is reported in `counts`, as in a run. */
function callsOf(db: Database, counts: RunCounts, report: (source: string) => void): Calls {
  const { signal } = stopController()
  const call: Calls['call'] = (activity) => inActivityContext(signal, activity)
  const source: Calls['source'] = async (name, activity) => {
    const before = counts[name]
    if (before === undefined) report(name)
    try {
      const found = await call(activity)
      counts[name] = before === undefined ? found : addCounts(before, found)
    } catch (error) {
      signal.throwIfAborted()
      counts[name] = await failed(db, before, error)
    }
  }
  const batches: Calls['batches'] = async (name, batch) => {
    for (let next: number | null = 0; next !== null;) {
      const after: number = next
      next = null
      await source(name, async () => {
        const found = await batch(after)
        next = found.next
        return found.counts
      })
    }
  }
  return { call, source, batches }
}

/** Throws what is no named failure, and every failure that the transaction has not survived. */
async function failed(
  db: Database,
  { written = 0, ...before }: Partial<SourceCounts> = {},
  error: unknown,
): Promise<SourceCounts> {
  const failure = databaseFailure(error)
  if (failure === undefined) throw error
  const isWhole = await db.execute(sql`select 1`).then(
    () => true,
    () => false,
  )
  if (!isWhole) throw failure
  const outcome = written > 0 ? 'partial' : 'failed'
  return { ...NOTHING, ...before, written, outcome, why: [...(before.why ?? []), failureReason(failure)] }
}

type Calls = Pick<DryRun<PipelineId>, 'call' | 'source' | 'batches'>

/** A part as shared code sees it; its own types hold inside it, and at `CLI_PARTS`. */
interface AnyPart {
  dryRun(dry: unknown): Promise<DryFindings | undefined>
}

const partOf = (id: PipelineId): AnyPart => CLI_PARTS[id]
