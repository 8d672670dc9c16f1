import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../../../core/durations.ts'
import {
  forecast,
  type Forecast,
  type FeatureTable,
} from '../../../../../activities/crypto-forecast/model/forecast.ts'
import { predictOne } from '../../../../../activities/crypto-forecast/model/ridge.ts'
import { MIN_ROWS, rowsNeeded } from '../../../../../activities/crypto-forecast/model/time-splits.ts'
import { knownAt, madeTable, rowsWhere, START_MS, without } from './made-table.ts'
import { sentence } from '../../../../../wording/sentence.ts'

const ROWS = 800
const table = madeTable(ROWS, 5)

function forecastOf(of: FeatureTable, horizonMs: number): Forecast {
  const [result] = forecast(of, [horizonMs])
  if (result === undefined || 'why' in result) throw new Error(result && sentence(result.why))
  return result
}

function whyNot(of: FeatureTable, horizonMs: number): string {
  const [result] = forecast(of, [horizonMs])
  if (result === undefined || !('why' in result)) throw new Error('There is a forecast.')
  return sentence(result.why)
}

describe('a forecast', () => {
  it('forecasts from the newest row, whose outcome is unknown', () => {
    const { model, predicted, lastPrice } = forecastOf(table, DAY_MS)
    expect(predicted).toBe(predictOne(model, (column) => table.columns[column].at(-1) ?? NaN))
    expect(lastPrice).toBe(table.columns.price.at(-1))
  })

  it('forecasts every horizon in the requested order, each as if requested alone', () => {
    const both = forecast(table, [DAY_MS, HOUR_MS])
    expect(both).toEqual([forecastOf(table, DAY_MS), forecastOf(table, HOUR_MS)])
  })

  it('trains on the first four fifths, less the rows whose outcome the test part still holds', () => {
    const hour = forecastOf(table, HOUR_MS)
    // 799 rows have an outcome: 160 test it.
    expect([hour.rows, hour.testRows]).toEqual([639, 160])
    expect([hour.trainFromMs, hour.trainToMs]).toEqual([START_MS, START_MS + 638 * HOUR_MS])
    const day = forecastOf(table, DAY_MS)
    // 776 have one: 156 test it, and 23 lie between.
    expect([day.rows, day.testRows]).toEqual([597, 156])
    expect(day.trainToMs + DAY_MS).toBeLessThanOrEqual(START_MS + (776 - 156) * HOUR_MS)
  })

  it('fits the same model whatever happens in its test part', () => {
    const { model, trainToMs } = forecastOf(table, DAY_MS)
    const later = table.openMs.map((time) => (time > trainToMs + DAY_MS ? 1 : 0))
    const changed = structuredClone(table)
    for (const values of Object.values(changed.columns)) {
      for (const [row, isLater] of later.entries())
        if (isLater === 1) values[row] = (values[row] ?? NaN) * 1.7
    }
    expect(forecastOf(changed, DAY_MS).model).toEqual(model)
    expect(forecastOf(changed, DAY_MS).mae).not.toBe(forecastOf(table, DAY_MS).mae)
  })

  it('reports the naive error, the skill and the interval of the test part', () => {
    const result = forecastOf(table, HOUR_MS)
    const { price } = table.columns
    const tested = [...table.openMs.keys()].slice(639, 799)
    const move = (row: number): number => Math.abs((price[row + 1] ?? NaN) - (price[row] ?? NaN))
    const naive = tested.reduce((sum, row) => sum + move(row), 0) / tested.length
    expect(result.naiveMae).toBeCloseTo(naive, 8)
    expect(result.skill).toBe(1 - result.mae / result.naiveMae)
    const rowOf = (row: number) => (column: keyof typeof table.columns) => table.columns[column][row] ?? NaN
    const errors = tested.map((row) =>
      Math.abs((price[row + 1] ?? NaN) - predictOne(result.model, rowOf(row))),
    )
    const radius = errors.toSorted((a, b) => a - b)[Math.ceil(161 * 0.8) - 1] ?? NaN
    expect([result.lower, result.upper]).toEqual([result.predicted - radius, result.predicted + radius])
    expect(result.coverage).toBeGreaterThan(0.6)
    expect(result.coverage).toBeLessThanOrEqual(1)
  })

  it('a predictable price has skill, the right directions and a decision', () => {
    const ahead = structuredClone(table)
    // The price swings, and `adx` is already where it will be an hour later.
    ahead.columns.price = ahead.openMs.map((_, row) => 1_000 + 100 * Math.sin(row * 1.3))
    ahead.columns.adx = ahead.openMs.map((_, row) => 1_000 + 100 * Math.sin((row + 1) * 1.3))
    const result = forecastOf(ahead, HOUR_MS)
    expect(result.skill).toBeGreaterThan(0.95)
    expect(result.directionalAccuracy).toBeGreaterThan(0.95)
    const next = 1_000 + 100 * Math.sin(ROWS * 1.3)
    expect(Math.abs(result.predicted - next)).toBeLessThan(5)
    expect(result.decision).toBe(next > result.lastPrice ? 'BUY' : 'SELL')
  })

  it('a constant price is forecast unchanged, without skill and without width', () => {
    const still = structuredClone(table)
    still.columns.price.fill(250)
    expect(forecastOf(still, HOUR_MS)).toMatchObject({
      predicted: 250,
      lower: 250,
      upper: 250,
      mae: 0,
      naiveMae: 0,
      skill: 0,
      directionalAccuracy: 1,
      decision: 'HOLD',
    })
  })

  it('forecasts without volume and sentiment if the newest row lacks them', () => {
    const away = without(
      without(table, 'volume', (row) => row > 780),
      'fearGreed7d',
      (row) => row % 50 === 49,
    )
    const { features, predicted } = forecastOf(away, HOUR_MS)
    expect(features).toContain('volume')
    expect(features).toContain('fearGreed7d')
    expect(predicted).toBeGreaterThan(0)
  })

  it('leaves its table unchanged', () => {
    const before = structuredClone(table)
    forecast(table, [HOUR_MS, DAY_MS])
    expect(table).toEqual(before)
  })
})

describe('no forecast', () => {
  it.each([
    [HOUR_MS, 0],
    [DAY_MS, 23],
  ])('makes no forecast for a horizon of %d ms from one row too few, and says why', (horizonMs, gapRows) => {
    const needed = rowsNeeded(gapRows)
    const enough = rowsWhere(table, (row) => row < needed + gapRows + 1)
    const tooFew = rowsWhere(table, (row) => row < needed + gapRows)
    expect(forecastOf(enough, horizonMs).testRows).toBe(needed / 5)
    expect(whyNot(tooFew, horizonMs)).toBe(
      `${needed - 1} rows with all features and a known outcome, ${needed} are needed.`,
    )
  })

  it('makes no forecast if the newest row is not warmed up, and says what it lacks', () => {
    expect(
      whyNot(
        without(table, 'sma30', (row) => row === ROWS - 1),
        HOUR_MS,
      ),
    ).toBe('The newest row has no sma30.')
  })

  it('makes no forecast from an empty table', () => {
    expect(whyNot(knownAt(table, START_MS), HOUR_MS)).toBe('The newest row has no candle.')
    expect(MIN_ROWS).toBe(100)
  })
})
