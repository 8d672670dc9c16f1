/** Which pipelines `almanac up` starts at once: those without a collection in their last interval. */
import type { Client } from '@temporalio/client'
import type { Config } from '../config.ts'
import { lastCollected } from '../db/queries/runs.ts'
import type { Pipeline } from '../registry.ts'
import { connectDatabase } from './connection.ts'
import { startRun, type RunHandle } from './runs.ts'
import { describe } from './schedules.ts'

/**
 * Starts a run of each active pipeline that has collected nothing for a whole interval: at the very first start, and
 * after an outage longer than the schedule's catch-up window. One that runs already is left alone.
 */
export async function startDueCollections(
  client: Client,
  config: Config,
  pipelines: readonly Pipeline[],
): Promise<RunHandle[]> {
  const database = connectDatabase(config)
  try {
    const started: RunHandle[] = []
    for (const pipeline of pipelines) {
      const schedule = await describe(client, pipeline.id)
      const last = await lastCollected(database.db, pipeline.id)
      const fresh = last !== undefined && Date.now() - last.getTime() < pipeline.timing(config).everyMs
      if (fresh || schedule?.state.paused === true || (schedule?.info.runningActions.length ?? 0) > 0)
        continue
      started.push(await startRun(client, pipeline, 'start'))
    }
    return started
  } finally {
    await database.close()
  }
}
