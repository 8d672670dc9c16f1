/** What the demo does at its start: each pipeline once, or as often as its simulated world has something new to show. */
import { addCounts, outcomeOf, type RunCounts, type RunEnding } from '../core/run-outcome.ts'
import type { DemoWorlds } from '../simulator/index.ts'

/** A run that has ended. */
export interface EndedRun {
  workflowId: string
  ending: RunEnding
}

/**
 * Runs a pipeline in as many passes as its demo world has, one run after the other; returns them as one, under the id of
 * the run that its outcome comes from.
 */
export async function demoPasses(
  world: DemoWorlds[keyof DemoWorlds],
  run: () => Promise<EndedRun>,
): Promise<EndedRun> {
  let all = await run()
  for (let pass = 1; pass < (world?.passes ?? 1); pass++) {
    world?.nextPass()
    all = together(all, await run())
  }
  return all
}

/** A pass that found the schedule's own run under way has nothing to add. */
function together(a: EndedRun, b: EndedRun): EndedRun {
  if (b.ending.outcome === 'skipped') return a
  const counts: RunCounts = { ...a.ending.counts }
  for (const [source, more] of Object.entries(b.ending.counts)) {
    const known = counts[source]
    counts[source] = known === undefined ? more : addCounts(known, more)
  }
  const outcome = outcomeOf(counts)
  const { workflowId } = b.ending.outcome === outcome || a.ending.outcome !== outcome ? b : a
  return { workflowId, ending: { outcome, counts } }
}
