/**
 * Records the histories that `replay.test.ts` replays, from real runs on the real servers: `npm run record-histories`, or
 * `npm run record-histories -- -t <id>` for one pipeline alone.
 * For a changed workflow, keep the old files and record under new names: open runs still replay the old ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { expect, it } from 'vitest'
import { startRun } from '../../client/runs.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { packageRoot } from '../../system/package-root.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { waysOf, type Way } from './way.ts'

/** Response of an upstream that a run cannot wait for. */
const FORBIDDEN = { kind: 'status', status: 400 } as const
const AWAY = { kind: 'status', status: 503 } as const

for (const pipeline of PIPELINES) {
  const ways = await waysOf(pipeline.id)
  for (const way of ways.runs) {
    const { outcome, name = outcome } = way
    it(`records a ${name} run of ${pipeline.id}`, async () => {
      const stack = await startTestStack({
        // A separate stack: the next run would not request what another has stored, and the histories name their
        // namespace.
        ownTemporal: true,
        mods: 1,
        sections: { ...ways.sections, ...way.sections },
      })
      const worker = await stack.startWorker(way.worker)
      try {
        const { history, chain } = await recorded(stack, pipeline, way)
        store(pipeline, name, history)
        if (way.chain !== undefined) store(pipeline, `chain-${way.chain}`, chain ?? '')
      } finally {
        await worker.stop()
        await stack.stop()
      }
    })
  }
}

function store(pipeline: Pipeline, name: string, history: string): void {
  const folder = join(packageRoot, 'tests', 'replay', 'histories', pipeline.id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(JSON.parse(history, scrubbed), null, 1))
}

/** Runs to the end; returns the history as JSON, and that of the first child workflow if there is one. */
async function recorded(
  stack: TestStack,
  pipeline: Pipeline,
  { outcome, faulty, cancel, params }: Way,
): Promise<{ history: string; chain: string | undefined }> {
  for (const upstream of faulty) stack.simulator.faults.set(upstream, cancel ? AWAY : FORBIDDEN)
  const handle = await startRun(stack.client, pipeline, 'manual', params)
  if (cancel) {
    // Once an activity waits for its second attempt, every source has been requested.
    await until(async () =>
      (await handle.describe()).raw.pendingActivities?.some((step) => (step.attempt ?? 1) > 1),
    )
    await handle.cancel()
  }
  const ending = await endingOf(handle)
  expect(ending.outcome, JSON.stringify(ending)).toBe(outcome)
  const history = await handle.fetchHistory()
  const child = history.events?.find((event) => event.childWorkflowExecutionStartedEventAttributes)
    ?.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId
  const chain = child ? await stack.client.workflow.getHandle(child).fetchHistory() : undefined
  return { history: historyToJSON(history), chain: chain && historyToJSON(chain) }
}

/** Leaves out details of this machine; a replay reads none of them. */
function scrubbed(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined
  if (key === 'identity' || key === 'lastWorkerIdentity') return 'worker'
  if (key === 'name' && typeof value === 'string' && value.includes('@')) return 'sticky'
  return value
}
