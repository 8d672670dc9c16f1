/** A stack for crypto-forecast whose world, activities and clients share one clock that a test moves. */
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { startRun } from '../../../client/runs.ts'
import { pipelineById, type Pipeline } from '../../../pipelines/index.ts'
import { endingOf, type EndingInWords } from '../ending-in-words.ts'
import { createBinance, type Binance } from '../../../upstreams/binance/binance.ts'
import { createCoinGecko, type CoinGecko } from '../../../upstreams/coingecko.ts'
import { createGate } from '../../../upstreams/gate.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { keepRows } from '../kept-rows.ts'
import { startTestStack, type TestStack, type TestStackOptions, type WorkerChange } from '../stack.ts'
import { SHARED } from '../shared-folder.ts'

const RECORDINGS = new URL('recordings/binance/', SHARED)
const USER_AGENT = 'almanac-test'

/** Hourly rows of Binance, in its own shape. */
export type Kline = [number, string, string, string, string, string, number, string, ...unknown[]]

/** By `crypto`, as the recordings name them. */
export const SYMBOLS = { bitcoin: 'BTCUSDT', ethereum: 'ETHUSDT', binancecoin: 'BNBUSDT' } as const

/** What a stack collects unless told otherwise. Two, so that what one gets can differ; each more is as many rows again. */
export const STACK_COINS = [
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH' },
] as const

/** Recorded candles of one symbol. */
export function recordedKlines(symbol: string, interval: '1h' | '1d'): Kline[] {
  return JSON.parse(readFileSync(new URL(`klines_${symbol}_${interval}.json`, RECORDINGS), 'utf8')) as Kline[]
}

/** The recorded hours of the three coins that open at `from` or later, for the simulator to serve. */
export function recordedWorld(from: string): Record<string, Kline[]> {
  const fromMs = Date.parse(from)
  return Object.fromEntries(
    Object.values(SYMBOLS).map((symbol) => [
      symbol,
      recordedKlines(symbol, '1h').filter(([openMs]) => openMs >= fromMs),
    ]),
  )
}

export interface CryptoStackOptions extends TestStackOptions {
  /** What the clock says at first. */
  at: string
}

export interface CryptoStack {
  stack: TestStack
  /** Moves the clock of the world, of the activities and of the clients. */
  moveTo(at: string): void
  clock(): Date
  /** What the workers ask; they stay the same objects when the clients begin anew. */
  clients: { binance: Binance; coingecko: CoinGecko }
  /** A worker on the moved clock. */
  startWorker(change?: WorkerChange): Promise<RunningWorker>
  /** One run to its end. */
  collect(params?: Record<string, unknown>): Promise<EndingInWords>
  /** Empties every table of the pipeline, the requests and the faults, and forgets what the clients learned. */
  reset(): Promise<void>
  /** Keeps all that is stored now, files included; what it returns resets and puts it back, in less time than a run takes. */
  keep(): Promise<() => Promise<void>>
  /** The clients begin anew, as in a worker that was just started. */
  renewClients(): void
  stop(): Promise<void>
}

const TABLES = [
  'candles',
  'known_gaps',
  'crypto_prices',
  'fear_greed_index',
  'fear_greed_gaps',
  'price_comparisons',
  'check_results',
  'predictions',
  'prediction_scores',
  'mlflow_outbox',
  'pipeline_runs',
  'raw_payloads',
  'quarantine',
]

export function cryptoForecast(): Pipeline {
  const pipeline = pipelineById('crypto-forecast')
  if (pipeline === undefined) throw new Error('crypto-forecast is registered')
  return pipeline
}

