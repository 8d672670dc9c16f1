/** Which pipelines `almanac up` starts at once: those without a collection in their last interval, or with something new. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import { lastCollected } from '../db/queries/runs.ts'
import { timingOf, type Pipeline } from '../pipelines/index.ts'
import { withDatabase } from '../client/connection.ts'
import { openRun, startRun, type RunHandle } from '../client/runs.ts'
import { describe } from '../client/schedules.ts'
import { CLI_PARTS } from './parts.ts'

export interface Collection {
  handle: Pick<RunHandle, 'workflowId' | 'result'>
  /** It was going on already when the stack stopped, and goes on now. */
  continued: boolean
}

/**
 * The runs that a start of the stack brings: one that an earlier stop interrupted goes on, and a pipeline that has
 * collected nothing for a whole interval begins (the very first start, or an outage longer than the schedule's
 * catch-up window), and one for which almanac.yaml lists something new.
 */
export async function collectionsAtStart(
  client: Client,
  config: Config,
  pipelines: readonly Pipeline[],
): Promise<Collection[]> {
  return withDatabase(config, async ({ db }) => {
    const collections: Collection[] = []
    for (const pipeline of pipelines) {
      const open = await openRun(client, db, pipeline)
      if (open) collections.push({ handle: open, continued: true })
      else if (await isDue(client, db, config, pipeline)) {
        collections.push({ handle: await startRun(client, pipeline, 'start'), continued: false })
      }
    }
    return collections
  })
}

async function isDue(client: Client, db: Database, config: Config, pipeline: Pipeline): Promise<boolean> {
  const schedule = await describe(client, pipeline.id)
  if (schedule?.state.paused === true || (schedule?.info.runningActions.length ?? 0) > 0) return false
  const last = await lastCollected(db, pipeline.id)
  if (last === undefined || Date.now() - last.getTime() >= timingOf(pipeline, config).everyMs) return true
  return (await CLI_PARTS[pipeline.id].listsNew?.(db, config)) ?? false
}
