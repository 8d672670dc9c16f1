/** What a step put into the spool is told in its counts, whoever the step is. */
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addCounts, NOTHING, outcomeOf, withSpooled, type SourceCounts } from '../../../core/run-outcome.ts'
import { spoolOrigin, tellingSpooled } from '../../../worker/spooled-counts.ts'
import { textReason } from '../../../core/reason.ts'

const counts = (change: Partial<SourceCounts> = {}): SourceCounts => ({ ...NOTHING, fetched: 40, ...change })
const spooled = (rows: number) => ({ code: 'spooled', values: { rows } })
const spooling = <T>(result: T, ...rows: number[]) =>
  tellingSpooled('mod-stats', async () => {
    for (const count of rows) {
      await Promise.resolve()
      spoolOrigin()?.spooled?.(count)
    }
    return result
  })

describe('a step that spooled', () => {
  it('is partial and says how many rows, of all its calls', async () => {
    expect(await spooling(counts({ why: [textReason('one refused')] }), 7, 3)).toEqual({
      ...counts(),
      outcome: 'partial',
      spooled: 10,
      why: [spooled(10), textReason('one refused')],
    })
  })

  it('says why, where the database is not simply away', async () => {
    const told = await tellingSpooled('mod-stats', () => {
      spoolOrigin()?.spooled?.(2, textReason('The database said: no.'))
      return Promise.resolve(counts({ why: [textReason('one refused')] }))
    })
    expect(told.why).toEqual([spooled(2), textReason('The database said: no.'), textReason('one refused')])
  })

  it('says so in the counts inside its result, and leaves the rest alone', async () => {
    const batch = { counts: counts(), done: 3, left: 0, next: null }
    expect(await spooling(batch, 5)).toEqual({ ...batch, counts: withSpooled(counts(), 5) })
  })

  it('and answers an ending without counts, as a chain does, has the number in it', async () => {
    const ending = { outcome: 'made', bytes: 7 }
    expect(await spooling(ending, 2, 1)).toEqual({ ...ending, spooled: 3 })
  })

  it('stays failed where it failed', async () => {
    expect(await spooling(counts({ outcome: 'failed' }), 1)).toMatchObject({ outcome: 'failed', spooled: 1 })
  })

  it('may answer something without counts', async () => {
    expect(await spooling<unknown>(undefined, 1)).toBeUndefined()
    expect(await spooling({ reports: 2 }, 1)).toEqual({ reports: 2 })
  })

  it('is told apart from steps that run at the same time, by its pipeline and its rows', async () => {
    const step = (pipeline: string, rows: number) =>
      tellingSpooled(pipeline, async () => {
        await setImmediate()
        expect(spoolOrigin()?.pipeline).toBe(pipeline)
        spoolOrigin()?.spooled?.(rows)
        return counts()
      })
    const told = await Promise.all([step('mod-stats', 1), step('crypto-forecast', 2)])
    expect(told.map(({ spooled }) => spooled)).toEqual([1, 2])
  })
})

describe('a step that did not spool', () => {
  it('answers what it answers', async () => {
    const result = counts()
    expect(await tellingSpooled('mod-stats', () => Promise.resolve(result))).toBe(result)
    expect(spoolOrigin()).toBeUndefined()
  })
})

describe('parts of one source that spooled', () => {
  it('are told in one reason with their sum, whatever the order', () => {
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

  it('make a run partial, also where nothing was written', () => {
    expect(outcomeOf({ modrinth: withSpooled(counts(), 3) })).toBe('partial')
  })
})
