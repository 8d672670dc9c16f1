/** The model against scikit-learn on recorded daily candles; see tests/golden/crypto-forecast/make-model-golden.py. */
import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { DAY_MS } from '../../../../../core/durations.ts'
import { FEATURE_COLUMNS } from '../../../../../activities/crypto-forecast/model/feature-columns.ts'
import { forecast, type Forecast } from '../../../../../activities/crypto-forecast/model/forecast.ts'
import { describeRecorded } from '../../../upstreams/recordings.ts'
import { dailyTable, type Variant } from './daily-table.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'
import { sentence } from '../../../../../wording/sentence.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })
/** Relative: prices are of the order of 100,000. */
const TOLERANCE = 1e-8

interface Case {
  symbol: string
  variant: Variant
  horizonDays: number
  newestOpenMs: number
  rows: number
  testRows: number
  trainFromMs: number
  trainToMs: number
  predicted: number
  radius: number
  mae: number
  naiveMae: number
  maeCvMean: number
  maeCvStd: number
  directionalAccuracy: number
  features: string[]
  medians: Record<string, number>
  means: number[]
  scales: number[]
  coefficients: number[]
  intercept: number
  columnSums: Record<string, number>
}

const GOLDEN = new URL('../../../../golden/crypto-forecast/model-ridge.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { cases: Case[] }

/** Largest difference, relative to the largest expected value of the same list where that is above 1. */
function difference(actual: number[], expected: number[]): number {
  expect(actual).toHaveLength(expected.length)
  const unit = Math.max(1, ...expected.map(Math.abs))
  return Math.max(...expected.map((value, place) => Math.abs((actual[place] ?? NaN) - value) / unit))
}

const made = new Map<Case, Forecast>()

/** The forecast of a case, made once: three tests look at it. */
function forecastOf(golden: Case): Forecast {
  const known = made.get(golden)
  if (known !== undefined) return known
  const { symbol, variant, horizonDays } = golden
  const [result] = forecast(dailyTable(symbol, variant), [horizonDays * DAY_MS])
  if (result === undefined || 'why' in result) throw new Error(result && sentence(result.why))
  made.set(golden, result)
  return result
}

describeRecorded('the ridge model on recorded daily candles', () => {
  it.each(cases)('uses exactly the columns that scikit-learn used ($symbol, $horizonDays d)', (golden) => {
    const { openMs, columns } = dailyTable(golden.symbol, golden.variant)
    const sum = (values: Float64Array): number => {
      let total = 0
      for (const value of values) if (!Number.isNaN(value)) total += value
      return total
    }
    expect(openMs.at(-1)).toBe(golden.newestOpenMs)
    expect(Object.fromEntries(FEATURE_COLUMNS.map((name) => [name, sum(columns[name])]))).toEqual(
      golden.columnSums,
    )
  })

  it.each(cases)('keeps the columns that pandas keeps ($symbol, $horizonDays d)', (golden) => {
    const { features, rows, testRows, trainFromMs, trainToMs } = forecastOf(golden)
    expect({ features, rows, testRows, trainFromMs, trainToMs }).toEqual({
      features: golden.features,
      rows: golden.rows,
      testRows: golden.testRows,
      trainFromMs: golden.trainFromMs,
      trainToMs: golden.trainToMs,
    })
  })

  it.each(cases)('coefficients match those of scikit-learn to 1e-8 ($symbol, $horizonDays d)', (golden) => {
    const { model } = forecastOf(golden)
    expect(difference(model.coefficients, golden.coefficients)).toBeLessThan(TOLERANCE)
    expect(difference([model.intercept], [golden.intercept])).toBeLessThan(TOLERANCE)
    expect(difference(model.means, golden.means)).toBeLessThan(TOLERANCE)
    expect(difference(model.scales, golden.scales)).toBeLessThan(TOLERANCE)
    for (const [name, median] of Object.entries(golden.medians)) {
      expect(model.medians[golden.features.indexOf(name)], name).toBe(median)
    }
  })

  it.each(cases)(
    'predictions and errors match those of scikit-learn to 1e-8 ($symbol, $horizonDays d)',
    (golden) => {
      const result = forecastOf(golden)
      for (const name of ['predicted', 'mae', 'naiveMae', 'maeCvMean', 'maeCvStd'] as const) {
        expect(difference([result[name]], [golden[name]]), name).toBeLessThan(TOLERANCE)
      }
      expect(difference([(result.upper - result.lower) / 2], [golden.radius])).toBeLessThan(TOLERANCE)
      expect(result.directionalAccuracy).toBeCloseTo(golden.directionalAccuracy, 12)
    },
  )

  it('the golden data covers missing values, a missing column and a constant one', () => {
    const features = (variant: Variant): string[] =>
      cases.find((one) => one.variant === variant)?.features ?? []
    expect(features('whole')).toContain('fearGreed7d')
    expect(features('away')).not.toContain('fearGreed7d')
    const away = cases.find((one) => one.variant === 'away')
    expect(away?.scales[away.features.indexOf('adx')]).toBe(1)
    expect(dailyTable('ETHUSDT', 'holes').columns.volume.filter(Number.isNaN).length).toBeGreaterThan(100)
  })
})
