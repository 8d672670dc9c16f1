/**
 * Workflows of the engine benchmark: sequences of empty activities, bare and inside `recordedRun`. Bundled by itself.
 */
import { proxyActivities } from '@temporalio/workflow'
import { databaseWork } from '../workflows/policies.ts'
import { type RunInput } from '../core/run.ts'
import { recordedRun, runOf } from '../workflows/recorded-run.ts'
import type { RunEnding } from '../core/run-outcome.ts'
import type { EngineActivities } from './engine.ts'

/** No chain takes longer, however busy the machine. */
const BOUND_MS = 60_000

const { step, open, close } = proxyActivities<EngineActivities>(databaseWork(BOUND_MS))

/** `steps` empty steps, each after the other, and nothing else. */
export async function bareChain(steps: number): Promise<void> {
  for (let done = 0; done < steps; done++) await step()
}

/** The same with a run's record: its opening is the first activity and its closing the last, as in every pipeline. */
export async function recordedChain(steps: number): Promise<RunEnding> {
  const input: RunInput = { trigger: 'manual' }
  return recordedRun(runOf('bench', input), { open, close }, input, async (counts) => {
    for (let done = 0; done < steps; done++) await step()
    counts['bench'] = { outcome: 'complete', fetched: steps, written: 0, rejected: 0, why: [] }
  })
}
