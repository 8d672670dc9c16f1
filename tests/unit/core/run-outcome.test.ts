/** Outcomes that were stored before reasons were records keep their meaning. */
import { describe, expect, it } from 'vitest'
import { failureReason, textReason } from '../../../core/reason.ts'
import { addCounts, asCounts, asEnding, type StoredCounts } from '../../../core/run-outcome.ts'
import { asSkipped } from '../../../core/run.ts'
import { sentence } from '../../../wording/sentence.ts'

const stored = (why: string[], more: Partial<StoredCounts> = {}): StoredCounts => ({
  outcome: 'partial',
  fetched: 3,
  written: 1,
  rejected: 1,
  why,
  ...more,
})
const sentences = (counts: StoredCounts) => asCounts(counts).why.map((reason) => sentence(reason))

describe('counts that were stored with sentences', () => {
  const WHY = ['feed: 1 rows rejected, see quarantine', 'RateLimited: Come back later.']

  it('counts stored with sentences render as they were stored', () => {
    expect(sentences(stored(WHY))).toEqual(WHY)
  })

  it('adds stored counts of spooled rows to new ones as one reason with the sum', () => {
    const old = asCounts(stored(['spooled 2 rows: the database is away', ...WHY], { spooled: 2 }))
    const sum = addCounts(old, { ...asCounts(stored([])), spooled: 3 })
    expect(sum.why.map((reason) => sentence(reason))).toEqual([
      'spooled 5 rows: the database is unavailable',
      ...WHY,
    ])
  })

  it('leaves counts alone once they are records', () => {
    const counts = { ...stored([]), why: [textReason('x'), { code: 'rows-refused', values: { rows: 2 } }] }
    expect(asCounts(counts)).toEqual(counts)
  })
})

describe('an ending that was stored with a name and a sentence', () => {
  it('keeps a stored error name and its sentence', () => {
    const error = { type: 'DiskFull', message: 'No space left.' }
    expect(asEnding({ outcome: 'failed', counts: { feed: stored(['x']) }, error })).toEqual({
      outcome: 'failed',
      counts: { feed: { ...stored([]), why: [textReason('x')] } },
      error: failureReason(error),
    })
  })

  it('leaves an outcome alone once its error is a reason', () => {
    const ending = { outcome: 'interrupted' as const, counts: {}, error: { code: 'Interrupted' } }
    expect(asEnding(ending)).toEqual(ending)
  })
})

describe('a first activity that returned a name and a sentence', () => {
  const HELD = { type: 'AlreadyRunning', message: 'already running: it' }

  it('a stored skip still states why the run is skipped, and whether to wait', () => {
    expect(asSkipped(HELD)).toEqual({ reason: failureReason(HELD) })
    expect(asSkipped({ ...HELD, isDeriving: true })).toEqual({
      reason: failureReason(HELD),
      isDeriving: true,
    })
  })
})
