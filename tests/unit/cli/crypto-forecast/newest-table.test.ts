import { describe, expect, it } from 'vitest'
import { currencies } from '../../../../cli/crypto-forecast/money.ts'
import { newestTable } from '../../../../cli/crypto-forecast/newest-table.ts'

const made = (crypto: string, lastPrice: number) => ({
  ...{ crypto, horizon: '1h', modelVersion: 'ridge-1', lastPrice, decision: 'HOLD' },
  ...{ targetTime: new Date('2026-07-20T11:00:00Z'), madeAt: new Date('2026-07-20T10:10:00Z') },
  timestamp: new Date('2026-07-20T09:00:00Z'),
  ...{ predictedPrice: lastPrice, lower: lastPrice - 1, upper: lastPrice + 1 },
})
const [euro, dollar] = [
  { id: 'bitcoin', code: 'BTC', symbol: 'BTCEUR' },
  { id: 'ethereum', code: 'ETH' },
]
const linesOf = (coins: { id: string; code: string; symbol?: string }[], cryptos: string[]) =>
  newestTable(
    cryptos.map((crypto) => made(crypto, 87_384)),
    currencies({ coins }),
  ).split('\n')

describe('the table of the newest forecasts', () => {
  it('names the currency of its prices once if it is the same for all', () => {
    const [head, line] = linesOf([euro], ['bitcoin'])
    expect(head).toContain('price at 10:00 UTC, EUR')
    expect(line).toMatch(/87,384 +87,384 +87,383 to 87,385/)
  })

  it('names the currency beside each price if there are several', () => {
    const [head, ...lines] = linesOf([euro, dollar], ['bitcoin', 'ethereum'])
    expect(head).not.toMatch(/EUR|USD/)
    expect(lines.map((line) => / 87,383 (\w+) to 87,385 (\w+) /.exec(line)?.slice(1))).toEqual([
      ['EUR', 'EUR'],
      ['USD', 'USD'],
    ])
  })

  it('names the time beside each price if there are several', () => {
    const older = { ...made('bitcoin', 87_384), timestamp: new Date('2026-07-20T03:00:00Z') }
    const [head, ...lines] = newestTable(
      [made('bitcoin', 87_384), older],
      currencies({ coins: [euro] }),
    ).split('\n')
    expect(head).toContain('last price, EUR')
    expect(lines.join()).toMatch(/87,384 at 10:00 UTC .*87,384 at 04:00 UTC/)
  })

  it('names none for a coin that almanac.yaml no longer lists', () => {
    expect(linesOf([], ['dogecoin'])[0]).toMatch(/price at 10:00 UTC {2}/)
  })
})
