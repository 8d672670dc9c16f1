/** Candles: which hours a source still owes, and the grid as columns. */
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'
import type { CandleSource } from '../schema/crypto-forecast.ts'

/** Hours of one coin that begin from `fromMs` to `toMs`, both included; milliseconds since 1970. */
export interface Hours {
  crypto: string
  fromMs: number
  toMs: number
}

interface Wanted {
  source: CandleSource
  coins: readonly string[]
  fromMs: number
  toMs: number
}

const iso = (ms: number) => new Date(ms).toISOString()

/** The hours in this time that the source has not told and that are no known gap of it, as unbroken stretches. */
export async function missingHours(db: Database, { source, coins, fromMs, toMs }: Wanted): Promise<Hours[]> {
  const result = await db.execute<{ crypto: string; from: number; to: number }>(sql`
    with missing as (
      select crypto, hour from unnest(${sql.param(coins)}::text[]) as crypto
      cross join generate_series(${iso(fromMs)}::timestamptz, ${iso(toMs)}::timestamptz, interval '1 hour') as hour
      except all select crypto, "timestamp" from candles where source = ${source}
        and "timestamp" between ${iso(fromMs)}::timestamptz and ${iso(toMs)}::timestamptz
      except all select crypto, "timestamp" from known_gaps where source = ${source}
        and "timestamp" between ${iso(fromMs)}::timestamptz and ${iso(toMs)}::timestamptz
    ), stretches as (
      select crypto, hour, hour - row_number() over (partition by crypto order by hour) * interval '1 hour' as stretch
      from missing
    )
    select crypto, (extract(epoch from min(hour)) * 1000)::float8 as "from", (extract(epoch from max(hour)) * 1000)::float8 as "to"
    from stretches group by crypto, stretch order by crypto, stretch`)
  return result.rows.map(({ crypto, from, to }) => ({ crypto, fromMs: from, toMs: to }))
}

/** First and last hour that a source told of each coin; coins without any are left out. */
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

/** How many candles of a source were last changed by this run. */
export async function candlesOfRun(db: Database, source: CandleSource, runId: string): Promise<number> {
  const result = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from candles where source = ${source} and run_id = ${runId}`,
  )
  return result.rows[0]?.count ?? 0
}

/** The grid of a coin as columns, oldest first; NaN where the hour's source does not tell. */
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

/** Reads the whole grid of a coin: one text a column is a tenth of the time that rows take. */
export async function candleColumns(db: Database, crypto: string): Promise<CandleColumns> {
  const columns = NUMBERS.map((name) => `array_agg(${name} order by "timestamp")::text as ${name}`).join(', ')
  const result = await db.execute<Record<'at' | 'source' | (typeof NUMBERS)[number], string | null>>(sql`
    select array_agg((extract(epoch from "timestamp") * 1000)::bigint order by "timestamp")::text as at,
      array_agg(source order by "timestamp")::text as source, ${sql.raw(columns)}
    from hourly_candles where crypto = ${crypto}`)
  const [row] = result.rows
  return {
    openMs: numbersOf(row?.at),
    open: numbersOf(row?.open),
    high: numbersOf(row?.high),
    low: numbersOf(row?.low),
    close: numbersOf(row?.close),
    volume: numbersOf(row?.volume),
    source: wordsOf(row?.source) as CandleSource[],
  }
}

/** The numbers of an array of PostgreSQL as text: `{1.5,NULL,2}`; null becomes NaN. */
export function numbersOf(text: string | null | undefined): Float64Array {
  // Number('NULL') is NaN, which is what is wanted.
  return Float64Array.from(wordsOf(text), Number)
}

function wordsOf(text: string | null | undefined): string[] {
  return text == null || text === '{}' ? [] : text.slice(1, -1).split(',')
}
