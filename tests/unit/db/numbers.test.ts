/** No number of an upstream goes around the rules of plausibility: its table says by which it is believed, or why by none. */
import { describe, expect, it } from 'vitest'
import { WRITABLE_TABLES } from '../../../db/writable-tables.ts'
import type { Writable } from '../../../db/writable.ts'

const NUMERIC = /^(smallint|integer|bigint|real|double precision|numeric)/

const tables = Object.values<Writable>(WRITABLE_TABLES).map((table) => ({
  ...table,
  numeric: table.data.filter(({ type }) => NUMERIC.test(type)).map(({ name }) => name),
}))

describe('the numbers of a table that is written', () => {
  it.each(tables)('have a rule or a reason each: $name', ({ numeric, numbers }) => {
    if (typeof numbers === 'string') expect(numeric).not.toEqual([])
    else expect(Object.keys(numbers).toSorted()).toEqual(numeric.toSorted())
  })

  it('are found at all', () => {
    expect(tables.filter(({ numeric }) => numeric.length > 0).length).toBeGreaterThan(5)
  })

  it.each(tables)('have reasons that say something, and rules that doubt something: $name', ({ numbers }) => {
    for (const number of typeof numbers === 'string' ? [numbers] : Object.values(numbers)) {
      if (typeof number === 'string') expect(number.trim()).not.toBe('')
      else expect(number.fall).toBeLessThan(1)
    }
  })
})
