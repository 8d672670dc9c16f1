/** What the demo does at its start: each pipeline once, or as often as its simulated world has something new to show. */
import { addCounts, outcomeOf, type RunCounts, type RunEnding } from '../core/run-outcome.ts'
import type { DemoWorlds } from '../simulator/index.ts'

/** Runs a pipeline in as many passes as its demo world has, one run after the other; returns them as one. */
export async function demoPasses(
  world: DemoWorlds[keyof DemoWorlds],
  run: () => Promise<RunEnding>,
): Promise<RunEnding> {
  let all = await run()
  for (let pass = 1; pass < (world?.passes ?? 1); pass++) {
    world?.nextPass()
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
