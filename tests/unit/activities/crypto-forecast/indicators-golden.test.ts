/** Indicators and features against pandas, TA-Lib and the original's own recorded rows. */
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../../core/durations.ts'
import { closeDirection } from '../../../../activities/crypto-forecast/directional-movement.ts'
import { featuresOf, intermediatesOf } from '../../../../activities/crypto-forecast/features.ts'
import { indicatorsOf } from '../../../../activities/crypto-forecast/indicators.ts'
import { cutlerRsi, movesOf } from '../../../../activities/crypto-forecast/relative-strength.ts'
import { exponentialAverage } from '../../../../activities/crypto-forecast/rolling.ts'
import { describeRecorded, recording } from '../../upstreams/recordings.ts'
import { agrees, golden, goldenSeries, recordedIndex, seriesOf, type Golden } from './candles.ts'

/** The golden values that a column misses, one sentence each, from a row on. */
function misses(
  expected: Golden,
  name: string,
  column: Float64Array | undefined,
  tolerance: number,
  from = 0,
): string[] {
  const values = expected.columns[name] ?? []
  return expected.rows.flatMap((row, at) => {
    const wanted = values[at] ?? NaN
    const got = column?.[row] ?? NaN
    return row < from || agrees(got, wanted, tolerance) ? [] : [`${name}[${row}] is ${got}, not ${wanted}`]
  })
}

describeRecorded('indicators and features of recorded candles', () => {
  it.each(['pandas.BTCUSDT_1h', 'pandas.BTCUSDT_1d', 'pandas.BTCUSDT_1h.holes'])(
    "matches the original's formulas in pandas, known and unknown alike (%s)",
    (name) => {
      const expected = golden(name)
      const series = goldenSeries(expected)
      const columns: Record<string, Float64Array> = {
        ...intermediatesOf(series),
        ...featuresOf(series, recordedIndex()),
        ...indicatorsOf(series),
      }
      expect(series.close).toHaveLength(expected.length)
      const names = Object.keys(expected.columns)
      expect(names.length).toBeGreaterThanOrEqual(12)
      for (const column of names)
        expect(expected.columns[column]?.filter((value) => value !== null).length, column).toBeGreaterThan(50)
      expect(names.flatMap((column) => misses(expected, column, columns[column], 1e-9))).toEqual([])
    },
  )

  it('has a golden column for each indicator, in pandas or TA-Lib', () => {
    const expected = golden('pandas.BTCUSDT_1d')
    const series = goldenSeries(expected)
    const known = [...Object.keys(expected.columns), ...Object.keys(golden('talib.BTCUSDT_1d').columns)]
    const ours = {
      ...intermediatesOf(series),
      ...featuresOf(series, recordedIndex()),
      ...indicatorsOf(series),
    }
    expect(Object.keys(ours).filter((column) => !known.includes(column))).toEqual([])
  })

  describe.each(['talib.BTCUSDT_1h', 'talib.BTCUSDT_1d'])('beside TA-Lib (%s)', (name) => {
    const expected = golden(name)
    const ours = indicatorsOf(goldenSeries(expected))

    it.each(['rsiWilder', 'adx', 'stochRsiWilder', 'sma'] as const)(
      "matches TA-Lib's %s from the first known row on",
      (column) => {
        expect(misses(expected, column, ours[column], 1e-8)).toEqual([])
      },
    )

    // TA-Lib begins each average with a plain mean, the document with the first price. The difference, at most some
    // thousands at these prices, fades by 25/27 a row: after 400 rows it is below 1e-10.
    it.each(['macd', 'macdSignal', 'macdHistogram'] as const)(
      "matches TA-Lib's %s from row 400 on",
      (column) => {
        expect(misses(expected, column, ours[column], 1e-8, 400)).toEqual([])
        expect(misses(expected, column, ours[column], 1e-8)).not.toEqual([])
      },
    )

    it('bands are those of the population deviation times the square root of 20/19', () => {
      const upper = { ...expected.columns }['upperBandOfPopulation'] ?? []
      const lower = { ...expected.columns }['lowerBandOfPopulation'] ?? []
      const wrong = expected.rows.filter((row, at) => {
        const middle = ours.sma[row] ?? NaN
        const wide = (edge: number | null | undefined) =>
          middle + ((edge ?? NaN) - middle) * Math.sqrt(20 / 19)
        return !(
          agrees(ours.upperBand[row] ?? NaN, wide(upper[at]), 1e-8) &&
          agrees(ours.lowerBand[row] ?? NaN, wide(lower[at]), 1e-8)
        )
      })
      expect(wrong).toEqual([])
    })
  })
})

