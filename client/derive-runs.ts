/**
 * Recompute runs, which contact no upstream: what is derived from rows is due again once they came out of the spool.
 */
import type { Client } from '@temporalio/client'
import { pipelineById } from '../pipelines/index.ts'
import { startRun } from './runs.ts'

/**
 * Starts one for each of these pipelines that derives anything; returns their workflow ids. If a run of the pipeline is
 * open the run lock ends ours as skipped, and the next scheduled run recomputes.
 */
export async function startRecomputeRuns(client: Client, pipelines: readonly string[]): Promise<string[]> {
  const started: string[] = []
  for (const id of pipelines) {
    const pipeline = pipelineById(id)
    if (pipeline === undefined || !('derive' in pipeline.params.shape)) continue
    const { workflowId } = await startRun(client, pipeline, 'drain', { derive: true })
    started.push(workflowId)
  }
  return started
}
