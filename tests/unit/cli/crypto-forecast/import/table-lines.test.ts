import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import {
  parseFearGreedLine,
  priceColumns,
  tableLines,
} from '../../../../../cli/crypto-forecast/import/table-lines.ts'
import { parseRecord } from '../../../../../cli/import/line-values.ts'
import { describeRecorded, recording } from '../../../upstreams/recordings.ts'
import { COINS } from './files.ts'

const lines = tableLines(new Date('2026-11-21T10:00:00Z'), COINS, 'plain')
const price = {
  crypto: 'bitcoin',
  timestamp: '2025-06-05 19:31:11.25+02',
  price: '102364.805',
  volume: '7e3',
}

/** The reason why a record is no row. */
function reasonOf(parsed: object): string {
  return 'reason' in parsed ? String(parsed.reason) : ''
}

describe('a line of old prices', () => {
  it('an old price keeps time, price and volume, and other values under their names in the file', () => {
    const others = { id: '7', RSI: '35.5', ADX: 'NaN', sma: '', Fear_Greed_Classification: 'Greed' }
    expect(parseRecord(lines.prices, { ...price, ...others })).toEqual({
      row: {
        crypto: 'bitcoin',
        timestamp: new Date('2025-06-05T17:31:11.250Z'),
        price: 102_364.805,
        volume: 7_000,
        original: { RSI: 35.5, ADX: null, sma: null, Fear_Greed_Classification: 'Greed' },
      },
    })
  })

  it.each(['', 'NaN', 'nan', undefined])('reads the volume %j as unknown', (volume) => {
    expect(parseRecord(lines.prices, { ...price, volume })).toMatchObject({ row: { volume: null } })
  })

  it('reads a day alone as its midnight in UTC, and a code as its coin', () => {
    expect(parseRecord(lines.prices, { ...price, crypto: ' ETH', timestamp: '2025-06-05' })).toMatchObject({
      row: { crypto: 'ethereum', timestamp: new Date('2025-06-05T00:00:00Z') },
    })
  })

  it.each([
    [
      { crypto: 'dogecoin' },
      'crypto is not a coin of almanac.yaml (bitcoin/BTC, ethereum/ETH, binancecoin/BNB)',
    ],
    [{ timestamp: 'yesterday' }, 'timestamp is not a date and time'],
    [{ timestamp: '2026-11-21 10:00:01' }, 'timestamp is in the future'],
    [{ price: 'NaN' }, 'price is not a number'],
    [{ price: '0' }, 'price is not a number above 0'],
    [{ price: '1e999' }, 'price is not a number'],
    [{ volume: '-1' }, 'volume is'],
    [{ rsi: 'a\0b' }, 'rsi holds a character that cannot be stored'],
  ])('rejects a price line with %j by its column', (wrong, reason) => {
    expect(reasonOf(parseRecord(lines.prices, { ...price, ...wrong }))).toContain(reason)
  })

  it("compares Almanac's own columns without regard to case, and keeps the others as they are", () => {
    expect(priceColumns(['Timestamp', ' PRICE', 'RSI', 'Stoch_RSI '])).toEqual([
      'timestamp',
      'price',
      'RSI',
      'Stoch_RSI',
    ])
  })
})

describe('a line of old predictions', () => {
  it('keeps the values of an old prediction, and null for empty ones', () => {
    const said = { crypto: 'BTC', timestamp: '2025-06-05 19:31:11+00', predicted_price: '104000.5' }
    const row = { crypto: 'bitcoin', timestamp: new Date('2025-06-05T19:31:11Z'), predictedPrice: 104_000.5 }
    expect(
      parseRecord(lines.predictions, {
        ...said,
        last_price: '103000',
        decision: 'HOLD',
        model_mae: '812.5',
        model_version: 'v2',
      }),
    ).toEqual({ row: { ...row, lastPrice: 103_000, decision: 'HOLD', modelMae: 812.5, modelVersion: 'v2' } })
    expect(parseRecord(lines.predictions, { ...said, last_price: 'NaN', decision: '' })).toEqual({
      row: { ...row, lastPrice: null, decision: null, modelMae: null, modelVersion: null },
    })
    expect(reasonOf(parseRecord(lines.predictions, { ...said, predicted_price: '' }))).toContain(
      'predicted_price',
    )
  })
})

