/** What the exchange will not mend: candles that were cut, unaligned ones, long holes; and pairs that it stopped trading. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../core/durations.ts'
import { collectBinanceCandles } from '../../../activities/crypto-forecast/binance-candles.ts'
import { compareSpot } from '../../../activities/crypto-forecast/compare-spot.ts'
import { parseKlines } from '../../../upstreams/binance/klines.ts'
import { sentence } from '../../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { activityContext, client, runAt } from '../../support/crypto-forecast/activity-context.ts'

const FIRST = Date.parse('2018-01-01T00:00Z')
const NOW = '2018-02-20T00:10:00Z'
const HOURS = (Date.parse('2018-02-20T00:00Z') - FIRST) / HOUR_MS

const CLOSE = 8_050
const kline = (openMs: number, closeMs = openMs + HOUR_MS - 1) => [
  ...[openMs, '8000', '8100', '7900', String(CLOSE), '10', closeMs, '1000', 5, '1', '1', '0'],
]
/** As Binance's own files have them: cut after 14.8 s, and opened in the middle of an hour. */
const CUT = kline(1_515_034_800_000, 1_515_034_814_838)
const UNALIGNED = kline(1_518_168_494_789, 1_518_172_094_788)

let database: TestDatabase
/** Rows of the exchange, and the spans that it was asked for. */
let rows: (string | number)[][]
let asked: [number, number][]
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})
beforeEach(async () => {
  await database.db.execute(sql`truncate candles, known_gaps, quarantine, price_comparisons`)
  asked = []
  rows = Array.from({ length: HOURS }, (_, hour) => kline(FIRST + hour * HOUR_MS))
})

const without = (from: string, to: string) => {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  rows = rows.filter(([openMs]) => Number(openMs) < fromMs || Number(openMs) > toMs)
}

const binance = client<'binance'>({
  candles: ({ fromMs, toMs }) => {
    asked.push([fromMs, toMs])
    const page = rows.filter(([openMs]) => Number(openMs) >= fromMs && Number(openMs) < toMs + HOUR_MS)
    const { rows: candles, rejected } = parseKlines(JSON.stringify(page), Date.parse(NOW))
    return Promise.resolve({ candles, rejected, raw: [] })
  },
  prices: (symbols) =>
    Promise.resolve({ prices: new Map(symbols.map((symbol) => [symbol, CLOSE])), raw: [] }),
})
const coingecko = (price: number) =>
  client<'coingecko'>({
    prices: () => Promise.resolve({ prices: new Map([['bitcoin', price]]), missing: [], raw: [] }),
  })
const context = (now = NOW, price = CLOSE) =>
  activityContext(database.db, {
    ...{ now, binance, coingecko: coingecko(price), section: { history_days: 60 } },
  })
const told = ({ outcome, why }: Awaited<ReturnType<typeof collectBinanceCandles>>) => [
  outcome,
  ...why.map((one) => sentence(one)),
]
const collect = async (runId: string) =>
  told(await collectBinanceCandles(context(), { run: runAt(NOW, runId) }))

describe('what the exchange will not mend', () => {
  it('is told once, remembered when it is repeated, and not asked for again', async () => {
    without('2018-01-04T03:00Z', '2018-01-04T04:00Z')
    without('2018-02-09T09:00Z', '2018-02-09T10:00Z')
    rows = [...rows, CUT, UNALIGNED].toSorted(([a], [b]) => Number(a) - Number(b))
    expect(await collect('first')).toEqual(['partial', '2 rows rejected, see quarantine'])
    expect(await collect('second')).toEqual(['complete'])
    const gaps = await database.select<{ hour: string; reason: string }>(sql`
      select to_char("timestamp" at time zone 'UTC', 'MM-DD HH24') as hour, reason from known_gaps
      where "timestamp" >= '2018-01-01' order by "timestamp"`)
    expect(gaps).toEqual([
      { hour: '01-04 03', reason: "the exchange's candle (row): is not an hour long" },
      { hour: '01-04 04', reason: 'the exchange has no candle of this hour' },
      { hour: '02-09 09', reason: expect.stringMatching(/does not open on a full hour/) as string },
      { hour: '02-09 10', reason: 'the exchange has no candle of this hour' },
    ])
    asked = []
    expect(await collect('third')).toEqual(['complete'])
    expect(asked).toEqual([])
  })

  it('is remembered as a gap however long it is, if candles stand on both sides', async () => {
    without('2018-01-20T00:00Z', '2018-02-10T00:00Z')
    expect(await collect('first')).toEqual(['complete'])
    asked = []
    expect(await collect('second')).toEqual(['complete'])
    expect(asked).toEqual([])
  })
})

describe('a pair that the exchange stopped trading', () => {
  const stop = () => {
    without('2018-02-19T00:00Z', NOW)
  }

  it('is named by the run that finds no candles of it', async () => {
    stop()
    expect(await collect('first')).toEqual([
      'partial',
      'Binance has had no candle of BTCUSDT since 2018-02-19T00:00Z (24 hours): if the pair was delisted, set another symbol in almanac.yaml or remove the coin',
    ])
  })

  it('has no price, although its ticker goes on answering', async () => {
    stop()
    await collect('first')
    expect(told(await compareSpot(context(), runAt(NOW)))).toEqual([
      'partial',
      "Binance's price of BTCUSDT stands still: it has no candle of the last 3 hours, so the price was not compared",
    ])
    expect(await database.select(sql`select binance_price, coingecko_price from price_comparisons`)).toEqual([
      { binance_price: null, coingecko_price: CLOSE },
    ])
  })

  it('is not suspected after a break of ours: the exchange is asked', async () => {
    stop()
    await collect('first')
    rows = Array.from({ length: HOURS }, (_, hour) => kline(FIRST + hour * HOUR_MS))
    expect(told(await compareSpot(context(), runAt(NOW)))).toEqual(['complete'])
  })
})

it('a difference of more than five percent between the sources is told, and stored', async () => {
  expect(told(await compareSpot(context(NOW, 1.37 * CLOSE), runAt(NOW)))).toEqual([
    'partial',
    "BTCUSDT on Binance is -27 % from CoinGecko's price: one of them is wrong, or the id and the pair in almanac.yaml are of two coins",
  ])
  expect(await database.select(sql`select binance_price from price_comparisons`)).toEqual([
    { binance_price: CLOSE },
  ])
})
