/** `kill -9` of the Temporal server in the middle of a run: after its return the run goes on and stores the same rows. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun } from '../../client/runs.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { endingOf } from '../support/ending-in-words.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { stored, truthOf } from '../support/truth.ts'
import { until } from '../support/until.ts'

const [modStats] = PIPELINES

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  stack = await startTestStack({
    ownTemporal: true,
    mods: 120,
    pages: 1_000,
    simulator: { rateLimits: false, clock: () => new Date('2026-03-10T12:00:00Z') },
  })
  worker = await stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})

describe('a Temporal server killed in the middle of a run', () => {
  it('a Temporal server killed mid-run loses no row and doubles none', { tags: 'long' }, async () => {
    if (modStats === undefined) throw new Error('mod-stats is registered')
    const { simulator, database } = stack
    simulator.faults.set('curseforge', { kind: 'latency', ms: 20 })
    const handle = await startRun(stack.client, modStats, 'manual')
    await until(() => simulator.requests.count({ upstream: 'curseforge' }) > 40)
    process.kill(stack.temporal().pid, 'SIGKILL')
    await stack.restartTemporal()
    simulator.faults.clear()
    expect(await endingOf(handle)).toMatchObject({ outcome: 'complete' })
    expect(await stored(database.db)).toEqual(truthOf(simulator.world))
    const records = await database.select(sql`select run_id, outcome from pipeline_runs`)
    expect(records).toEqual([{ run_id: handle.firstExecutionRunId, outcome: 'complete' }])
  })
})
