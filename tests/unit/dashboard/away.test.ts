/** Causes that are told once for a whole page. */
import { describe, expect, it } from 'vitest'
import { ApiProblem } from '../../../dashboard/api.ts'
import { causesOf, isToldAbove } from '../../../dashboard/away.ts'

interface State {
  error?: Error | null
  data?: unknown
  at?: number
  isActive?: boolean
}
const asked = ({ error = null, data, at = 0, isActive = true }: State) =>
  ({
    state: { error, data, errorUpdatedAt: at, dataUpdatedAt: at },
    isActive: () => isActive,
  }) as unknown as Parameters<typeof causesOf>[0][number]
const away = (why: string) => new ApiProblem(503, why, 'database')

describe('why a page cannot be read', () => {
  it('is told once for each server, as it was found last', () => {
    const found = [
      asked({ error: away('refused'), data: { rows: [] }, at: 3 }),
      asked({ error: away('timeout'), at: 2 }),
      asked({ data: { pipelines: [], away: [{ server: 'database', why: 'reset' }] }, at: 1 }),
      asked({ data: { away: [{ server: 'temporal', why: 'no Temporal' }] } }),
    ]
    expect(causesOf(found)).toEqual(['refused', 'no Temporal'])
  })

  it('is not told of what no panel shows, of other problems, and of answers without a word of it', () => {
    const found = [
      asked({ error: away('refused'), isActive: false }),
      asked({ error: new ApiProblem(400, 'a mistake') }),
      asked({ data: 'a log' }),
      asked({ data: null }),
      asked({ data: { rows: [] } }),
    ]
    expect(causesOf(found)).toEqual([])
  })
})

it('a mistake of the request is told in its panel, an absence above the page', () => {
  const told = [new ApiProblem(400, 'x'), new ApiProblem(503, 'x'), away('x'), new TypeError('no connection')]
  expect(told.map(isToldAbove)).toEqual([false, false, true, true])
})
