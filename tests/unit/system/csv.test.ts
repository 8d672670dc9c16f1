/** No spreadsheet calculates what a stranger called something, and it reads back as it was. */
import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'
import { csvOf, withoutMark } from '../../../system/csv.ts'
import { anyText } from '../../support/any-text.ts'

const FORMULAS = ['=1+1', '+1', '-2+3', '@SUM(A1)', '\t=1', '＝1', "'=1", "''@x"]

it('marks a formula with an apostrophe, and leaves numbers and other names alone', () => {
  expect(csvOf([['=1+1', "it's", -0.5, null, '']], { delimiter: ';' })).toBe("'=1+1;it's;-0.5;;\n")
  for (const formula of FORMULAS) expect(csvOf([[formula]])).toMatch(/^"?'/)
})

it('any cell reads back as it was written', () => {
  const cell = fc.oneof(anyText, fc.constantFrom(...FORMULAS), fc.string())
  const lines = fc.array(fc.tuple(cell, cell), { minLength: 30, maxLength: 60 })
  fc.assert(
    fc.property(lines, (cells) => {
      const rows = [['one', 'other'], ...cells]
      expect(parse(csvOf(rows), { cast: withoutMark })).toEqual(rows)
    }),
    { numRuns: 2 },
  )
})
