/** Whole data sets and periods, as the page asks for them. */
import { expect, it } from 'vitest'
import { allRows } from '../../../dashboard/all-rows.ts'
import { firstDayOf, period } from '../../../dashboard/period.ts'

it('every page of a data set is read once, in order', async () => {
  const asked: string[] = []
  const pages: Record<string, { rows: number[]; next: string | null }> = {
    '/x?mod=a&limit=1000': { rows: [1, 2], next: 'p2' },
    '/x?mod=a&limit=1000&after=p2': { rows: [3], next: null },
  }
  const rows = await allRows<number>('/x', { mod: 'a' }, (address) => {
    asked.push(address)
    return Promise.resolve(pages[address] ?? { rows: [], next: null })
  })
  expect(rows).toEqual([1, 2, 3])
  expect(asked).toEqual(Object.keys(pages))
})

it('a period of seven days begins six days ago, in UTC', () => {
  const now = Date.parse('2026-03-01T00:30:00+02:00')
  expect(firstDayOf('7', now)).toBe('2026-02-22')
  expect(firstDayOf('all', now)).toBeUndefined()
})

it('a period that is not offered is 90 days', () => {
  expect(period.parse('8')).toBe('90')
  expect(period.parse('all')).toBe('all')
})
