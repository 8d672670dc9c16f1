/** Candles: which hours of a source are missing, and the grid as columns. */
import { sql } from 'drizzle-orm'
import { HOUR_MS } from '../../../core/durations.ts'
import type { Database } from '../../database.ts'
import type { CandleSource } from '../../schema/crypto-forecast.ts'
import { OPEN_MS, packed, unpacked } from './packed-columns.ts'

/** Hours of one coin that begin from `fromMs` to `toMs`, both included; milliseconds since 1970. */
export interface Hours {
  crypto: string
  fromMs: number
  toMs: number
}

interface Wanted {
  /** Default: any source. */
  source?: CandleSource
  coins: readonly string[]
  fromMs: number
  toMs: number
}
const iso = (ms: number) => new Date(ms).toISOString()

/**
 * Returns the hours in this time that the source has not reported and that are no known gap of it, as unbroken
 * stretches.
 */
export async function missingHours(db: Database, { source, coins, fromMs, toMs }: Wanted): Promise<Hours[]> {
  // Stored hours, with one before and after the wanted time: if two neighbours lie apart, hours are missing.
  const ofSource = source === undefined ? sql`` : sql`source = ${source} and`
  const within = sql`${ofSource} crypto = any(${sql.param(coins)}::text[])
    and "timestamp" between ${iso(fromMs)}::timestamptz and ${iso(toMs)}::timestamptz`
  const edge = (ms: number) =>
    sql`select crypto, ${iso(ms)}::timestamptz from unnest(${sql.param(coins)}::text[]) as crypto`
  const result = await db.execute<{ crypto: string; from: number; to: number }>(sql`
    with there as (
      select crypto, "timestamp" as hour from candles where ${within}
      union all select crypto, "timestamp" from known_gaps where ${within}
      union all ${edge(fromMs - HOUR_MS)} union all ${edge(toMs + HOUR_MS)}
    ), steps as (select crypto, hour, lead(hour) over (partition by crypto order by hour) as next from there)
    select crypto, (extract(epoch from hour) * 1000 + ${HOUR_MS})::float8 as "from",
      (extract(epoch from next) * 1000 - ${HOUR_MS})::float8 as "to"
    from steps where next - hour > interval '1 hour' order by crypto, hour`)
  return result.rows.map(({ crypto, from, to }) => ({ crypto, fromMs: from, toMs: to }))
}

/** Returns the first and last reported hour of each coin; coins without any are left out. */
export async function heldHours(
  db: Database,
  source: CandleSource,
  coins: readonly string[],
): Promise<Map<string, Hours>> {
  // Two index lookups a coin; min and max over the table would read all of it.
  const edge = (order: string) =>
    sql`(select (extract(epoch from "timestamp") * 1000)::float8 from candles
      where candles.crypto = coin.crypto and source = ${source} order by "timestamp" ${sql.raw(order)} limit 1)`
  const result = await db.execute<{ crypto: string; first: number | null; last: number | null }>(sql`
    select crypto, ${edge('asc')} as first, ${edge('desc')} as last from unnest(${sql.param(coins)}::text[]) as coin(crypto)`)
  return new Map(
    result.rows.flatMap(({ crypto, first, last }) =>
      first === null || last === null ? [] : [[crypto, { crypto, fromMs: first, toMs: last }]],
    ),
  )
}

/** When a candle opened, milliseconds since 1970, and its close. */
export interface NewestCandle {
  openMs: number
  close: number
}

/** The newest candle of a source for each coin; coins without any are left out. */
export async function newestCandles(
  db: Database,
  source: CandleSource,
  coins: readonly string[],
): Promise<Map<string, NewestCandle>> {
  const result = await db.execute<{ crypto: string; openMs: number; close: number }>(sql`
    select coin.crypto, (extract(epoch from "timestamp") * 1000)::float8 as "openMs", close
    from unnest(${sql.param(coins)}::text[]) as coin(crypto), lateral (select "timestamp", close from candles
      where candles.crypto = coin.crypto and source = ${source} order by "timestamp" desc limit 1) as newest`)
  return new Map(result.rows.map(({ crypto, openMs, close }) => [crypto, { openMs, close }]))
}

/** Hours of a coin that both sources have, how many of them are further apart than allowed, and the first of those. */
export interface SharedHours {
  both: number
  apart: number
  /** Milliseconds since 1970; null if there is none. */
  firstMs: number | null
}

/** Compares the sources' closes since a moment (milliseconds since 1970); coins that only one source has are left out. */
export async function sharedHours(
  db: Database,
  coins: readonly string[],
  { sinceMs, percent }: { sinceMs: number; percent: number },
): Promise<Map<string, SharedHours>> {
  const isApart = sql`abs(one.close / other.close - 1) * 100 > ${percent}::float8`
  const result = await db.execute<
    Record<'both' | 'apart', number> & { crypto: string; firstMs: number | null }
  >(sql`
    select crypto, count(*)::int as both, count(*) filter (where ${isApart})::int as apart,
      (extract(epoch from min("timestamp") filter (where ${isApart})) * 1000)::float8 as "firstMs"
    from candles one join candles other using (crypto, "timestamp")
    where one.source = 'binance' and other.source = 'coingecko' and crypto = any(${sql.param(coins)}::text[])
      and "timestamp" >= ${iso(sinceMs)}::timestamptz
    group by crypto`)
  return new Map(result.rows.map(({ crypto, ...hours }) => [crypto, hours]))
}

/** How many candles of a source were last changed by this run. */
export async function candlesOfRun(db: Database, source: CandleSource, runId: string): Promise<number> {
  const result = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from candles where source = ${source} and run_id = ${runId}`,
  )
  return result.rows[0]?.count ?? 0
}

/** The grid of a coin as columns, oldest first; NaN if the hour's source does not report the value. */
export interface CandleColumns {
  openMs: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
  volume: Float64Array
  source: CandleSource[]
}

const NUMBERS = ['open', 'high', 'low', 'close', 'volume'] as const

/** Reads the whole grid of a coin. */
export async function candleColumns(db: Database, crypto: string): Promise<CandleColumns> {
  const columns = NUMBERS.map((name) => `${packed(name)} as ${name}`).join(', ')
  const result = await db.execute<
    Record<'at' | (typeof NUMBERS)[number], Buffer | null> & { sources: string | null }
  >(sql`
    select ${sql.raw(packed(OPEN_MS))} as at, ${sql.raw(columns)}, string_agg(source, ',' order by "timestamp") as sources
    from hourly_candles where crypto = ${crypto}`)
  const [row] = result.rows
  return {
    openMs: unpacked(row?.at),
    open: unpacked(row?.open),
    high: unpacked(row?.high),
    low: unpacked(row?.low),
    close: unpacked(row?.close),
    volume: unpacked(row?.volume),
    source: (row?.sources?.split(',') ?? []) as CandleSource[],
  }
}

/** Returns those of these coins of which no source has reported a candle yet. */
export async function coinsWithoutCandles(db: Database, coins: readonly string[]): Promise<string[]> {
  const result = await db.execute<{ crypto: string }>(sql`
    select crypto from unnest(${sql.param(coins)}::text[]) as listed(crypto)
    where not exists (select from candles where candles.crypto = listed.crypto)`)
  return result.rows.map(({ crypto }) => crypto)
}
