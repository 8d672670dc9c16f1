import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../../../core/durations.ts'
import {
  checkTable,
  FEATURE_COLUMNS,
  IMPUTED,
} from '../../../../../activities/crypto-forecast/model/feature-columns.ts'
import {
  missingFeature,
  samplesOf,
  usableRows,
} from '../../../../../activities/crypto-forecast/model/samples.ts'
import { madeTable, rowsWhere, without } from './made-table.ts'

describe('the rows to learn from', () => {
  it('joins rows to the candle a horizon later by its time, over missing hours', () => {
    const table = rowsWhere(madeTable(10), (row) => row !== 4)
    const samples = samplesOf(table, usableRows(table), 2 * HOUR_MS)
    const hour = (row: number): number => ((table.openMs[row] ?? NaN) - (table.openMs[0] ?? NaN)) / HOUR_MS
    expect([...samples.rows].map(hour)).toEqual([0, 1, 3, 5, 6, 7])
    expect([...samples.targets].map(hour)).toEqual([2, 3, 5, 7, 8, 9])
    expect(samples.gapRows).toBe(1)
  })

  it('uses rows with all required features; a target needs its price only', () => {
    const table = without(
      without(madeTable(6), 'adx', (row) => row < 2 || row === 4),
      'price',
      (row) => row === 3,
    )
    const samples = samplesOf(table, usableRows(table), HOUR_MS)
    expect([...usableRows(table)]).toEqual([2, 5])
    expect([...samples.rows]).toEqual([])
    expect([...samplesOf(table, usableRows(table), 2 * HOUR_MS).rows]).toEqual([2])
    expect([...samplesOf(table, usableRows(table), 2 * HOUR_MS).targets]).toEqual([4])
  })

  it('allows rows to lack the values of an unavailable source, and nothing else', () => {
    for (const name of FEATURE_COLUMNS) {
      const missing = missingFeature(
        without(madeTable(1), name, () => true),
        0,
      )
      expect(missing, name).toBe(IMPUTED.includes(name) ? undefined : name)
    }
  })

  it.each([0, -HOUR_MS, 1.5 * HOUR_MS, NaN])('rejects a horizon of %d ms', (horizonMs) => {
    const table = madeTable(5)
    expect(() => samplesOf(table, usableRows(table), horizonMs)).toThrow(RangeError)
  })
})

describe('a table', () => {
  it('rejects a table with a short column, rows out of order, a repeated time, or no candle width', () => {
    const table = madeTable(5)
    const swapped = { ...table, openMs: table.openMs.toReversed() }
    const twice = {
      ...table,
      openMs: table.openMs.map((time, row) => (row === 3 ? (table.openMs[2] ?? 0) : time)),
    }
    const short = { ...table, columns: { ...table.columns, adx: new Float64Array(4) } }
    const notime = { ...table, openMs: table.openMs.map((time, row) => (row === 4 ? NaN : time)) }
    for (const wrong of [swapped, twice, short, notime, { ...table, stepMs: 0 }]) {
      expect(() => {
        checkTable(wrong)
      }).toThrow(RangeError)
    }
    checkTable(table)
  })
})
