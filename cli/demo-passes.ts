/** What the demo does at its start: each pipeline once, and a live feed often enough to see matches begin and end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { addCounts, outcomeOf, type RunCounts, type RunEnding } from '../core/run-outcome.ts'
import type { Pipeline } from '../pipelines/index.ts'

/** From one pass to the next: what the simulator's world plays faster has gone on by then. */
const BETWEEN_PASSES_MS = 1_000

/** Runs a pipeline as often as the demo wants it, one run after the other; answers them as one. */
export async function demoPasses(pipeline: Pipeline, run: () => Promise<RunEnding>): Promise<RunEnding> {
  let all = await run()
  for (let pass = 1; pass < (pipeline.demo.passes ?? 1); pass++) {
    await sleep(BETWEEN_PASSES_MS)
    all = together(all, await run())
  }
  return all
}

/** A pass that found the schedule's own run under way has nothing to add. */
function together(a: RunEnding, b: RunEnding): RunEnding {
  if (b.outcome === 'skipped') return a
  const counts: RunCounts = { ...a.counts }
  for (const [source, more] of Object.entries(b.counts)) {
    const known = counts[source]
    counts[source] = known === undefined ? more : addCounts(known, more)
  }
  return { outcome: outcomeOf(counts), counts }
}
