import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../../core/durations.ts'
import { attemptRow, nextTry } from '../../../../activities/library-context/attempts.ts'
/** When an attempt of a night that began at 02:00 ended. */
const ended = new Date('2026-11-21T02:10:00Z')
const todo = { library: 'o/lib', name: 'O/Lib', why: 'failed before' as const, failures: 2 }
const result = { verdicts: [], commit: null, cloneBytes: null, seconds: 1 }

describe('a library that failed', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 16],
    [6, 32],
    [7, 32],
    [5_000, 32],
  ])(
    'retries a library after %i failures in a row in the night after %i days, even if that begins a little earlier',
    (failures, days) => {
      const due = nextTry(failures, ended).getTime()
      const night = Date.parse('2026-11-21T02:00:00Z')
      expect(due).toBeLessThan(night + days * DAY_MS)
      expect(due).toBeGreaterThan(night + (days - 1) * DAY_MS)
    },
  )

  it('waits longer with each failure', () => {
    const row = attemptRow(todo, { ...result, outcome: 'failed', reason: 'NotFound: gone' }, ended)
    expect(row).toMatchObject({ failures: 3, nextTryAt: nextTry(3, ended), triedAt: ended, why: todo.why })
    const refused = attemptRow(todo, { ...result, outcome: 'title-only', reason: 'too short' }, ended)
    expect(refused).toMatchObject({ failures: 3, nextTryAt: nextTry(3, ended) })
  })

  it('retries a library in the next night after an outside fault, with its retry budget unchanged', () => {
    const row = attemptRow(todo, { ...result, outcome: 'failed', reason: 'DiskFull: …' }, ended, true)
    expect(row).toMatchObject({ failures: 2, nextTryAt: null })
  })

  it('a success resets the failures of a library', () => {
    const row = attemptRow(todo, { ...result, outcome: 'made', reason: null, commit: 'c0ffee' }, ended)
    expect(row).toMatchObject({ failures: 0, nextTryAt: null, commit: 'c0ffee', library: 'o/lib' })
  })
})
