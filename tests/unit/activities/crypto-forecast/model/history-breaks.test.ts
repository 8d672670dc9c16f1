/** What is forecast from a history that a redenomination, a crash or months without hours have broken. */
import { describe, expect, it, vi } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../../../core/durations.ts'
import { featuresOf } from '../../../../../activities/crypto-forecast/features.ts'
import { indicatorsOf } from '../../../../../activities/crypto-forecast/indicators.ts'
import { backtest } from '../../../../../activities/crypto-forecast/model/backtest.ts'
import {
  forecast,
  type FeatureTable,
  type Forecast,
} from '../../../../../activities/crypto-forecast/model/forecast.ts'
import { rowsNeeded } from '../../../../../activities/crypto-forecast/model/time-splits.ts'
import { sentence } from '../../../../../wording/sentence.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'
import { indexFrom, seriesOf, START_MS, walk, type Candle } from '../candles.ts'
import { rowsWhere } from './made-table.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const SIXTY_DAYS = 60 * 24
const MONTH_HOURS = 30 * 24
const HORIZONS = [HOUR_MS, DAY_MS]
const index = indexFrom(START_MS / DAY_MS - 40, 400)

function tableOf(candles: readonly Candle[]): FeatureTable {
  const series = seriesOf(candles)
  const columns = { ...indicatorsOf(series), ...featuresOf(series, index) }
  return {
    stepMs: HOUR_MS,
    openMs: series.openMs,
    columns: { ...columns, price: series.close, volume: series.volume },
  }
}

/** Candles whose prices are multiplied, each by the factor of its row. */
const scaled = (candles: readonly Candle[], factor: (row: number) => number): Candle[] =>
  candles.map(({ openMs, volume, ...prices }, row) => {
    const { open, high, low, close } = prices
    const by = factor(row)
    return { openMs, volume, open: open * by, high: high * by, low: low * by, close: close * by }
  })

const later = (candles: readonly Candle[], fromRow: number, ms: number): Candle[] =>
  candles.map((candle, row) => (row < fromRow ? candle : { ...candle, openMs: candle.openMs + ms }))

const whyNot = (table: FeatureTable): string[] =>
  forecast(table, HORIZONS).map((answer) => ('why' in answer ? sentence(answer.why) : 'a forecast'))

const isMade = (answer: ReturnType<typeof forecast>[number]): answer is Forecast => !('why' in answer)

describe('a forecast from a broken history', () => {
  const candles = walk(SIXTY_DAYS + 120)

  it('is not made after prices were divided by ten, and the reason names the jump', () => {
    const divided = SIXTY_DAYS
    const holed = scaled(candles, (row) => (row < divided ? 1 : 0.1)).filter(
      (_, row) => row < divided - 120 || row >= divided,
    )
    const at = new Date(START_MS + divided * HOUR_MS).toISOString().slice(0, 13)
    for (const [answer, gapRows] of whyNot(tableOf(holed)).map((why, place) => [why, 23 * place] as const)) {
      expect(answer).toMatch(
        new RegExp(
          `^the price jumps from [\\d.]+ to [\\d.]+ at ${at}:00Z .*: 0 usable rows .*, ${rowsNeeded(gapRows)} are needed$`,
        ),
      )
    }
  })

  it.each<[string, (hours: number) => number]>([
    ['in one hour', () => 1e-6],
    ['within a day', (hours) => Math.max(1e-6, 10 ** (-hours / 4))],
    ['within a week', (hours) => Math.max(1e-6, 10 ** (-hours / 28))],
  ])('is a price above 0 or not made, whenever it is made after a crash to a millionth %s', (_, factor) => {
    const crash = SIXTY_DAYS - 100
    const table = tableOf(scaled(candles, (row) => (row < crash ? 1 : factor(row - crash + 1))))
    for (let rows = crash + 1; rows <= candles.length; rows += 9) {
      for (const made of forecast(
        rowsWhere(table, (row) => row < rows),
        HORIZONS,
      ).filter(isMade)) {
        expect(made.lower).toBeGreaterThan(0)
        expect(made.predicted / made.lastPrice).toBeGreaterThan(1 / 3)
        expect(made.predicted / made.lastPrice).toBeLessThan(3)
      }
    }
  })

  it('is made again from the rows whose windows begin after the jump, and from no other', () => {
    const jump = 900
    const long = walk(jump + MONTH_HOURS + 400)
    const jumped = scaled(long, (row) => (row < jump ? 1 : 1000))
    const since = tableOf(jumped.slice(jump))
    const expected = forecast(
      rowsWhere(since, (row) => row >= MONTH_HOURS),
      [HOUR_MS],
    )
    const found = forecast(tableOf(jumped), [HOUR_MS])
    expect(found.every(isMade)).toBe(true)
    const [made, alone] = [found[0] as Forecast, expected[0] as Forecast]
    expect(made.trainFromMs).toBe(START_MS + (jump + MONTH_HOURS) * HOUR_MS)
    expect(made.trainFromMs).toBe(alone.trainFromMs)
    expect(made.predicted / alone.predicted).toBeCloseTo(1, 3)
  })

  it('is not made after months without hours until there are enough, and the reason names the gap', () => {
    const gap = SIXTY_DAYS
    const table = tableOf(later(candles, gap, 90 * DAY_MS))
    expect(whyNot(table)[0]).toBe(
      `no hours between ${iso(gap - 1)} and ${iso(gap, 90 * DAY_MS)}: 0 usable rows since, 100 are needed`,
    )
  })
})

const iso = (row: number, ms = 0) =>
  `${new Date(START_MS + row * HOUR_MS + ms).toISOString().slice(0, 13)}:00Z`

describe('a backtest of a broken history', () => {
  it('has a forecast where one would have been made, and all of them are prices', () => {
    const jump = 1_100
    const table = tableOf(scaled(walk(2_100), (row) => (row < jump ? 1 : 0.1)))
    const options = { horizonsMs: [HOUR_MS], fromMs: START_MS, toMs: START_MS + 2_100 * HOUR_MS }
    const forecasts = backtest(table, options).flatMap((result) => result.forecasts)
    const hours = forecasts.map(({ baseMs }) => (baseMs - START_MS) / HOUR_MS)
    expect(hours.filter((hour) => hour >= jump - 1 && hour < jump + MONTH_HOURS + 100)).toEqual([])
    expect(hours.filter((hour) => hour < jump).length).toBeGreaterThan(200)
    expect(hours.filter((hour) => hour > jump).length).toBeGreaterThan(100)
    for (const made of forecasts) {
      expect(made.lower).toBeGreaterThan(0)
      expect(Math.abs(made.predicted / made.lastPrice - 1)).toBeLessThan(0.5)
    }
  })
})