describe('a day of Fear & Greed', () => {
  const day = (record: Record<string, string>) => parseFearGreedLine(lines.fear_greed_index, record)

  it('reads a day of Fear & Greed the same from the old table and the published history', () => {
    const row = { date: '2018-02-01', value: 30, classification: 'Fear' }
    expect(day({ date: '2018-02-01', value: '30', classification: 'Fear' })).toEqual({ row })
    const published = { fear_greed_index: '30', value_classification: 'Fear', timestamp: '1517443200' }
    expect(day({ date: '2018-02-01', ...published })).toEqual({ row })
  })

  it.each([
    [{ value: '101' }, 'value is not a whole number from 0 to 100'],
    [{ value: '' }, 'value is not a whole number'],
    [{ date: '2026-11-22' }, 'date is not a day'],
    [{ classification: '' }, 'classification is empty'],
  ])('rejects a day of Fear & Greed with %j', (wrong, reason) => {
    const record = { date: '2018-02-01', value: '0', classification: 'Extreme Fear', ...wrong }
    expect(reasonOf(day(record))).toContain(reason)
  })
})

describe('a comparison of prices', () => {
  const compared = (theirs: string, ours: string) =>
    parseRecord(lines.price_comparisons, { crypto: 'BTC', 'coingecko price': theirs, 'binance price': ours })

  it('computes the difference as for collected comparisons, and none if a price is missing', () => {
    expect(compared('100000', '101000')).toEqual({
      row: {
        crypto: 'bitcoin',
        coingeckoPrice: 100_000,
        binancePrice: 101_000,
        difference: 1_000,
        differencePercent: 1,
      },
    })
    expect(compared('', '101000')).toMatchObject({
      row: { coingeckoPrice: null, binancePrice: 101_000, difference: null, differencePercent: null },
    })
    expect(reasonOf(compared('free', '1'))).toContain('coingecko price is')
  })
})

describeRecorded('the recorded features', () => {
  it.each([
    ['bitcoin', '19:31:11'],
    ['ethereum', '19:31:32'],
    ['binancecoin', '19:31:54'],
  ])('reads %s as two rows with 40 other columns', (crypto, now) => {
    const text = recording(`crypto/${crypto}_features.golden.csv`)
    const records: Record<string, string>[] = parse(text, { columns: priceColumns, delimiter: ';' })
    const rows = records.map((record) => parseRecord(lines.prices, { crypto, ...record }))
    expect(rows).toMatchObject([
      { row: { crypto, timestamp: new Date('2025-06-05T00:00:00Z') } },
      { row: { crypto, timestamp: new Date(`2025-06-05T${now}Z`) } },
    ])
    for (const parsed of rows) expect('row' in parsed && Object.keys(parsed.row.original)).toHaveLength(40)
  })
})

describe('a line of exported forecasts', () => {
  const forecast = {
    target_time: '2026-11-20T10:00:00.000Z',
    crypto: 'BTC',
    horizon: '24h',
    model_version: 'momentum-1',
    timestamp: '2026-11-19T09:00:00.000Z',
    made_at: '2026-11-19T10:10:00.000Z',
    predicted_price: '101.5',
    lower: '',
    last_price: '100',
    decision: 'BUY',
  }

  it('becomes a forecast of a model that is told from those that forecast here', () => {
    expect(parseRecord(lines.forecasts, forecast)).toMatchObject({
      row: {
        crypto: 'bitcoin',
        modelVersion: 'imported/momentum-1',
        targetTime: new Date('2026-11-20T10:00:00Z'),
        predictedPrice: 101.5,
        lower: null,
        upper: null,
      },
    })
    const again = { ...forecast, model_version: 'imported/momentum-1' }
    expect(parseRecord(lines.forecasts, again)).toMatchObject({
      row: { modelVersion: 'imported/momentum-1' },
    })
  })

  it.each([
    [{ target_time: '2026-11-22T10:00:00Z' }, 'target_time is in the future'],
    [{ target_time: '2026-11-20T11:00:00Z' }, 'target_time does not lie the horizon after the end'],
    [{ horizon: '1h' }, 'target_time does not lie the horizon after the end'],
    [{ horizon: '1w' }, 'horizon is none of 1h, 24h'],
    [
      { timestamp: '2026-11-19T09:00:01Z', target_time: '2026-11-20T10:00:01Z' },
      'timestamp is not the beginning of an hour',
    ],
    [{ made_at: '2026-11-19T09:59:59Z' }, 'made_at is before the end of the hour'],
    [{ made_at: '2026-11-20T10:00:00Z' }, 'made_at is not before the time that was forecast'],
    [{ model_version: ' ' }, 'model_version is empty'],
    [{ predicted_price: '0' }, 'predicted_price is not a number above 0'],
    [{ last_price: '' }, 'last_price is not a number above 0'],
    [{ decision: 'KEEP' }, 'decision is none of BUY, SELL, HOLD'],
  ])('is refused with %j: %s', (own, reason) => {
    expect(reasonOf(parseRecord(lines.forecasts, { ...forecast, ...own }))).toContain(reason)
  })
})
