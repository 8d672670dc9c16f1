/**
 * Records the histories that `replay.test.ts` replays, from real runs on the real servers: `npm run record-histories`.
 * For a changed workflow, keep the old files and record under new names: open runs still replay the old ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endingOf, startRun } from '../../client/runs.ts'
import { packageRoot } from '../../package-root.ts'
import { PIPELINES } from '../../registry.ts'
import type { RunOutcome } from '../../run-outcome.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const UPSTREAMS = ['modrinth', 'curseforge', 'curseforge-web']

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  stack = await startTestStack({ mods: 1 })
  worker = await stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})

/** Answered with by an upstream that a run cannot wait for. */
const FORBIDDEN = { kind: 'status', status: 400 } as const
const AWAY = { kind: 'status', status: 503 } as const

const ways: { outcome: RunOutcome; faulty: string[]; cancel?: true }[] = [
  { outcome: 'complete', faulty: [] },
  { outcome: 'partial', faulty: ['modrinth'] },
  { outcome: 'failed', faulty: UPSTREAMS },
  { outcome: 'cancelled', faulty: ['modrinth'], cancel: true },
]

for (const { outcome, faulty, cancel } of ways) {
  for (const pipeline of PIPELINES) {
    it(`records a ${outcome} run of ${pipeline.id}`, async () => {
      stack.simulator.faults.clear()
      for (const upstream of faulty) stack.simulator.faults.set(upstream, cancel ? AWAY : FORBIDDEN)
      const handle = await startRun(stack.client, pipeline, 'manual')
      if (cancel) {
        // Once a step waits for its second attempt, every source has been asked.
        await until(async () =>
          (await handle.describe()).raw.pendingActivities?.some((step) => (step.attempt ?? 1) > 1),
        )
        await handle.cancel()
      }
      expect((await endingOf(handle)).outcome).toBe(outcome)
      const folder = join(packageRoot, 'tests', 'replay', 'histories', pipeline.id)
      mkdirSync(folder, { recursive: true })
      const history = historyToJSON(await handle.fetchHistory())
      writeFileSync(join(folder, `${outcome}.json`), JSON.stringify(JSON.parse(history, scrubbed), null, 1))
    })
  }
}

/** Leaves out what tells about this machine; a replay reads none of it. */
function scrubbed(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined
  if (key === 'identity' || key === 'lastWorkerIdentity') return 'worker'
  if (key === 'name' && typeof value === 'string' && value.includes('@')) return 'sticky'
  return value
}
