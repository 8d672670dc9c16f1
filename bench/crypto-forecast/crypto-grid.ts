/** Two years of hourly candles of fifty coins: computed again, and stored if they changed. */
import { sql } from 'drizzle-orm'
import type { ActivityContext } from '../../activities/crypto-forecast/activity-context.ts'
import { computeGrid } from '../../activities/crypto-forecast/compute-grid.ts'
import { gridSeries } from '../../activities/crypto-forecast/grid-series.ts'
import type { Database } from '../../db/database.ts'
import { fearGreedColumns } from '../../db/queries/crypto-forecast/prices.ts'
import { keepHeapSmall } from '../../bin/heap.mjs'
import { cryptoForecast } from '../../pipelines/crypto-forecast.ts'
import { withBenchDatabase } from '../bench-stack.ts'
import { memoryMb } from '../command-process.ts'
import type { Figure } from '../figure.ts'

const COINS = 50
const HOURS = 17_520
const TARGET_COMPUTE_SECONDS = 15
const TARGET_ALL_SECONDS = 90
const TARGET_MEMORY_MB = 500
/** The database is here; nothing waits. */
const RETRY_BUDGET_MS = 1_000

export async function cryptoGrid(): Promise<Figure[]> {
  // As `almanac worker` does.
  keepHeapSmall()
  return withBenchDatabase(({ db }) => measure(db))
}

async function measure(db: Database): Promise<Figure[]> {
  await storeCandles(db)
  const coins = Array.from({ length: COINS }, (_, coin) => ({ id: `coin-${coin}`, code: `C${coin}` }))
  const fearGreed = await fearGreedColumns(db)
  const computeMs = await timed(async () => {
    for (const { id } of coins) await gridSeries(db, id, fearGreed)
  })
  const settings = cryptoForecast.section.parse({ coins })
  const first = await timed(() => compute(db, settings, 'first'))
  // Every close moves, so that every row of every coin is another one.
  await db.execute(sql`update candles set close = close * 1.01, high = high * 1.01`)
  const again = await timed(() => compute(db, settings, 'again'))
  const rows = COINS * HOURS
  return [
    {
      what: `${rows} rows computed`,
      value: computeMs / 1000,
      unit: 's',
      atMost: TARGET_COMPUTE_SECONDS,
      note: `${COINS} coins, read and computed`,
    },
    {
      what: '  computed and stored, new',
      value: first / 1000,
      unit: 's',
      atMost: TARGET_ALL_SECONDS,
      note: `${Math.round(rows / (first / 1000))} rows/s`,
    },
    {
      what: '  computed and stored, all changed',
      value: again / 1000,
      unit: 's',
      atMost: TARGET_ALL_SECONDS,
      note: `${Math.round(rows / (again / 1000))} rows/s`,
    },
    { what: '  peak memory', value: memoryMb(process.pid, 'VmHWM'), unit: 'MB', atMost: TARGET_MEMORY_MB },
  ]
}

async function compute(db: Database, settings: ActivityContext['settings'], runId: string): Promise<void> {
  const signal = new AbortController().signal
  const context = {
    db,
    settings,
    signal,
    clock: () => new Date(),
    retryBudget: { ms: RETRY_BUDGET_MS, signal },
  }
  const run = {
    runId,
    workflowId: runId,
    pipeline: 'crypto-forecast',
    trigger: 'manual',
    startedAt: '',
  } as const
  // The activity uses nothing else of what a worker passes to it.
  const { written } = await computeGrid({ ...({} as ActivityContext), ...context }, run)
  if (written !== COINS * HOURS) throw new Error(`${written} rows were written instead of ${COINS * HOURS}`)
}

/** Candles that move like prices: slow and fast waves, another phase for every coin. */
async function storeCandles(db: Database): Promise<void> {
  await db.execute(sql`
    insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
    select 'coin-' || coin, timestamptz '2024-01-01Z' + hour * interval '1 hour', 'binance', price, price * 1.002, price * 0.998,
      price * (1 + 0.001 * sin(hour * 1.7 + coin)), 1e6 * (2 + sin(hour / 24.0)), now(), 'bench'
    from generate_series(0, ${COINS - 1}) as coin, generate_series(0, ${HOURS - 1}) as hour,
      lateral (select 1000 + 300 * sin(hour / 900.0 + coin) + 40 * sin(hour / 37.0) + 5 * sin(hour * 2.3) as price) as wave`)
  await db.execute(sql`
    insert into fear_greed_index select date::date, 50 + (20 * sin(extract(epoch from date) / 9e5))::int, 'Neutral', now(), 'bench'
    from generate_series(timestamptz '2023-11-01Z', timestamptz '2026-02-01Z', interval '1 day') as date`)
  await db.execute(sql`analyze`)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
