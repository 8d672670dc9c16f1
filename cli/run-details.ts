/** Details of a run beyond its counts, as its pipeline reports them. */
import { databaseFailure } from '../db/database-failure.ts'
import type { Database } from '../db/database.ts'
import { pipelineById } from '../pipelines/index.ts'
import { CLI_PARTS } from './parts.ts'
import { terminal } from './terminal.ts'

/**
 * Returns what the pipeline of a run reports about it, as JSON and as lines; undefined if that is nothing, or while the
 * database is unavailable: how the run ended is known without it.
 */
export async function detailsOf(
  db: Database,
  { pipeline, runId }: { pipeline: string; runId: string },
): Promise<{ json: Record<string, unknown>; lines: string[] } | undefined> {
  const id = pipelineById(pipeline)?.id
  if (id === undefined) return undefined
  try {
    return await CLI_PARTS[id].detailsOf?.(db, runId)
  } catch (error) {
    if (databaseFailure(error)?.type !== 'DatabaseUnavailable') throw error
    terminal().stderr.write('the database is unavailable: details of the run are not shown\n')
    return undefined
  }
}
