/** Candles for tests: recorded ones, and walks from a seed. */
import { readFileSync } from 'node:fs'
import { DAY_MS, HOUR_MS } from '../../../../core/durations.ts'
import type { CandleSeries } from '../../../../activities/crypto-forecast/candle-series.ts'
import type { DailyIndex } from '../../../../activities/crypto-forecast/features.ts'
import { recorded } from '../../upstreams/recordings.ts'
/** An hour at a day's beginning, so that days of walks are easy to count. */
export const START_MS = 20_000 * DAY_MS

export interface Candle {
  openMs: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

/** Candles as columns. */
export function seriesOf(candles: readonly Candle[], stepMs = HOUR_MS): CandleSeries {
  const column = (name: keyof Candle) => Float64Array.from(candles, (candle) => candle[name])
  return {
    stepMs,
    openMs: column('openMs'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  }
}

/** The rows of a series for which `keep` holds. */
export function withoutRows(series: CandleSeries, keep: (row: number) => boolean): CandleSeries {
  const cut = (values: Float64Array) => values.filter((_, row) => keep(row))
  return {
    stepMs: series.stepMs,
    openMs: cut(series.openMs),
    open: cut(series.open),
    high: cut(series.high),
    low: cut(series.low),
    close: cut(series.close),
    volume: cut(series.volume),
  }
}

/** Numbers from 0 to 1 that follow from the seed (Park and Miller's generator). */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Candles of a random walk without gaps, prices around 50,000, the same for the same seed. */
export function walk(rows: number, seed = 1, stepMs = HOUR_MS): Candle[] {
  const random = randomFrom(seed)
  let close = 50_000
  return Array.from({ length: rows }, (_, row) => {
    const open = close
    close = open * (1 + (random() - 0.5) / 50)
    return {
      openMs: START_MS + row * stepMs,
      open,
      close,
      high: Math.max(open, close) * (1 + random() / 200),
      low: Math.min(open, close) * (1 - random() / 200),
      volume: random() * 1000,
    }
  })
}

/** An index value for every one of `days` days from `firstDay` on, whole numbers 0 to 99. */
export function indexFrom(firstDay: number, days: number, seed = 7): DailyIndex {
  const random = randomFrom(seed)
  return {
    day: Int32Array.from({ length: days }, (_, at) => firstDay + at),
    value: Float64Array.from({ length: days }, () => Math.floor(random() * 100)),
  }
}

/** A recorded Binance response (`binance/klines_BTCUSDT_1h.json`) as columns. */
export function recordedSeries(path: string, stepMs: number): CandleSeries {
  const rows = recorded(path) as [number, string, string, string, string, string][]
  return seriesOf(
    rows.map(([openMs, open, high, low, close, volume]) => ({
      openMs,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
    })),
    stepMs,
  )
}

/** The recorded Fear & Greed index, 2018-02-01 to 2026-03-31 with its real holes. */
export function recordedIndex(): DailyIndex {
  const { data } = recorded('fear-greed/fng_limit0_reconstructed.json') as {
    data: { value: string; timestamp: string }[]
  }
  const days = data
    .map(({ value, timestamp }) => ({ day: (Number(timestamp) * 1000) / DAY_MS, value: Number(value) }))
    .sort((a, b) => a.day - b.day)
  return {
    day: Int32Array.from(days, ({ day }) => day),
    value: Float64Array.from(days, ({ value }) => value),
  }
}

/** Values that another implementation gave for some rows of a recorded series; `make-golden.py` made them. */
export interface Golden {
  input: string
  /** Rows left out of the input before it was used: every so many from an offset on, and all from one row to before another. */
  dropped?: { every: number; offset: number; from: number; to: number }
  length: number
  rows: number[]
  columns: Record<string, (number | null)[]>
}

export function golden(name: string): Golden {
  const file = new URL(`../../../golden/crypto-forecast/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Golden
}

/** The candles that golden values were made from. */
export function goldenSeries({ input, dropped }: Golden): CandleSeries {
  const series = recordedSeries(input, input.includes('_1d') ? DAY_MS : HOUR_MS)
  if (dropped === undefined) return series
  const { every, offset, from, to } = dropped
  return withoutRows(series, (row) => row % every !== offset && (row < from || row >= to))
}

/** Whether two values agree: relative to the expected one, absolute below 1; unknown agrees with unknown alone. */
export function agrees(value: number, expected: number, tolerance: number): boolean {
  if (Number.isNaN(expected) || Number.isNaN(value)) return Number.isNaN(expected) && Number.isNaN(value)
  return Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected))
}
