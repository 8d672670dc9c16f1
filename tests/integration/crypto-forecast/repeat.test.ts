/** However often, by however many workers and with whatever break: the tables are those of one undisturbed run. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../core/durations.ts'
import { startRun } from '../../../client/runs.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { packageRoot } from '../../../system/package-root.ts'
import {
  cryptoForecast,
  seriesRows,
  startCryptoStack,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'
import { until } from '../../support/until.ts'

const NOW = '2026-07-20T10:10:00Z'
/** Three pages a coin, so that a run can be killed between two. */
const HISTORY_DAYS = 90
const COINS = STACK_COINS.length
/** From 11:00 of the first day, since the history begins at 10:10, to 09:00 of the last. */
const HOURS = HISTORY_DAYS * 24 - 1
const PAGES_PER_COIN = Math.ceil((HISTORY_DAYS * 24) / 1_000)

let crypto: CryptoStack
let undisturbed: Awaited<ReturnType<typeof seriesRows>>
beforeAll(async () => {
  crypto = await startCryptoStack({
    at: NOW,
    sections: { 'crypto-forecast': { history_days: HISTORY_DAYS } },
  })
  const worker = await crypto.startWorker()
  expect(await crypto.collect()).toMatchObject({ outcome: 'complete' })
  undisturbed = await seriesRows(crypto.stack)
  await worker.stop()
})
afterAll(async () => {
  await crypto.stop()
})
beforeEach(async () => {
  await crypto.reset()
})

const pagesAsked = () =>
  crypto.stack.simulator.requests
    .list()
    .filter(({ upstream, path }) => upstream === 'binance' && path.startsWith('/api/v3/klines'))

const hoursAsked = (path: string): number => {
  const query = new URL(path, 'http://binance').searchParams
  return (Number(query.get('endTime')) - Number(query.get('startTime'))) / HOUR_MS + 1
}

const forecasts = () =>
  crypto.stack.database.select(sql`select * from predictions order by crypto, horizon, target_time`)

describe('the tables', () => {
  it('stores every hour of the history, from CoinGecko if Binance lacks it', () => {
    const { crypto_prices: prices = [], known_gaps: gaps = [], fear_greed_index: days = [] } = undisturbed
    expect(gaps.length).toBeGreaterThan(0)
    expect(prices).toHaveLength(HOURS * COINS)
    expect(prices.filter((row) => row.includes('"source": "coingecko"'))).toHaveLength(gaps.length)
    expect(days.length).toBeGreaterThan(3_000)
  })

  it('keeps the tables equal in a second run, which requests nothing stored from Binance', async () => {
    const worker = await crypto.startWorker()
    try {
      expect(await crypto.collect()).toMatchObject({ outcome: 'complete' })
      expect(pagesAsked()).toHaveLength(PAGES_PER_COIN * COINS)
      const made = await forecasts()
      crypto.stack.simulator.requests.clear()
      const again = await crypto.collect()
      expect(again).toMatchObject({ outcome: 'complete' })
      expect(pagesAsked()).toEqual([])
      expect(await seriesRows(crypto.stack)).toEqual(undisturbed)
      expect(await forecasts()).toEqual(made)
      const { prices, binance, coingecko, 'fear-greed': fearGreed, forecasts: second } = again.counts
      for (const part of [prices, binance, coingecko, fearGreed, second])
        expect(part).toMatchObject({ written: 0 })
    } finally {
      await worker.stop()
    }
  })

  it(
    'keeps the tables equal after two concurrent runs on two workers, one of which is skipped',
    { tags: 'long' },
    async () => {
      const workers = await Promise.all([crypto.startWorker(), crypto.startWorker()])
      try {
        const endings = await Promise.all([crypto.collect(), crypto.collect()])
        expect(endings.map(({ outcome }) => outcome).toSorted()).toEqual(['complete', 'skipped'])
        expect(endings.find(({ outcome }) => outcome === 'skipped')?.error?.type).toBe('AlreadyRunning')
        expect(await seriesRows(crypto.stack)).toEqual(undisturbed)
        expect(pagesAsked()).toHaveLength(PAGES_PER_COIN * COINS)
      } finally {
        await Promise.all(workers.map((worker) => worker.stop()))
      }
    },
  )
})

describe('a worker killed in the middle of the first fill', () => {
  const children: ChildProcess[] = []
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
  })
  const startChild = async (): Promise<ChildProcess> => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'tests/support/crypto-forecast/worker-on-clock.ts', NOW],
      {
        cwd: packageRoot,
        env: { ...process.env, ...crypto.stack.env },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    children.push(child)
    await once(child.stdout, 'data')
    return child
  }

  it(
    'after a worker is killed in the first fill, requests only the missing hours and ends with the same tables',
    { tags: 'long' },
    async () => {
      // The first coin's pages are stored, the next ones' hang until the worker is gone.
      crypto.stack.simulator.faults.set('binance', {
        kind: 'latency',
        ms: 60_000,
        match: 'klines.*ETHUSDT',
      })
      const child = await startChild()
      const handle = await startRun(crypto.stack.client, cryptoForecast(), 'manual')
      await until(() => pagesAsked().filter(({ path }) => path.includes('ETHUSDT')).length === PAGES_PER_COIN)
      child.kill('SIGKILL')
      await once(child, 'exit')
      crypto.stack.simulator.faults.clear()
      crypto.stack.simulator.requests.clear()

      await startChild()
      expect(await endingOf(handle)).toMatchObject({ outcome: 'complete' })
      expect(await seriesRows(crypto.stack)).toEqual(undisturbed)
      const pagesOf = (isStored: boolean) =>
        pagesAsked().filter(({ path }) => path.includes('BTCUSDT') === isStored)
      expect(pagesOf(false)).toHaveLength(PAGES_PER_COIN * (COINS - 1))
      // Of the stored coin only the hour that the exchange does not have, with the next one: it was not known as a gap yet.
      const gaps = (undisturbed['known_gaps'] ?? []).filter((row) => row.includes('"bitcoin"'))
      expect(gaps).toHaveLength(1)
      expect(pagesOf(true).map(({ path }) => hoursAsked(path))).toEqual([2])
    },
  )
})
