/** Runs with hundreds of batches: they hand over to a fresh history and stay one run all the same. */
import type { temporal } from '@temporalio/proto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endingOf } from '../../support/ending-in-words.ts'
import { startModStats, startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import { batch, fakeSteps, ROWS_PER_BATCH, type FakeSteps } from './fake-steps.ts'

/** What one history may hold; architecture's promise for five thousand mods. */
const HISTORY_LIMIT = 1_000
const BATCHES = 170

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

type HistoryEvent = temporal.api.history.v1.IHistoryEvent

/** Batch after batch, each with the next one's number, until the last. */
const upTo = (last: number) => (input: { after: number }) =>
  batch(input.after + 1 < last ? input.after + 1 : null)

/** Runs to the end; answers the ending and the events in the history of each execution. */
async function runOnce(steps: FakeSteps) {
  const worker = await time.createWorker(steps.activities)
  return worker.runUntil(async () => {
    const handle = await startModStats(time)
    const ending = await endingOf(handle)
    const events: number[] = []
    let runId: string | undefined = handle.firstExecutionRunId
    while (runId) {
      const history: { events?: HistoryEvent[] | null } = await time.client.workflow
        .getHandle(handle.workflowId, runId)
        .fetchHistory()
      const list: HistoryEvent[] = history.events ?? []
      events.push(list.length)
      runId = list.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
    }
    return { ending, events, runId: handle.firstExecutionRunId }
  })
}

describe('a run of hundreds of batches', () => {
  it('keeps every history small over hundreds of batches and stays one run with one record', async () => {
    const steps = fakeSteps(time, { collectModrinth: upTo(BATCHES), collectCurseForge: upTo(BATCHES) })
    const { ending, events, runId } = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['modrinth']?.written).toBe(BATCHES * ROWS_PER_BATCH)
    expect(ending.counts['curseforge']?.written).toBe(BATCHES * ROWS_PER_BATCH)
    expect(ending.counts['modpacks']?.written).toBe(2 * ROWS_PER_BATCH)
    expect(events.length).toBeGreaterThan(1)
    expect(Math.max(...events)).toBeLessThan(HISTORY_LIMIT)
    expect(new Set(steps.calls.map((call) => call.run?.runId))).toEqual(new Set([runId]))
    expect(new Set(steps.calls.map((call) => call.run?.startedAt)).size).toBe(1)
    for (const step of ['collectModrinth', 'collectCurseForge'] as const)
      expect(steps.callsOf(step)).toHaveLength(BATCHES)
    expect(steps.callsOf('openModStats')).toHaveLength(1)
    expect(steps.callsOf('closeModStats')).toHaveLength(1)
  })

  it(
    'forgets no later activity if the last batch of one is also the last of its history',
    { tags: 'long' },
    async () => {
      // How many batches fit into the first history, found by a run that has many more.
      const many = fakeSteps(time, { collectCurseForge: upTo(BATCHES) })
      const first = await runOnce(many)
      expect(first.events.length).toBeGreaterThan(1)
      const fit = many.calls.filter(
        (call) => call.step === 'collectCurseForge' && call.executionRunId === first.runId,
      ).length
      let handedOver = 0
      // One more and one less too: the other source's answer moves the end of the history by half a batch.
      for (const last of [fit - 1, fit, fit + 1]) {
        const steps = fakeSteps(time, { collectCurseForge: upTo(last) })
        const { ending, events } = await runOnce(steps)
        expect(steps.callsOf('discoverModpacks')).toHaveLength(1)
        expect(steps.callsOf('refreshModpacks')).toHaveLength(1)
        expect(ending.counts['modpacks']?.written).toBe(2 * ROWS_PER_BATCH)
        handedOver += events.length - 1
      }
      expect(handedOver).toBeGreaterThan(0)
    },
  )
})
