import { describe, expect, it } from 'vitest'
import { WrongUsage } from '../../../../../core/failures.ts'
import { recognise, recogniseFile } from '../../../../../cli/crypto-forecast/import/file-kinds.ts'
import { COINS, KLINE_HEADER, klineCells, START_MS } from './files.ts'

const HOUR = klineCells(START_MS).join(',')
const of = (name: string, head: string) => recognise(`/old/${name}`, head, COINS)

describe('recognising a file', () => {
  it.each([
    ['crypto_prices.csv', 'id,crypto,timestamp,price,volume,rsi\n', { kind: 'prices', delimiter: ',' }],
    [
      'bitcoin_features.csv',
      'timestamp;price;volume;RSI\n',
      { kind: 'prices', crypto: 'bitcoin', delimiter: ';' },
    ],
    ['btc_prices_rsi_20250612-101010.csv', '"timestamp";"price"\n', { kind: 'prices', crypto: 'bitcoin' }],
    ['ethereum_features.golden.csv', '\uFEFFTimestamp; Price\r\n', { kind: 'prices', crypto: 'ethereum' }],
    ['any.csv', 'date,value,classification', { kind: 'fear_greed_index' }],
    ['any.csv', 'fear_greed_index,value_classification,timestamp,date\n', { kind: 'fear_greed_index' }],
    ['any.csv', 'crypto,timestamp,predicted_price,last_price\n', { kind: 'predictions' }],
    [
      'crypto_price_comparison_20250605-193111_20250612-101010.csv',
      'Crypto;CoinGecko Price;Binance Price;Difference (%)\n',
      { kind: 'price_comparisons', delimiter: ';', takenAt: new Date('2025-06-05T19:31:11Z') },
    ],
    ['BTCUSDT-1h-2026-01.csv', `${HOUR}\n`, { kind: 'klines', crypto: 'bitcoin', shape: 'bare' }],
    [
      'klines_ethusdt.csv',
      `${KLINE_HEADER}\n${HOUR}\n`,
      { kind: 'klines', crypto: 'ethereum', shape: 'header' },
    ],
    ['ETHUSDT.csv', `${KLINE_HEADER}\n`, { kind: 'klines', crypto: 'ethereum', shape: 'header' }],
    ['BNBFDUSD.json', ` [\n [${HOUR}]]`, { kind: 'klines', crypto: 'binancecoin', shape: 'json' }],
    ['BTCUSDT.json', '[]', { kind: 'klines', crypto: 'bitcoin', shape: 'json' }],
  ])('%s with %j is told by its header and name', (name, head, expected) => {
    expect(of(name, head)).toMatchObject(expected)
  })

  it('a table that names the coin on every line needs no coin in its name', () => {
    expect(of('dump.csv', 'crypto,timestamp,price\n')).toMatchObject({ kind: 'prices', crypto: undefined })
  })

  it.each([
    ['x.csv', 'a,b\n1,2', /x\.csv: the first line is "a,b"; expected a header[^]*date,value,classification/],
    ['x.csv', '', /the first line is ""; expected/],
    ['x.csv', '{"data": []}', /the first line is "\{"data": \[\]\}"; expected/],
    ['x.csv', `${HOUR},7,8`, /expected a header line/],
    ['dogecoin_features.csv', 'timestamp;price\n', /"dogecoin" is none of almanac\.yaml; .*bitcoin\/BTC/],
    ['old.csv', 'timestamp;price\n', /its name must say of which coin.*expected COIN_features\.csv/],
    ['comparison.csv', 'Crypto;CoinGecko Price;Binance Price\n', /its name holds no time/],
    ['a_20250231-101010.csv', 'Crypto;CoinGecko Price;Binance Price\n', /its name holds no time/],
    [
      'DOGEUSDT-1h.csv',
      HOUR,
      /no trading pair of almanac\.yaml; expected one of: BTCUSDT, ETHUSDT, BNBFDUSD/,
    ],
    // Its volume is in another currency than the one collected.
    ['BNBUSDT-1h.csv', HOUR, /no trading pair/],
  ])('%s with %j is refused with what was found and what is expected', (name, head, message) => {
    expect(() => of(name, head)).toThrow(message)
    expect(() => of(name, head)).toThrow(WrongUsage)
  })

  it('a file that is not there is named', () => {
    expect(() => recogniseFile('/nowhere/BTCUSDT.csv', COINS)).toThrow(
      /BTCUSDT\.csv cannot be read \(ENOENT\)/,
    )
  })
})

describe('candles of another interval', () => {
  const day = klineCells(START_MS, { spanMs: 86_400_000 }).join(',')
  it.each([
    ['without a header', day, /holds candles of 1 day; expected candles of one hour/],
    ['with a header', `${KLINE_HEADER}\n${day}\n`, /candles of 1 day;/],
    ['in JSON', `[[${day}]`, /candles of 1 day;/],
    [
      'in microseconds',
      klineCells(START_MS, { spanMs: 900_000, scale: 1_000 }).join(','),
      /candles of 15 minutes/,
    ],
    ['of four hours', klineCells(START_MS, { spanMs: 4 * 3_600_000 }).join(','), /candles of 4 hours/],
    ['without times', `${KLINE_HEADER}\n${HOUR.replace(/^\d+/, 'now')}\n`, /no open and close times/],
    ['that are no lists', '["a"]', /no open and close times/],
  ])('%s are refused', (_, head, message) => {
    expect(() => of('BTCUSDT.csv', head)).toThrow(message)
  })

  it('one broken line at the beginning does not decide for the file', () => {
    expect(of('BTCUSDT.csv', `${HOUR.replace('1769536800000', '1769536800001')}\n${HOUR}\n`)).toMatchObject({
      kind: 'klines',
    })
  })
})