/** The last two rows of a coin as the original wrote them: numbers by column name. */
function originalRows(coin: string): Record<string, number>[] {
  const rows = parse<Record<string, string>>(recording(`crypto/${coin}_features.golden.csv`), {
    columns: true,
    delimiter: ';',
  })
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])),
  )
}

/** The parts of a candle that do not matter here. */
const candle = { open: NaN, high: NaN, low: NaN, volume: NaN }

/** What our functions give for the last row, starting from the values of the row before it. */
function nextRow(before: Record<string, number>, price: number): Record<string, number | undefined> {
  const pair = (name: string, value: number) => Float64Array.of(before[name] ?? NaN, value)
  // An average begins with its first value: begun with the last stored one, it goes on from there.
  const average = (name: string, span: number, value: number) =>
    exponentialAverage(pair(name, value), span)[1] ?? NaN
  const [fast, slow] = [average('EMA_12', 12, price), average('EMA_26', 26, price)]
  const signal = average('MACD_Signal', 9, fast - slow)
  const close = pair('price', price)
  const { change, gain, loss } = movesOf(close)
  const candles = Array.from(close, (value, day) => ({ ...candle, close: value, openMs: day * DAY_MS }))
  const { changePercent } = featuresOf(seriesOf(candles, DAY_MS), { day: new Int32Array(), value: close })
  return {
    EMA: average('EMA', 20, price),
    EMA_12: fast,
    EMA_26: slow,
    MACD: fast - slow,
    MACD_Signal: signal,
    MACD_Histogram: fast - slow - signal,
    price_change: change[1],
    gain: gain[1],
    loss: loss[1],
    Change_Percent: changePercent[1],
  }
}

/** The columns that follow from others of the same row: by our functions where one gives just that, else by the formula. */
function withinRow(row: Record<string, number>): Record<string, number | undefined> {
  const of = (name: string) => row[name] ?? NaN
  const [meanGain, meanLoss] = [Float64Array.of(of('pos_DI')), Float64Array.of(of('neg_DI'))]
  const moves = { change: meanGain, gain: meanGain, loss: meanLoss, meanGain, meanLoss }
  const low = of('Fibo_23') - ((of('Fibo_50') - of('Fibo_23')) / (0.5 - 0.236)) * 0.236
  const level = (ratio: number) => low + ((of('Fibo_50') - low) / 0.5) * ratio
  return {
    RSI: cutlerRsi(moves)[0],
    DX: closeDirection(moves).dx[0],
    Stoch_RSI: ((of('RSI') - of('RSI_Min')) / (of('RSI_Max') - of('RSI_Min') + 1e-10)) * 100,
    Upper_Band: of('SMA') + 2 * of('STD'),
    Lower_Band: of('SMA') - 2 * of('STD'),
    Fibo_38: level(0.382),
    Fibo_61: level(0.618),
    Fibo_78: level(0.786),
  }
}

describeRecorded('the rows that the original wrote', () => {
  it.each(['bitcoin', 'ethereum', 'binancecoin'])('an indicator follows our formulas (%s)', (coin) => {
    const [before, last] = originalRows(coin)
    if (before === undefined || last === undefined) throw new Error(`there must be two rows of ${coin}`)
    const next = Object.entries(nextRow(before, last['price'] ?? NaN))
    const within = [before, last].flatMap((row) =>
      Object.entries(withinRow(row)).map(([name, value]) => [name, value, row[name]] as const),
    )
    const all = [...next.map(([name, value]) => [name, value, last[name]] as const), ...within]
    expect(all).toHaveLength(10 + 16)
    expect(all.filter(([, value, written]) => !agrees(value ?? NaN, written ?? Infinity, 1e-9))).toEqual([])
  })
})
