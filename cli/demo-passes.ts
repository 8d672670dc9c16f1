/** What the demo does at its start: each pipeline once, or as often as its simulated world has something new to show. */
import type { EndedRun } from '../client/runs.ts'
import { addCounts, outcomeOf, type RunCounts } from '../core/run-outcome.ts'
import type { DemoWorlds } from '../simulator/index.ts'

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

function together(a: EndedRun, b: EndedRun): EndedRun {
  const counts: RunCounts = { ...a.ending.counts }
  for (const [source, more] of Object.entries(b.ending.counts)) {
    const known = counts[source]
    counts[source] = known === undefined ? more : addCounts(known, more)
  }
  const outcome = outcomeOf(counts)
  const { workflowId } = b.ending.outcome === outcome || a.ending.outcome !== outcome ? b : a
  return { workflowId, ending: { outcome, counts } }
}
