import { describe, expect, it } from 'vitest'
import {
  currencyOf,
  pairCurrency,
  pairQuote,
  tradingPair,
} from '../../../../core/crypto-forecast/trading-pair.ts'
import { cryptoForecast } from '../../../../pipelines/crypto-forecast.ts'

describe('the currency of a coin', () => {
  it.each([
    [{ code: 'BTC' }, 'USD'],
    [{ code: 'BTC', symbol: 'BTCFDUSD' }, 'USD'],
    [{ code: 'BTC', symbol: 'BTCEUR' }, 'EUR'],
    [{ code: 'ETH', symbol: 'ETHBTC' }, 'BTC'],
    // The code decides where the name has two readings.
    [{ code: 'T', symbol: 'TUSDT' }, 'USD'],
    [{ code: 'USDT', symbol: 'USDTTRY' }, 'TRY'],
    // A pair whose base has another name than the coin.
    [{ code: 'SATS', symbol: '1000SATSTRY' }, 'TRY'],
  ])('is that of its pair: %j in %s', (coin, currency) => {
    expect(currencyOf(coin)).toBe(currency)
  })

  it.each(['BTCCOP', 'BTCRON', 'EUR'])('is unknown for %s', (symbol) => {
    expect(pairCurrency({ code: 'BTC', symbol })).toBeUndefined()
    expect(() => currencyOf({ code: 'BTC', symbol })).toThrow(RangeError)
  })

  it.each([
    [{ code: 'BTC' }, 'USDT'],
    [{ code: 'BTC', symbol: 'BTCFDUSD' }, 'FDUSD'],
    [{ code: 'T', symbol: 'TUSDT' }, 'USDT'],
    [{ code: 'BTC', symbol: 'BTCCOP' }, undefined],
  ])('is not its quote asset: %j is traded against %s', (coin, quote) => {
    expect(pairQuote(coin)).toBe(quote)
  })

  it('is that of the dollar unless a pair is named', () => {
    expect([tradingPair({ code: 'ETH' }), currencyOf({ code: 'ETH' })]).toEqual(['ETHUSDT', 'USD'])
  })
})

describe('almanac.yaml', () => {
  const parsed = (symbol: string) =>
    cryptoForecast.section.safeParse({ coins: [{ id: 'bitcoin', code: 'BTC', symbol }] })

  it('takes a pair in a currency that both sources have', () => {
    expect(parsed('BTCEUR').success).toBe(true)
  })

  it('refuses another one by the name of the pair, and lists what it takes', () => {
    const [issue] = parsed('BTCCOP').error?.issues ?? []
    expect(issue?.path).toEqual(['coins', 0, 'symbol'])
    expect(issue?.message).toMatch(/^CoinGecko has no prices in the currency of BTCCOP; expected .*USDT.*EUR/)
  })
})