/** Starts it. Default: 60 days of history of `STACK_COINS`. */
export async function startCryptoStack({ at, ...options }: CryptoStackOptions): Promise<CryptoStack> {
  let now = new Date(at)
  const clock = () => now
  const stack = await startTestStack({
    schedules: false,
    ...options,
    sections: {
      ...options.sections,
      'crypto-forecast': {
        history_days: 60,
        coins: [...STACK_COINS],
        ...options.sections?.['crypto-forecast'],
      },
    },
    simulator: { clock, rateLimits: false, ...options.simulator },
  })
  const clients = createClients(stack, clock)
  const { dataDir } = stack.config
  const reset = async () => {
    stack.simulator.faults.clear()
    stack.simulator.requests.clear()
    clients.renew()
    await stack.database.db.execute(sql.raw(`truncate ${TABLES.join()}`))
  }
  return {
    stack,
    clock,
    clients: clients.proxies,
    moveTo(moment) {
      now = new Date(moment)
    },
    startWorker: ({ dependencies, ...change } = {}) =>
      stack.startWorker({ ...change, dependencies: { clock, ...clients.proxies, ...dependencies } }),
    collect: async (params = {}) =>
      endingOf(await startRun(stack.client, cryptoForecast(), 'manual', params)),
    reset,
    async keep() {
      const putBack = await keepRows(stack.database.db, TABLES)
      cpSync(dataDir, `${dataDir}-kept`, { recursive: true })
      return async () => {
        await reset()
        rmSync(dataDir, { recursive: true, force: true })
        await putBack()
        cpSync(`${dataDir}-kept`, dataDir, { recursive: true })
      }
    },
    renewClients: () => {
      clients.renew()
    },
    stop: () => stack.stop(),
  }
}

/** Clients that can be made anew under a running worker: what they learned of a host must not reach the next test. */
function createClients({ config: { tracked }, simulator }: TestStack, clock: () => Date) {
  const settings = tracked['crypto-forecast']
  const hosts = [...settings.binance_urls, `${simulator.url}/binance-mirror`]
  let binance: Binance
  let coingecko: CoinGecko
  const renew = () => {
    binance = createBinance({ hosts, userAgent: USER_AGENT, clock })
    // A refusal without a delay closes the gate for a moment only.
    const gate = createGate({ reserve: 0, concurrency: 1, unnamedDelayMs: 1_000 })
    coingecko = createCoinGecko({ baseUrl: settings.coingecko_url, userAgent: USER_AGENT, gate })
  }
  renew()
  const proxies: { binance: Binance; coingecko: CoinGecko } = {
    binance: {
      candles: (query, signal) => binance.candles(query, signal),
      prices: (symbols, signal) => binance.prices(symbols, signal),
    },
    coingecko: {
      marketChart: (query, signal) => coingecko.marketChart(query, signal),
      prices: (ids, signal) => coingecko.prices(ids, signal),
    },
  }
  return { renew, proxies }
}

/** The exchange with candles left out of its responses: `isTold` selects those that it gives. */
export function withholding(real: Binance, isServed: (symbol: string, openMs: number) => boolean): Binance {
  return {
    ...real,
    candles: async (query, signal) => {
      const page = await real.candles(query, signal)
      return { ...page, candles: page.candles.filter(({ openMs }) => isServed(query.symbol, openMs)) }
    },
  }
}

/** Every row of the series' tables, one text a row, without what differs between two runs that saw the same. */
export async function seriesRows({ database }: TestStack): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const table of ['candles', 'crypto_prices', 'fear_greed_index', 'known_gaps']) {
    const rows = await database.select<{ line: string }>(
      sql.raw(`select (to_jsonb(t) - 'observed_at' - 'run_id')::text as line from ${table} t`),
    )
    found[table] = rows.map(({ line }) => line).toSorted()
  }
  return found
}

/** Rows of each table, by crypto. */
export async function countByCoin({ database }: TestStack, table: string): Promise<Record<string, number>> {
  const rows = await database.select<{ crypto: string; count: number }>(
    sql.raw(`select crypto, count(*)::int as count from ${table} group by crypto order by crypto`),
  )
  return Object.fromEntries(rows.map(({ crypto, count }) => [crypto, count]))
}

/** The sentences of a part of the run, one a line. */
export const whyOf = (ending: EndingInWords, part: string): string =>
  ending.counts[part]?.why.join('\n') ?? ''

/** The outcome of each part of a run. */
export const outcomesOf = (ending: EndingInWords): Record<string, string> =>
  Object.fromEntries(Object.entries(ending.counts).map(([part, { outcome }]) => [part, outcome]))
