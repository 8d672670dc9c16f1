import { setTimeout as sleep } from 'node:timers/promises'
import { CannotReach, isGrpcAway } from '../../../client/cannot-reach.ts'
import { startRun } from '../../../client/runs.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import { PIPELINES, type Pipeline } from '../../../pipelines/index.ts'
import type { Chance } from '../soak-chance.ts'
import type { SoakStack } from './soak-stack.ts'

/** The stack starts a server again within seconds, on a busy machine. */
const SERVER_BACK_MS = MINUTE_MS

/** Starts a run of any pipeline by hand. */
export async function startAny(stack: SoakStack, chance: Chance): Promise<void> {
  const pipeline = PIPELINES[chance(PIPELINES.length)]
  if (pipeline === undefined) throw new Error('there is no pipeline')
  const deadline = Date.now() + SERVER_BACK_MS
  for (;;) {
    try {
      await startOne(stack, pipeline)
      return
    } catch (error) {
      // The server may still be on its way after a disaster.
      if (!(error instanceof CannotReach || isGrpcAway(error)) || Date.now() > deadline) throw error
      await sleep(SECOND_MS)
    }
  }
}

async function startOne(stack: SoakStack, pipeline: Pipeline): Promise<void> {
  const client = await stack.client()
  try {
    await startRun(client, pipeline, 'manual')
  } finally {
    await client.connection.close()
  }
}
