/**
 * Records the histories that `replay.test.ts` replays, from real runs on the real servers: `npm run record-histories`.
 * For a changed workflow, keep the old files and record under new names: open runs still replay the old ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { expect, it } from 'vitest'
import { startRun } from '../../client/runs.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { freePort } from '../../local/taken-port.ts'
import { packageRoot } from '../../system/package-root.ts'
import { PIPELINES, type Pipeline } from '../../registry.ts'
import type { RunOutcome } from '../../core/run-outcome.ts'
import { startTestStack, type TestStack, type TestStackOptions, type WorkerChange } from '../support/stack.ts'
import { until } from '../support/until.ts'

/** One run to record. */
interface Way {
  outcome: RunOutcome
  /** Name of its file; the outcome unless given. */
  name?: string
  /** Upstreams that refuse every question; where the run is cancelled, they are away. */
  faulty: string[]
  cancel?: true
  params?: Record<string, unknown>
  worker?: WorkerChange
  matchResults?: TestStackOptions['matchResults']
  /** Records the first chain that it starts, too, under this ending. */
  chain?: string
}

/** MLflow at an address where nothing listens: its reports wait for a later run. */
const mlflowAway = { env: { MLFLOW_TRACKING_URI: `http://127.0.0.1:${await freePort()}` } }

const ways: Record<Pipeline['id'], Way[]> = {
  'mod-stats': [
    { outcome: 'complete', faulty: [] },
    { outcome: 'partial', faulty: ['modrinth'] },
    { outcome: 'failed', faulty: ['modrinth', 'curseforge', 'curseforge-web'] },
    { outcome: 'cancelled', faulty: ['modrinth'], cancel: true },
  ],
  'crypto-forecast': [
    { outcome: 'complete', faulty: [] },
    { outcome: 'partial', faulty: ['coingecko'], worker: mlflowAway },
    { outcome: 'failed', faulty: ['binance', 'coingecko', 'fear-greed'] },
    { outcome: 'cancelled', faulty: ['binance'], cancel: true },
    // Partial, since the newest of what it has stored is old: nothing else is there.
    { outcome: 'partial', name: 'backfill', faulty: [], params: { from: '2025-01-01', to: '2025-01-02' } },
  ],
  'library-context': [
    { outcome: 'complete', faulty: [], chain: 'complete' },
    { outcome: 'partial', faulty: ['git'], chain: 'failed' },
    { outcome: 'failed', faulty: ['ascl'] },
    { outcome: 'cancelled', faulty: ['ascl'], cancel: true },
  ],
  'match-results': [
    { outcome: 'complete', faulty: [] },
    // At its cap of events, and not asked league by league.
    { outcome: 'partial', faulty: [], matchResults: { feed: { count: 5, split_by_league: false } } },
    { outcome: 'failed', faulty: ['onexbet'] },
    { outcome: 'cancelled', faulty: ['onexbet'], cancel: true },
  ],
}

/** More than the ninety of CoinGecko, whose hours alone have gaps; fewer are quicker than two years. */
const HISTORY_DAYS = 120

/** Two libraries, one after the other: what each chain does is the same for a hundred. */
const LIBRARIES: TestStackOptions['libraryContext'] = {
  chains: 1,
  domains: { astronomy: { description: 'Astronomy', source: 'ascl', keywords: ['astro'], top: 2 } },
}

/** Answered with by an upstream that a run cannot wait for. */
const FORBIDDEN = { kind: 'status', status: 400 } as const
const AWAY = { kind: 'status', status: 503 } as const

for (const pipeline of PIPELINES) {
  for (const way of ways[pipeline.id]) {
    const { outcome, name = outcome } = way
    it(`records a ${name} run of ${pipeline.id}`, async () => {
      // Of its own: what one run has stored, the next would not ask for.
      const stack = await startTestStack({
        mods: 1,
        cryptoForecast: { history_days: HISTORY_DAYS },
        libraryContext: LIBRARIES,
        ...(way.matchResults && { matchResults: way.matchResults }),
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

/** Runs to the end; answers the history as JSON, and that of the first chain where it started one. */
async function recorded(
  stack: TestStack,
  pipeline: Pipeline,
  { outcome, faulty, cancel, params }: Way,
): Promise<{ history: string; chain: string | undefined }> {
  for (const upstream of faulty) stack.simulator.faults.set(upstream, cancel ? AWAY : FORBIDDEN)
  const handle = await startRun(stack.client, pipeline, 'manual', params)
  if (cancel) {
    // Once a step waits for its second attempt, every source has been asked.
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

/** Leaves out what tells about this machine; a replay reads none of it. */
function scrubbed(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined
  if (key === 'identity' || key === 'lastWorkerIdentity') return 'worker'
  if (key === 'name' && typeof value === 'string' && value.includes('@')) return 'sticky'
  return value
}
