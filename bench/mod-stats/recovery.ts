/** How long after a worker's return the activity continues in which the worker before it was killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { endingOf, startRun } from '../../client/runs.ts'
import { pipelineById } from '../../pipelines/index.ts'
import type { BenchStack } from '../bench-stack.ts'
import { median, spread, type Figure } from '../figure.ts'
import { startModStack } from './mod-stack.ts'

const MODS = 500
const REPETITIONS = 5
const TARGET_SECONDS = 4
/** As long as a supervisor takes to notice and start a worker anew. */
const AWAY_MS = 2_000
/** The response to the killed activity's request takes longer than that, so the kill is in the middle of it. */
const LATENCY_MS = 3_000
/** Fine enough next to seconds. */
const POLL_MS = 20
/** The activity is in its request for long before this. */
const INTO_THE_STEP_MS = 300

export async function recovery(): Promise<Figure[]> {
  const stack = await startModStack(MODS)
  try {
    const seconds: number[] = []
    const totals: number[] = []
    for (let round = 0; round < REPETITIONS; round++) {
      const measured = await killAndReturn(stack)
      seconds.push(measured.afterReturn)
      totals.push(measured.afterKill)
    }
    return [
      {
        what: 'interrupted step runs again after the return',
        value: median(seconds),
        unit: 's',
        atMost: TARGET_SECONDS,
        note: `${REPETITIONS} kills, ${spread(seconds, 's')}; the worker returns ${AWAY_MS / 1000} s after the kill`,
      },
      { what: 'and after the kill', value: median(totals), unit: 's', note: spread(totals, 's') },
    ]
  } finally {
    await stack.stop()
  }
}

async function killAndReturn(stack: BenchStack): Promise<{ afterReturn: number; afterKill: number }> {
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('expected mod-stats in the registry')
  const first = await stack.startWorker()
  let second
  try {
    stack.simulator.faults.set('modrinth', { kind: 'latency', ms: LATENCY_MS, match: '^/v2/versions' })
    const before = bulkRequests(stack)
    const handle = await startRun(stack.client, pipeline, 'manual')
    await untilAsked(stack, before)
    await sleep(INTO_THE_STEP_MS)
    await first.end('SIGKILL')
    const killedAt = performance.now()
    stack.simulator.faults.clear()
    const asked = bulkRequests(stack)
    await sleep(AWAY_MS)
    second = await stack.startWorker()
    const returnedAt = performance.now()
    const againAt = await untilAsked(stack, asked)
    const { outcome } = await endingOf(handle)
    if (outcome !== 'complete') throw new Error(`expected a complete run after the kill, found ${outcome}`)
    return { afterReturn: (againAt - returnedAt) / 1000, afterKill: (againAt - killedAt) / 1000 }
  } finally {
    await first.end('SIGKILL')
    await second?.end('SIGTERM')
  }
}

/** Number of requests to the interrupted activity's upstream. */
function bulkRequests({ simulator }: BenchStack): number {
  return simulator.requests.count({ upstream: 'modrinth' })
}

/** Resolves with the moment at which Modrinth has received more than `before` requests. */
async function untilAsked(stack: BenchStack, before: number): Promise<number> {
  while (bulkRequests(stack) <= before) await sleep(POLL_MS)
  return performance.now()
}
