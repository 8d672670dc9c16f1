import { describe, expect, it } from 'vitest'
import { demoPasses } from '../../../cli/demo-passes.ts'
import type { EndedRun } from '../../../client/runs.ts'
import type { RunOutcome, SourceOutcome } from '../../../core/run-outcome.ts'

const ended = (workflowId: string, outcome: SourceOutcome & RunOutcome, fetched = 1): EndedRun => ({
  workflowId,
  ending: { outcome, counts: { feed: { outcome, fetched, written: fetched, rejected: 0, why: [] } } },
})

/** The passes of a demo whose runs end like these. */
const passes = (...runs: EndedRun[]) => {
  const left = [...runs]
  const world = {
    options: {},
    clock: () => new Date(),
    passes: runs.length,
    resume: () => undefined,
    nextPass: () => undefined,
  }
  return demoPasses(world, () => Promise.resolve(left.shift() ?? ended('none', 'failed')))
}

describe('the passes of a demo', () => {
  it('count as one run, under the newest one that ended as all did', async () => {
    expect(await passes(ended('a', 'complete', 2), ended('b', 'complete', 3))).toMatchObject({
      workflowId: 'b',
      ending: { outcome: 'complete', counts: { feed: { fetched: 5 } } },
    })
  })

  it('name the run that was partial, not the complete one after it', async () => {
    expect(await passes(ended('a', 'complete'), ended('b', 'partial'), ended('c', 'complete'))).toMatchObject(
      {
        workflowId: 'b',
        ending: { outcome: 'partial' },
      },
    )
  })
})
