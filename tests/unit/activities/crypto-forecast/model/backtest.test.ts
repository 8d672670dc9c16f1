/** Walk-forward: each forecast is what `forecast` would have said with the candles of its time, and no later one matters. */
import { describe, expect, it, vi } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../../../core/durations.ts'
import type { CandleSeries } from '../../../../../activities/crypto-forecast/candle-series.ts'
import { featuresOf, type DailyIndex } from '../../../../../activities/crypto-forecast/features.ts'
import { indicatorsOf } from '../../../../../activities/crypto-forecast/indicators.ts'
import {
  backtest,
  type BacktestOptions,
  type BacktestResult,
} from '../../../../../activities/crypto-forecast/model/backtest.ts'
import { decide } from '../../../../../activities/crypto-forecast/model/decision.ts'
import { forecast, type FeatureTable } from '../../../../../activities/crypto-forecast/model/forecast.ts'
import { predictOne } from '../../../../../activities/crypto-forecast/model/ridge.ts'
import { rowsNeeded } from '../../../../../activities/crypto-forecast/model/time-splits.ts'
import { knownAt, madeTable, randomNumbers, rowsWhere, START_MS, without } from './made-table.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const ROWS = 900
/** With hours and values missing, as the exchange and the other sources leave them. */
const table = without(
  without(
    rowsWhere(madeTable(ROWS, 11), (row) => row % 131 !== 70),
    'volume',
    (row) => row % 7 === 3,
  ),
  'fearGreed14d',
  (row) => row > 300 && row < 340,
)
const OPTIONS: BacktestOptions = {
  horizonsMs: [HOUR_MS, DAY_MS],
  fromMs: START_MS + 400 * HOUR_MS + HOUR_MS / 2,
  toMs: START_MS + ROWS * HOUR_MS,
}

function only(of: FeatureTable, options: BacktestOptions): BacktestResult {
  const [result] = backtest(of, options)
  if (result === undefined) throw new Error('no result')
  return result
}

describe('a backtest', () => {
  it.each([HOUR_MS, DAY_MS])(
    'a backtest equals the forecast at every candle (horizon %d ms)',
    (horizonMs) => {
      const { forecasts } = only(table, { ...OPTIONS, horizonsMs: [horizonMs] })
      const fits = new Set(forecasts.map(({ fittedMs }) => fittedMs))
      expect(fits.size).toBeGreaterThan(15)
      for (const fittedMs of fits) {
        const span = forecasts.filter((one) => one.fittedMs === fittedMs)
        const [live] = forecast(knownAt(table, fittedMs), [horizonMs])
        if (live === undefined || 'why' in live) throw new Error('forecast made none')
        for (const { baseMs, targetMs, predicted, lower, upper, lastPrice, decision, actual } of span) {
          const row = table.openMs.indexOf(baseMs)
          expect(predicted).toBe(predictOne(live.model, (column) => table.columns[column][row] ?? NaN))
          expect(upper - lower).toBeCloseTo(live.upper - live.lower, 9)
          expect(lastPrice).toBe(table.columns.price[row])
          expect(targetMs).toBe(baseMs + horizonMs)
          expect(actual).toBe(table.columns.price[table.openMs.indexOf(targetMs)])
          expect(decision).toBe(decide(predicted, lastPrice))
        }
      }
    },
  )

  it('a backtest has a forecast for every candle of the span with an outcome in the table, and for no other', () => {
    const { forecasts, count } = only(table, { ...OPTIONS, horizonsMs: [DAY_MS] })
    const expected = [...table.openMs].filter(
      (time) => time >= OPTIONS.fromMs && time < OPTIONS.toMs && table.openMs.includes(time + DAY_MS),
    )
    expect(forecasts.map(({ baseMs }) => baseMs)).toEqual(expected)
    expect(count).toBe(expected.length)
  })

  it('a backtest never uses a model older than requested, nor one fitted after the candle opened', () => {
    for (const refitMs of [HOUR_MS, 7 * HOUR_MS, DAY_MS]) {
      // Thirty fits of each.
      const toMs = OPTIONS.fromMs + Math.min(30 * refitMs, 480 * HOUR_MS)
      const { forecasts } = only(table, { ...OPTIONS, refitMs, toMs })
      expect(forecasts.length).toBeGreaterThan(20)
      for (const { fittedMs, baseMs } of forecasts) {
        expect(baseMs).toBeGreaterThanOrEqual(fittedMs)
        expect(baseMs).toBeLessThan(fittedMs + refitMs)
        expect((fittedMs - OPTIONS.fromMs) % refitMs).toBe(0)
      }
    }
  })

  it('a backtest begins when there are enough rows', () => {
    const whole = madeTable(600, 2)
    const { forecasts } = only(whole, {
      horizonsMs: [DAY_MS],
      fromMs: START_MS,
      toMs: START_MS + 600 * HOUR_MS,
      refitMs: HOUR_MS,
    })
    // The last outcome of the first fit is known when its candle has closed.
    expect(forecasts[0]?.baseMs).toBe(START_MS + (rowsNeeded(23) + 24) * HOUR_MS)
  })

  it('a backtest is the same to the last digit when run again', () => {
    expect(backtest(table, OPTIONS)).toEqual(backtest(structuredClone(table), OPTIONS))
  })

  it('a backtest counts its decisions', () => {
    const { forecasts, ...result } = only(table, { ...OPTIONS, horizonsMs: [DAY_MS] })
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const share = (of: typeof forecasts, is: (one: (typeof forecasts)[number]) => boolean): number =>
      of.filter(is).length / of.length
    const mae = mean(forecasts.map(({ predicted, actual }) => Math.abs(predicted - actual)))
    const naiveMae = mean(forecasts.map(({ lastPrice, actual }) => Math.abs(lastPrice - actual)))
    const said = (word: 'BUY' | 'SELL' | 'HOLD') => {
      const these = forecasts.filter(({ decision }) => decision === word)
      const right = these.filter(({ actual, lastPrice }) => decide(actual, lastPrice) === word)
      return { count: these.length, right: right.length }
    }
    expect(result).toEqual({
      horizonMs: DAY_MS,
      count: forecasts.length,
      mae,
      naiveMae,
      skill: 1 - mae / naiveMae,
      hitRate: share(
        forecasts,
        ({ predicted, actual, lastPrice }) => predicted > lastPrice === actual > lastPrice,
      ),
      directionCount: forecasts.length,
      coverage: share(forecasts, ({ lower, upper, actual }) => actual >= lower && actual <= upper),
      decisions: { BUY: said('BUY'), SELL: said('SELL'), HOLD: said('HOLD') },
    })
    expect(result.coverage).toBeGreaterThan(0.5)
    for (const { count } of Object.values(result.decisions)) expect(count).toBeGreaterThan(0)
  })

  it('a backtest counts no direction if the price did not move', () => {
    const still = madeTable(300)
    still.columns.price.fill(100)
    const { count, directionCount, hitRate, mae, decisions } = only(still, {
      horizonsMs: [HOUR_MS],
      fromMs: START_MS + 200 * HOUR_MS,
      toMs: START_MS + 250 * HOUR_MS,
    })
    expect({ count, directionCount, mae, decisions }).toEqual({
      count: 50,
      directionCount: 0,
      mae: 0,
      decisions: {
        BUY: { count: 0, right: 0 },
        SELL: { count: 0, right: 0 },
        HOLD: { count: 50, right: 50 },
      },
    })
    expect(hitRate).toBeNaN()
  })

  it('a backtest of too short a past is empty and says so', () => {
    const result = only(madeTable(90), {
      horizonsMs: [HOUR_MS],
      fromMs: START_MS,
      toMs: START_MS + DAY_MS * 9,
    })
    expect(result.count).toBe(0)
    expect(result.forecasts).toEqual([])
    expect(result.mae).toBeNaN()
  })

  it('rejects a backtest without a time between refits', () => {
    expect(() => backtest(table, { ...OPTIONS, refitMs: 0 })).toThrow(RangeError)
  })
})

