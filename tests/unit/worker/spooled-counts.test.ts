/** What a step put into the spool is told in its counts, whoever the step is. */
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addCounts, NOTHING, outcomeOf, withSpooled, type SourceCounts } from '../../../core/run-outcome.ts'
import { spoolOrigin, withSpooledCounts } from '../../../worker/spooled-counts.ts'
import { textReason } from '../../../core/reason.ts'

const counts = (change: Partial<SourceCounts> = {}): SourceCounts => ({ ...NOTHING, fetched: 40, ...change })
const spooled = (rows: number) => ({ code: 'spooled', values: { rows } })
const spooling = <T>(result: T, ...rows: number[]) =>
  withSpooledCounts('mod-stats', async () => {
    for (const count of rows) {
      await Promise.resolve()
      spoolOrigin()?.spooled?.(count)
    }
    return result
  })

describe('an activity that spooled', () => {
  it('a spooling activity is partial and says how many rows, of all its calls', async () => {
    expect(await spooling(counts({ why: [textReason('one refused')] }), 7, 3)).toEqual({
      ...counts(),
      outcome: 'partial',
      spooled: 10,
      why: [spooled(10), textReason('one refused')],
    })
  })

  it('a spooling activity says why, if the database is more than unreachable', async () => {
    const counted = await withSpooledCounts('mod-stats', () => {
      spoolOrigin()?.spooled?.(2, textReason('The database said: no.'))
      return Promise.resolve(counts({ why: [textReason('one refused')] }))
    })
    expect(counted.why).toEqual([spooled(2), textReason('The database said: no.'), textReason('one refused')])
  })

  it('adds spooled rows to the counts inside its result, and leaves the rest alone', async () => {
    const batch = { counts: counts(), done: 3, left: 0, next: null }
    expect(await spooling(batch, 5)).toEqual({ ...batch, counts: withSpooled(counts(), 5) })
  })

  it('adds the number to a result without counts, such as that of a child workflow', async () => {
    const ending = { outcome: 'made', bytes: 7 }
    expect(await spooling(ending, 2, 1)).toEqual({ ...ending, spooled: 3 })
  })

  it('a failed activity stays failed after spooling', async () => {
    expect(await spooling(counts({ outcome: 'failed' }), 1)).toMatchObject({ outcome: 'failed', spooled: 1 })
  })

  it('an activity may return something without counts', async () => {
    expect(await spooling<unknown>(undefined, 1)).toBeUndefined()
    expect(await spooling({ reports: 2 }, 1)).toEqual({ reports: 2 })
  })

  it('distinguishes concurrent activities by their pipeline and their rows', async () => {
    const step = (pipeline: string, rows: number) =>
      withSpooledCounts(pipeline, async () => {
        await setImmediate()
        expect(spoolOrigin()?.pipeline).toBe(pipeline)
        spoolOrigin()?.spooled?.(rows)
        return counts()
      })
    const counted = await Promise.all([step('mod-stats', 1), step('crypto-forecast', 2)])
    expect(counted.map(({ spooled }) => spooled)).toEqual([1, 2])
  })
})

describe('an activity that did not spool', () => {
  it('an activity that did not spool returns its result unchanged', async () => {
    const result = counts()
    expect(await withSpooledCounts('mod-stats', () => Promise.resolve(result))).toBe(result)
    expect(spoolOrigin()).toBeUndefined()
  })
})

describe('parts of one source that spooled', () => {
  it('reports several spooled parts of one source in one reason with their sum, whatever the order', () => {
    const part = fc.record({ rows: fc.nat(1_000), why: fc.subarray(['a', 'b', 'c'].map(textReason)) })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const all = parts.map(({ rows, why }) =>
          rows === 0
            ? counts({ why, outcome: why.length > 0 ? 'partial' : 'complete' })
            : withSpooled(counts({ why }), rows),
        )
        const sum = all.reduce((a, b) => addCounts(a, b))
        const rows = parts.reduce((total, one) => total + one.rows, 0)
        const ofSpool = sum.why.filter(({ code }) => code === 'spooled')
        expect(sum.spooled).toBe(rows === 0 ? undefined : rows)
        expect(ofSpool).toEqual(rows === 0 ? [] : [spooled(rows)])
        if (rows > 0) expect(sum.outcome).toBe('partial')
      }),
    )
  })

  it('spooled parts make a run partial, even if nothing was written', () => {
    expect(outcomeOf({ modrinth: withSpooled(counts(), 3) })).toBe('partial')
  })
})
