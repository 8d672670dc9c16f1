/** The recorded half year of Binance through the whole pipeline: every row is compared with the files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  countByCoin,
  outcomesOf,
  recordedKlines,
  recordedWorld,
  startCryptoStack,
  SYMBOLS,
  type CryptoStack,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { describeRecorded, recording } from '../../unit/upstreams/recordings.ts'
import type { EndingInWords } from '../../support/ending-in-words.ts'

const FIRST = '2026-01-27T18:00:00Z'
const NOW = '2026-07-20T10:10:00Z'
const NEWEST = '2026-07-20T09:00:00Z'
/** From the first recorded hour to the newest closed one. */
const HOURS = (Date.parse(NEWEST) - Date.parse(FIRST)) / HOUR_MS + 1
const COINS = Object.keys(SYMBOLS) as (keyof typeof SYMBOLS)[]
const coins = COINS.map((id) => ({ id, code: SYMBOLS[id].replace('USDT', '') }))
const each = (count: number) => Object.fromEntries(COINS.map((coin) => [coin, count]))

describeRecorded('the recorded half year', () => {
  let crypto: CryptoStack
  let worker: RunningWorker
  let ending: EndingInWords
  beforeAll(async () => {
    crypto = await startCryptoStack({
      at: NOW,
      sections: { 'crypto-forecast': { history_days: 200, coins } },
      simulator: { klines: recordedWorld(FIRST) },
    })
    worker = await crypto.startWorker()
    ending = await crypto.collect()
  })
  afterAll(async () => {
    await worker.stop()
    await crypto.stop()
  })
  const select = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
    crypto.stack.database.select<Row>(query)

  it('collects the recordings in a complete run with every part', () => {
    expect({ outcome: ending.outcome, parts: outcomesOf(ending) }, JSON.stringify(ending.counts)).toEqual({
      outcome: 'complete',
      parts: {
        binance: 'complete',
        coingecko: 'complete',
        'fear-greed': 'complete',
        spot: 'complete',
        prices: 'complete',
        checks: 'complete',
        csv: 'complete',
        forecasts: 'complete',
        scores: 'complete',
      },
    })
  })

  it('stores a candle and a price for every recorded hour up to the newest closed one, and no other', async () => {
    expect(HOURS).toBe(4_168)
    const ofBinance = await select<{ crypto: string; count: number; first: string; last: string }>(sql`
      select crypto, count(*)::int as count, min("timestamp")::text as first, max("timestamp")::text as last
      from candles where source = 'binance' group by crypto`)
    expect(ofBinance).toHaveLength(COINS.length)
    for (const { count, first, last } of ofBinance)
      expect([count, new Date(first), new Date(last)]).toEqual([HOURS, new Date(FIRST), new Date(NEWEST)])
    expect(await countByCoin(crypto.stack, 'crypto_prices')).toEqual(each(HOURS))
    expect(await select(sql`select distinct source from crypto_prices`)).toEqual([{ source: 'binance' }])
    expect(
      await select(sql`select from candles where "timestamp" > ${NEWEST}::timestamptz limit 1`),
    ).toHaveLength(0)
  })

  it('records the hours before the first recorded one as hours without a pair', async () => {
    const [found] = await select<{ count: number; reasons: string[] }>(sql`
      select count(*)::int as count, array_agg(distinct reason) as reasons from known_gaps
      where "timestamp" < ${FIRST}::timestamptz`)
    const leading = Math.floor((Date.parse(FIRST) - (Date.parse(NOW) - 200 * DAY_MS)) / HOUR_MS)
    expect(found).toEqual({
      count: leading * COINS.length,
      reasons: ['before the first candle of the pair'],
    })
    expect(await countByCoin(crypto.stack, 'known_gaps')).toEqual(each(leading))
  })

  it.each(COINS)(
    'stores open, high, low, close and quote volume of %s as recorded, to the last digit',
    async (coin) => {
      const rows = await select<Record<'open' | 'high' | 'low' | 'price' | 'volume' | 'at', number>>(sql`
      select (extract(epoch from "timestamp") * 1000)::float8 as at, open, high, low, price, volume
      from crypto_prices where crypto = ${coin} order by "timestamp"`)
      const recorded = recordedKlines(SYMBOLS[coin], '1h').slice(0, HOURS)
      expect(
        rows.map(({ at, open, high, low, price, volume }) => [at, open, high, low, price, volume]),
      ).toEqual(
        recorded.map(([at, open, high, low, close, , , quote]) => [
          at,
          ...[open, high, low, close, quote].map(Number),
        ]),
      )
    },
  )

  it.each(COINS)('gives the recorded days of %s through the view over the hours', async (coin) => {
    const days = await select<
      Record<'open' | 'high' | 'low' | 'close' | 'volume', number> & { date: string }
    >(sql`
      select date::text, open, high, low, close, volume from daily_candles where crypto = ${coin} and hours = 24 order by date`)
    const recorded = new Map(
      recordedKlines(SYMBOLS[coin], '1d').map((row) => [new Date(row[0]).toISOString().slice(0, 10), row]),
    )
    expect([days.length, days[0]?.date, days.at(-1)?.date]).toEqual([173, '2026-01-28', '2026-07-19'])
    for (const { date, open, high, low, close, volume } of days) {
      const [, ...numbers] = recorded.get(date) ?? []
      expect([date, open, high, low, close]).toEqual([date, ...numbers.slice(0, 4).map(Number)])
      expect(Math.abs(volume / Number(numbers[6]) - 1), date).toBeLessThan(1e-9)
    }
  })

  it('forecasts each coin once per horizon, from the newest closed candle, before the target time', async () => {
    const made = await select<{
      crypto: string
      horizon: string
      timestamp: string
      target: string
      made: string
      last: number
      lower: number
      upper: number
      predicted: number
      version: string
    }>(sql`select crypto, horizon, "timestamp"::text, target_time::text as target, made_at::text as made, last_price as last,
      lower, upper, predicted_price as predicted, model_version as version from predictions order by crypto, horizon`)
    expect(made.map(({ crypto: coin, horizon }) => `${coin} ${horizon}`)).toEqual(
      COINS.toSorted().flatMap((coin) => [`${coin} 1h`, `${coin} 24h`]),
    )
    for (const {
      crypto: coin,
      horizon,
      timestamp,
      target,
      made: at,
      last,
      lower,
      upper,
      predicted,
      version,
    } of made) {
      expect(new Date(timestamp)).toEqual(new Date(NEWEST))
      expect(new Date(target)).toEqual(
        new Date(horizon === '1h' ? '2026-07-20T11:00:00Z' : '2026-07-21T10:00:00Z'),
      )
      expect(new Date(at)).toEqual(new Date(NOW))
      const symbol = SYMBOLS[coin as keyof typeof SYMBOLS]
      expect(last).toBe(Number(recordedKlines(symbol, '1h')[HOURS - 1]?.[4]))
      expect(lower).toBeLessThan(predicted)
      expect(predicted).toBeLessThan(upper)
      expect(version).toBe('ridge-1')
    }
  })

  it('finds no faults in the recordings, and reports what it checked', async () => {
    const checks = await select<{ name: string; passed: boolean; count: number }>(sql`
      select name, passed, count(*)::int as count from check_results where subject <> '' group by 1, 2 order by 1`)
    expect(checks).toEqual(
      [
        'duplicates',
        'gaps',
        'newest-candle',
        'nulls-after-warm-up',
        'rows',
        'sources',
        'warm-up-after-gap',
      ].map((name) => ({
        name,
        passed: true,
        count: COINS.length,
      })),
    )
  })

  it('leaves no indicator of a warm row empty or not a number', async () => {
    const columns = await select<{
      name: string
    }>(sql`select column_name as name from information_schema.columns
      where table_name = 'crypto_prices' and data_type = 'double precision' order by 1`)
    expect(columns.length).toBeGreaterThan(30)
    for (const { name } of columns) {
      const [found] = await select<{ nan: number; empty: number }>(sql`select
        count(*) filter (where ${sql.raw(name)} in ('NaN', 'Infinity', '-Infinity'))::int as nan,
        count(*) filter (where ${sql.raw(name)} is null and "timestamp" >= ${FIRST}::timestamptz + interval '31 days')::int as empty
        from crypto_prices`)
      expect([name, found]).toEqual([name, { nan: 0, empty: 0 }])
    }
  })

  it('exports the last thirty days under the recorded header, with the values of the table', async () => {
    const { dataDir } = crypto.stack.config
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.tmp'))).toEqual([])
    for (const coin of COINS) {
      const path = join(dataDir, `${coin}_features.csv`)
      expect(existsSync(path)).toBe(true)
      const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
      expect(header).toBe(recording(`crypto/${coin}_features.golden.csv`).split('\n')[0]?.trimEnd())
      expect(header.split(';')).toHaveLength(43)
      expect(lines).toHaveLength(30 * 24)
      expect(lines.at(-1)?.split(';')[0]).toBe('2026-07-20 09:00:00')
      const names = header.split(';')
      const cells = (line: string) => new Map(line.split(';').map((cell, at) => [names[at], cell]))
      const rows = await select<Record<string, number | null>>(sql`select price, volume, rsi as "RSI",
        macd as "MACD", macd_signal as "MACD_Signal", macd_histogram as "MACD_Histogram", sma as "SMA", ema as "EMA",
        upper_band as "Upper_Band", lower_band as "Lower_Band", adx_close as "ADX", stoch_rsi as "Stoch_RSI",
        fibo_23 as "Fibo_23", fibo_78 as "Fibo_78", fear_greed as "Fear_Greed_Index", volume_avg_7d as "Volume_Avg_7d",
        volume_avg_30d as "Volume_Avg_30d", change_percent as "Change_Percent", sma_7 as "SMA_7", sma_30 as "SMA_30",
        fear_greed_7d as "Fear_Greed_7d", fear_greed_30d as "Fear_Greed_30d"
        from crypto_prices where crypto = ${coin} order by "timestamp" desc limit ${lines.length}`)
      lines.toReversed().forEach((line, index) => {
        const exported = cells(line)
        const stored = rows[index] ?? {}
        const same = Object.fromEntries(
          Object.keys(stored).map((name) => [
            name,
            exported.get(name) === '' ? null : Number(exported.get(name)),
          ]),
        )
        expect(same).toEqual(stored)
      })
    }
  })

  it('compares both spot prices and stores neither as a candle', async () => {
    const rows = await select<Record<'binance' | 'coingecko' | 'difference' | 'percent', number>>(sql`
      select binance_price as binance, coingecko_price as coingecko, difference, difference_percent as percent
      from price_comparisons`)
    expect(rows).toHaveLength(COINS.length)
    for (const { binance, coingecko, difference, percent } of rows) {
      expect(difference).toBe(binance - coingecko)
      expect(percent).toBeCloseTo((difference / coingecko) * 100, 12)
      expect(Math.abs(percent)).toBeLessThan(1)
    }
  })
})
