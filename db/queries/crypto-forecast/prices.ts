/** crypto_prices: from where it must be recomputed, its columns, and what a check of it finds. */
import { getTableColumns, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { cryptoPrices } from '../../schema/crypto-forecast.ts'
import { OPEN_MS, packed, unpacked } from './packed-columns.ts'

/** What the index says of each day, as the rows of its hours have it: days since 1970 and their values, NaN if unknown. */
export interface IndexOfDays {
  day: Int32Array
  columns: Record<'fearGreed' | 'fearGreed7d' | 'fearGreed14d' | 'fearGreed30d', Float64Array>
}

/**
 * Returns the first hour of a coin whose row is missing or was computed from an older input (a late candle, a better
 * source, a day of Fear & Greed that came late or was corrected, older formulas). Indicators look back, never forward:
 * rows before it stay valid. Undefined if everything is computed. Milliseconds since 1970.
 */
export async function computeFrom(
  db: Database,
  crypto: string,
  { formulas, index }: { formulas: number; index: IndexOfDays },
): Promise<number | undefined> {
  const { fearGreed, fearGreed7d, fearGreed14d, fearGreed30d } = index.columns
  const column = (values: Float64Array) =>
    sql`${sql.param(Array.from(values, (value) => (Number.isNaN(value) ? null : value)))}::float8[]`
  const result = await db.execute<{ from: number | null }>(sql`
    select (extract(epoch from min(grid."timestamp")) * 1000)::float8 as "from"
    from hourly_candles grid
    left join unnest(${sql.param([...index.day])}::int[], ${column(fearGreed)}, ${column(fearGreed7d)}, ${column(fearGreed14d)},
      ${column(fearGreed30d)}) as fear(day, today, week, fortnight, month)
      on fear.day = (grid."timestamp" at time zone 'UTC')::date - date '1970-01-01'
    left join crypto_prices price on price.crypto = grid.crypto and price."timestamp" = grid."timestamp"
    where grid.crypto = ${crypto} and (price.price, price.volume, price.source, price.open, price.high, price.low, price.formulas,
        price.fear_greed, price.fear_greed_7d, price.fear_greed_14d, price.fear_greed_30d)
      is distinct from (grid.close, grid.volume, grid.source, grid.open, grid.high, grid.low, ${formulas}::int,
        fear.today, fear.week, fear.fortnight, fear.month)`)
  const from = result.rows[0]?.from
  return from ?? undefined
}

/** Fear & Greed as columns: days since 1970, ascending, and their values. */
export async function fearGreedColumns(db: Database): Promise<{ day: Int32Array; value: Float64Array }> {
  const day = packed(`(date - date '1970-01-01')::float8`, 'date')
  const result = await db.execute<Record<'day' | 'value', Buffer | null>>(
    sql.raw(`select ${day} as day, ${packed('value::float8', 'date')} as value from fear_greed_index`),
  )
  const [row] = result.rows
  return { day: Int32Array.from(unpacked(row?.day)), value: unpacked(row?.value) }
}

/** Number columns of `crypto_prices`, by property. */
export type PriceColumn = {
  [Name in keyof typeof cryptoPrices.$inferSelect]: (typeof cryptoPrices.$inferSelect)[Name] extends
    | number
    | null
    ? Name
    : never
}[keyof typeof cryptoPrices.$inferSelect]

/** Reads columns of a coin, oldest first, all of them or from an hour on (milliseconds since 1970); NaN if null. */
export async function priceColumns<Name extends PriceColumn>(
  db: Database,
  crypto: string,
  names: readonly Name[],
  sinceMs = 0,
): Promise<{ openMs: Float64Array; columns: Record<Name, Float64Array> }> {
  const table = getTableColumns(cryptoPrices)
  const lists = names.map((name) => `${packed(`"${table[name].name}"`)} as "${name}"`)
  const result = await db.execute<Record<string, Buffer | null>>(sql`
    select ${sql.raw(packed(OPEN_MS))} as at, ${sql.raw(lists.join(', '))}
    from crypto_prices where crypto = ${crypto} and "timestamp" >= ${new Date(sinceMs).toISOString()}::timestamptz`)
  const row = result.rows[0] ?? {}
  const columns = Object.fromEntries(names.map((name) => [name, unpacked(row[name])])) as Record<
    Name,
    Float64Array
  >
  return { openMs: unpacked(row['at']), columns }
}

/** The newest stored day of Fear & Greed, `YYYY-MM-DD`. */
export async function newestFearGreedDay(db: Database): Promise<string | undefined> {
  const result = await db.execute<{ day: string | null }>(
    sql`select max(date)::text as day from fear_greed_index`,
  )
  return result.rows[0]?.day ?? undefined
}

/** Returns the days from one to another that are neither stored nor known as gaps of the index, `YYYY-MM-DD`, oldest first. */
export async function missingFearGreedDays(db: Database, fromDay: string, toDay: string): Promise<string[]> {
  const result = await db.execute<{ day: string }>(sql`
    select day::date::text as day from generate_series(${fromDay}::date, ${toDay}::date, interval '1 day') as day
    where not exists (select from fear_greed_index where date = day::date)
      and not exists (select from fear_greed_gaps where date = day::date)
    order by 1`)
  return result.rows.map(({ day }) => day)
}

/**
 * What a check of a coin's grid finds. All but `rows` and `newest` covers the kept history alone: what was backfilled
 * before it may have holes.
 */
export interface GridFacts {
  rows: number
  /** Whole days from the first kept row to the newest. */
  days: number
  /** When the newest hour began, milliseconds since 1970; undefined without rows. */
  newest: number | undefined
  /**
   * Rows later than the warm-up in which an indicator made from closes is null or not a number, though their window is full
   * enough.
   */
  cold: number
  /** Rows of all hours with an indicator whose window begins before a gap longer than the longest window. */
  early: number
  /** Rows beyond the first of their hour, and rows that are not on a full hour. */
  double: number
  /** Hours between the first and the newest row without one: unexplained, and known as gaps of Binance. */
  gaps: number
  knownGaps: number
  /** Kept rows that are not from Binance. */
  others: number
}

/** How long the windows are, for checking what was computed with them. */
export interface Windows {
  longestDays: number
  /** Rows that the longest window must have for a value. */
  longestRows: number
  /** Rows of the window of `sma`, and of what `macd_signal` needs. */
  averageRows: number
  signalRows: number
  keptFromMs: number
}

/** Columns made from closes alone: once warm, they have a value in every row. */
const FROM_CLOSES = [
  'rsi',
  'rsi_wilder',
  'macd',
  'macd_signal',
  'macd_histogram',
  'sma',
  'ema',
  'upper_band',
  'lower_band',
  'adx',
  'adx_close',
  'stoch_rsi',
  'stoch_rsi_wilder',
  'fibo_23',
  'fibo_38',
  'fibo_50',
  'fibo_61',
  'fibo_78',
]

/** Counts what the checks judge, in one pass over the coin's rows. */
export async function gridFacts(
  db: Database,
  crypto: string,
  { longestDays, longestRows, averageRows, signalRows, keptFromMs }: Windows,
): Promise<GridFacts> {
  const isCold = FROM_CLOSES.map((name) => `${name} is null or ${name} = 'NaN'`).join(' or ')
  const onTheHour = `date_trunc('hour', "timestamp", 'UTC')`
  const result = await db.execute<
    Record<'rows' | 'days' | 'cold' | 'early' | 'others' | 'kept' | 'hours' | 'span' | 'known', number> & {
      newest: number | null
    }
  >(sql`
    with edge as (
      select min("timestamp") filter (where "timestamp" >= ${new Date(keptFromMs).toISOString()}::timestamptz) as first,
        max("timestamp") as last from crypto_prices where crypto = ${crypto}
    ), known as (
      select count(*)::int as known from known_gaps gap, edge where gap.crypto = ${crypto} and gap.source = 'binance'
        and gap."timestamp" between first and last
        and not exists (select from crypto_prices price where price.crypto = gap.crypto and price."timestamp" = gap."timestamp")
    ), grid as (
      select "timestamp", source, sma, macd_signal, fibo_50, (${sql.raw(isCold)}) as is_cold, lag("timestamp") over hours as before,
        count(*) over (hours range between ${longestDays} * interval '1 day' - interval '1 hour' preceding and current row) as filled
      from crypto_prices where crypto = ${crypto} window hours as (order by "timestamp")
    ), stretched as (
      select *, max("timestamp") filter (where before is null or "timestamp" - before > ${longestDays} * interval '1 day')
        over (order by "timestamp") as since
      from grid
    )
    select count(*)::int as rows, coalesce(floor(extract(epoch from max(last) - max(first)) / 86400)::int, 0) as days,
      (extract(epoch from max(last)) * 1000)::float8 as newest,
      count(*) filter (where "timestamp" > greatest(first, since) + ${longestDays} * interval '1 day' and filled >= ${longestRows}
        and is_cold)::int as cold,
      count(*) filter (where (sma is not null and "timestamp" < since + ${averageRows - 1} * interval '1 hour')
        or (macd_signal is not null and "timestamp" < since + ${signalRows - 1} * interval '1 hour')
        or (fibo_50 is not null and "timestamp" < since + ${longestDays} * interval '1 day' - interval '1 hour'))::int as early,
      count(*) filter (where "timestamp" >= first and source <> 'binance')::int as others,
      count(*) filter (where "timestamp" >= first)::int as kept,
      count(distinct ${sql.raw(onTheHour)}) filter (where "timestamp" >= first and "timestamp" = ${sql.raw(onTheHour)})::int as hours,
      coalesce((extract(epoch from max(last) - max(first)) / 3600)::int + 1, 0) as span, coalesce(max(known), 0) as known
    from stretched, edge, known`)
  const row = result.rows[0]
  const {
    rows = 0,
    days = 0,
    cold = 0,
    early = 0,
    others = 0,
    kept = 0,
    hours = 0,
    span = 0,
    known = 0,
  } = row ?? {}
  const gaps = span - hours - known
  const newest = row?.newest ?? undefined
  return { rows, days, newest, cold, early, double: kept - hours, gaps, knownGaps: known, others }
}

/** The word for each stored day of Fear & Greed, by day since 1970. */
export async function fearGreedClasses(db: Database): Promise<Map<number, string>> {
  const result = await db.execute<{ day: number; classification: string }>(
    sql`select date - date '1970-01-01' as day, classification from fear_greed_index`,
  )
  return new Map(result.rows.map(({ day, classification }) => [day, classification]))
}

/** The SQL names of columns of `crypto_prices`. */
export function columnNames(names: readonly PriceColumn[]): string[] {
  const table = getTableColumns(cryptoPrices)
  return names.map((name) => table[name].name)
}
