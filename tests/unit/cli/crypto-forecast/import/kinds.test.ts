import { describe, expect, it } from 'vitest'
import {
  coinOfFeatures,
  cryptoKinds,
  timeOfComparison,
} from '../../../../../cli/crypto-forecast/import/kinds.ts'
import { fileStart } from '../../../../../system/read-csv/file-start.ts'
import { recogniseStart } from '../../../../../cli/import/import-files.ts'
import { WrongUsage } from '../../../../../core/failures.ts'
import { trackedCoins } from '../../../../../cli/crypto-forecast/import/tracked-coins.ts'
import { COINS, KLINE_HEADER, klineCells, START_MS } from './files.ts'

const HOUR = klineCells(START_MS).join(',')
const KINDS = { kinds: cryptoKinds(new Date('2026-11-21T10:00:00Z'), COINS) }

/** The kind of a file with this name and beginning, as far as it may be imported. */
function kindOf(name: string, head: string): { kind: string; delimiter: string; form: string } {
  const { kind, file } = recogniseStart(fileStart({ path: `/old/${name}`, encoding: 'utf-8' }, head), KINDS)
  void kind.plan(file)
  return { kind: kind.name, delimiter: file.delimiter, form: kind.expected ?? 'CSV with a header' }
}

describe('the kind of a file', () => {
  it.each([
    ['crypto_prices.csv', 'id,crypto,timestamp,price,volume,rsi\n', { kind: 'prices', delimiter: ',' }],
    ['bitcoin_features.csv', 'timestamp;price;volume;RSI\n', { kind: 'prices', delimiter: ';' }],
    ['btc_prices_rsi_20250612-101010.csv', '"timestamp";"price"\n', { kind: 'prices', delimiter: ';' }],
    ['ethereum_features.golden.csv', '\uFEFFTimestamp; Price\r\n', { kind: 'prices', delimiter: ';' }],
    ['any.csv', 'date,value,classification', { kind: 'fear_greed_index' }],
    ['any.csv', 'fear_greed_index,value_classification,timestamp,date\n', { kind: 'fear_greed_index' }],
    ['any.csv', 'crypto,timestamp,predicted_price,last_price\n', { kind: 'predictions' }],
    [
      'any.csv',
      'target_time,crypto,horizon,model_version,timestamp,made_at,predicted_price,last_price,decision\n',
      { kind: 'forecasts' },
    ],
    [
      'crypto_price_comparison_20250605-193111_20250612-101010.csv',
      'Crypto;CoinGecko Price;Binance Price;Difference (%)\n',
      { kind: 'price_comparisons', delimiter: ';' },
    ],
    [
      'BTCUSDT-1h-2026-01.csv',
      `${HOUR}\n`,
      { kind: 'klines', form: "Binance's hourly candles as CSV without a header" },
    ],
    ['klines_ethusdt.csv', `${KLINE_HEADER}\n${HOUR}\n`, { kind: 'klines', form: 'CSV with a header' }],
    ['ETHUSDT.csv', `${KLINE_HEADER}\n`, { kind: 'klines', form: 'CSV with a header' }],
    [
      'BNBFDUSD.json',
      ` [\n [${HOUR}]]`,
      { kind: 'klines', form: "Binance's hourly candles as a JSON list of lists" },
    ],
    ['BTCUSDT.json', '[]', { kind: 'klines', form: "Binance's hourly candles as a JSON list of lists" }],
  ])('recognises %s with %j by its header and name', (name, head, expected) => {
    expect(kindOf(name, head)).toMatchObject(expected)
  })

  it('needs no coin in the name of a table that names the coin on every line', () => {
    expect(kindOf('dump.csv', 'crypto,timestamp,price\n')).toMatchObject({ kind: 'prices' })
  })

  it.each([
    ['x.csv', 'a,b\n1,2', /x\.csv: the first line is "a,b"; expected one of:[^]*date,value,classification/],
    ['x.csv', '', /the first line is ""; expected/],
    ['x.csv', '{"data": []}', /the first line is "\{"data": \[\]\}"; expected/],
    ['x.csv', `${HOUR},7,8`, /expected one of:/],
    ['dogecoin_features.csv', 'timestamp;price\n', /"dogecoin" is not in almanac\.yaml; .*bitcoin\/BTC/],
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
  ])('rejects %s with %j, and states what was found and what is expected', (name, head, message) => {
    expect(() => kindOf(name, head)).toThrow(message)
    expect(() => kindOf(name, head)).toThrow(WrongUsage)
  })
})

describe("a file's name", () => {
  it.each([
    ['/old/bitcoin_features.csv', 'bitcoin'],
    ['/old/btc_prices_rsi_20250612-101010.csv', 'bitcoin'],
    ['/old/ethereum_features.golden.csv', 'ethereum'],
  ])('the file name %s means prices of %s', (path, coin) => {
    expect(coinOfFeatures(path, COINS)).toBe(coin)
  })

  it.each([
    ['BTCUSDT-1h-2026-01.csv', 'bitcoin'],
    ['klines_ethusdt.csv', 'ethereum'],
    ['BNBFDUSD.json', 'binancecoin'],
  ])('the file name %s means candles of %s', (name, coin) => {
    expect(COINS.inFileName(name)).toBe(coin)
  })

  it('finds names of any alphabet and case', () => {
    const coins = trackedCoins([
      { id: 'bianrensheng', code: '币安人生', symbol: '币安人生USDT' },
      { id: 'staked_ether', code: 'stETH' },
    ])
    expect(coins.inFileName('币安人生USDT-1h-2026-01.csv')).toBe('bianrensheng')
    expect(coins.inFileName('STETHUSDT-1h.csv')).toBe('staked_ether')
    expect(coins.inFileName('WSTETHUSDT-1h.csv')).toBeUndefined()
    expect(coinOfFeatures('staked_ether_features.csv', coins)).toBe('staked_ether')
  })

  it('reads from the file name when prices were compared, in UTC', () => {
    const path = '/old/crypto_price_comparison_20250605-193111_20250612-101010.csv'
    expect(timeOfComparison(path)).toEqual(new Date('2025-06-05T19:31:11Z'))
  })
})

describe('candles of another interval', () => {
  const day = klineCells(START_MS, { spanMs: 86_400_000 }).join(',')
  it.each([
    ['without a header', day, /holds candles of 24 h; expected candles of one hour/],
    ['with a header', `${KLINE_HEADER}\n${day}\n`, /candles of 24 h;/],
    ['in JSON', `[[${day}]`, /candles of 24 h;/],
    [
      'in microseconds',
      klineCells(START_MS, { spanMs: 900_000, scale: 1_000 }).join(','),
      /candles of 15 min;/,
    ],
    ['of four hours', klineCells(START_MS, { spanMs: 4 * 3_600_000 }).join(','), /candles of 4 h;/],
    ['without times', `${KLINE_HEADER}\n${HOUR.replace(/^\d+/, 'now')}\n`, /no open and close times/],
    ['that are no lists', '["a"]', /no open and close times/],
  ])('rejects candles of another interval %s', (_, head, message) => {
    expect(() => kindOf('BTCUSDT.csv', head)).toThrow(message)
  })

  it('one broken line at the beginning does not reject a file as of another interval', () => {
    const broken = HOUR.replace('1769536800000', '1769536800001')
    expect(kindOf('BTCUSDT.csv', `${broken}\n${HOUR}\n`)).toMatchObject({ kind: 'klines' })
  })
})