describe('a future candle', () => {
  const HOURS = 1_300

  function candles(seed: number): CandleSeries {
    const { openMs, columns } = madeTable(HOURS, seed)
    const close = columns.price
    return {
      stepMs: HOUR_MS,
      openMs,
      open: close.map((price, row) => close[row - 1] ?? price),
      high: close.map((price, row) => Math.max(price, close[row - 1] ?? price) * 1.002),
      low: close.map((price, row) => Math.min(price, close[row - 1] ?? price) * 0.998),
      close,
      volume: columns.volume,
    }
  }

  const random = randomNumbers(3)
  const index: DailyIndex = {
    day: Int32Array.from({ length: 100 }, (_, place) => START_MS / DAY_MS - 40 + place),
    value: Float64Array.from({ length: 100 }, () => Math.floor(random() * 100)),
  }

  function tableOf(series: CandleSeries): FeatureTable {
    const columns = { ...indicatorsOf(series), ...featuresOf(series, index) }
    return {
      stepMs: series.stepMs,
      openMs: series.openMs,
      columns: { ...columns, price: series.close, volume: series.volume },
    }
  }

  it('a changed or missing future candle changes no forecast made before it closed', () => {
    const options = { ...OPTIONS, fromMs: START_MS + 1_180 * HOUR_MS, toMs: START_MS + HOURS * HOUR_MS }
    const series = candles(21)
    const before = backtest(tableOf(series), options)
    const changedAt = START_MS + 1_240 * HOUR_MS
    const wild = structuredClone(series)
    for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) {
      wild[name] = series[name].map((value, row) =>
        (series.openMs[row] ?? 0) >= changedAt ? value * 1.4 : value,
      )
    }
    const cut = rowsOf(series, (time) => time < changedAt)
    for (const other of [wild, cut]) {
      const after = backtest(tableOf(other), options)
      for (const [place, { forecasts }] of before.entries()) {
        const early = forecasts.filter(({ targetMs }) => targetMs < changedAt)
        const made = forecasts.filter(({ baseMs }) => baseMs < changedAt)
        expect(early.length).toBeGreaterThan(30)
        const same = after[place]?.forecasts ?? []
        expect(same.filter(({ targetMs }) => targetMs < changedAt)).toEqual(early)
        if (other === cut) continue
        // Earlier forecasts stay, even if their outcome is now different.
        const said = made.map((one, at) => ({ ...one, actual: same[at]?.actual }))
        expect(same.slice(0, made.length)).toEqual(said)
        expect(same).not.toEqual(forecasts)
      }
    }
  })

  function rowsOf(series: CandleSeries, keep: (time: number) => boolean): CandleSeries {
    const kept = (values: Float64Array): Float64Array =>
      values.filter((_, row) => keep(series.openMs[row] ?? NaN))
    return {
      stepMs: series.stepMs,
      openMs: kept(series.openMs),
      open: kept(series.open),
      high: kept(series.high),
      low: kept(series.low),
      close: kept(series.close),
      volume: kept(series.volume),
    }
  }
})
