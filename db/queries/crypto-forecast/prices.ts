/** crypto_prices: from where it must be recomputed, its columns, and what a check of it finds. */
import { getTableColumns, sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { cryptoPrices } from '../../schema/crypto-forecast.ts'
import { OPEN_MS, packed, unpacked } from './packed-columns.ts'

/**
 * Returns the first hour of a coin whose row is missing or was computed from an older input (a late candle, a better
 * source, a late Fear & Greed day, older formulas). Indicators look back, never forward: rows before it stay valid.
 * Undefined if everything is computed. Milliseconds since 1970.
 */
export async function computeFrom(
  db: Database,
  crypto: string,
  formulas: number,
): Promise<number | undefined> {
  const result = await db.execute<{ from: number | null }>(sql`
    select (extract(epoch from min(grid."timestamp")) * 1000)::float8 as "from"
    from hourly_candles grid
    left join fear_greed_index on date = (grid."timestamp" at time zone 'UTC')::date
    left join crypto_prices price on price.crypto = grid.crypto and price."timestamp" = grid."timestamp"
    where grid.crypto = ${crypto} and (price.price, price.volume, price.source, price.open, price.high, price.low, price.fear_greed, price.formulas)
      is distinct from (grid.close, grid.volume, grid.source, grid.open, grid.high, grid.low, fear_greed_index.value::float8, ${formulas}::int)`)
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
    number | null
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
  /** Rows later than the warm-up in which an indicator made from closes is null or not a number. */
  cold: number
  /** Rows beyond the first of their hour, and rows that are not on a full hour. */
  double: number
  /** Hours between the first and the newest row without one: unexplained, and known as gaps of Binance. */
  gaps: number
  knownGaps: number
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
  { warmUpDays, keptFromMs }: { warmUpDays: number; keptFromMs: number },
): Promise<GridFacts> {
  const isCold = FROM_CLOSES.map((name) => `${name} is null or ${name} = 'NaN'`).join(' or ')
  const onTheHour = `date_trunc('hour', "timestamp", 'UTC')`
  const result = await db.execute<
    Record<'rows' | 'days' | 'cold' | 'kept' | 'hours' | 'span' | 'known', number> & { newest: number | null }
  >(sql`
    with edge as (
      select min("timestamp") filter (where "timestamp" >= ${new Date(keptFromMs).toISOString()}::timestamptz) as first,
        max("timestamp") as last from crypto_prices where crypto = ${crypto}
    ), known as (
      select count(*)::int as known from known_gaps gap, edge where gap.crypto = ${crypto} and gap.source = 'binance'
        and gap."timestamp" between first and last
        and not exists (select from crypto_prices price where price.crypto = gap.crypto and price."timestamp" = gap."timestamp")
    )
    select count(*)::int as rows, coalesce(floor(extract(epoch from max(last) - max(first)) / 86400)::int, 0) as days,
      (extract(epoch from max(last)) * 1000)::float8 as newest,
      count(*) filter (where "timestamp" > first + ${warmUpDays} * interval '1 day' and (${sql.raw(isCold)}))::int as cold,
      count(*) filter (where "timestamp" >= first)::int as kept,
      count(distinct ${sql.raw(onTheHour)}) filter (where "timestamp" >= first and "timestamp" = ${sql.raw(onTheHour)})::int as hours,
      coalesce((extract(epoch from max(last) - max(first)) / 3600)::int + 1, 0) as span, coalesce(max(known), 0) as known
    from crypto_prices, edge, known where crypto = ${crypto}`)
  const row = result.rows[0]
  const { rows = 0, days = 0, cold = 0, kept = 0, hours = 0, span = 0, known = 0 } = row ?? {}
  const gaps = span - hours - known
  return { rows, days, newest: row?.newest ?? undefined, cold, double: kept - hours, gaps, knownGaps: known }
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
