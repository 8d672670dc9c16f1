/**
 * Tables of crypto-forecast. `candles` is what the sources reported; `crypto_prices` the documented hourly grid,
 * derived from it with its indicators and features; forecasts never change once made, and their scores are stored
 * beside them.
 */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  type PgColumn,
} from 'drizzle-orm/pg-core'
import { type ChecksOfTables, holds, past, pastDay, range } from '../data-check.ts'
import type { KeptTables } from '../kept.ts'
import { reason } from '../../wording/reason.ts'
import { writable } from '../writable.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const number = (name: string) => doublePrecision(name)

/**
 * A price is finite and above 0, or unknown. PostgreSQL orders NaN above infinity. The migration adds these as `not valid`:
 * what an earlier version stored stays as it was, and no row since breaks them.
 */
const arePrices = (...columns: PgColumn[]) =>
  sql.join(
    columns.map((column) => sql`${column} > 0 and ${column} < 'infinity'`),
    sql` and `,
  )

/** Run and time of the observation; every table that the writer fills has these. */
const provenance = () => ({
  observedAt: moment('observed_at').notNull(),
  runId: text('run_id').notNull(),
})

/** If the same hour comes from two sources, the first of them serves the grid: an exchange reports whole candles. */
export const CANDLE_SOURCES = ['binance', 'coingecko'] as const
export type CandleSource = (typeof CANDLE_SOURCES)[number]

/** One closed hour of a coin as one source reports it. `timestamp` is when the hour begins. */
export const candles = pgTable(
  'candles',
  {
    crypto: text().notNull(),
    timestamp: moment('timestamp').notNull(),
    source: text().$type<CandleSource>().notNull(),
    /** CoinGecko reports only the price at the end of an hour. */
    open: number('open'),
    high: number('high'),
    low: number('low'),
    close: number('close').notNull(),
    /** Traded within the hour on the exchange, in the pair's quote asset. Prices are in its currency. */
    volume: number('volume'),
    /** Traded on all markets in the 24 hours before the end of the hour, in the coin's currency; only CoinGecko reports it. */
    volume24h: number('volume_24h'),
    ...provenance(),
  },
  (table) => [
    primaryKey({ columns: [table.crypto, table.timestamp, table.source] }),
    index('candles_newest').on(table.timestamp),
    check('candles_on_the_hour', sql`date_trunc('hour', ${table.timestamp}, 'UTC') = ${table.timestamp}`),
    check('candles_are_prices', arePrices(table.open, table.high, table.low, table.close)),
  ],
)

/** Hours that a source does not have and never will; they are not requested again. */
export const knownGaps = pgTable(
  'known_gaps',
  {
    crypto: text().notNull(),
    timestamp: moment('timestamp').notNull(),
    source: text().$type<CandleSource>().notNull(),
    reason: text().notNull(),
    ...provenance(),
  },
  (table) => [primaryKey({ columns: [table.crypto, table.timestamp, table.source] })],
)

const byRank = sql.raw(
  `case source ${CANDLE_SOURCES.map((source, rank) => `when '${source}' then ${rank}`).join(' ')} end`,
)

/**
 * The grid: one candle per hour and coin, from the source that ranks first. The only place that decides which source
 * wins.
 */
export const hourlyCandles = pgView('hourly_candles', {
  crypto: text().notNull(),
  timestamp: moment('timestamp').notNull(),
  source: text().$type<CandleSource>().notNull(),
  open: number('open'),
  high: number('high'),
  low: number('low'),
  close: number('close').notNull(),
  volume: number('volume'),
}).as(sql`select distinct on (crypto, "timestamp") crypto, "timestamp", source, open, high, low, close, volume
  from candles order by crypto, "timestamp", ${byRank}`)

/** UTC days of the grid; `hours` is less than 24 for the current day and for a day with a gap. */
export const dailyCandles = pgView('daily_candles', {
  crypto: text().notNull(),
  date: date({ mode: 'string' }).notNull(),
  open: number('open'),
  high: number('high'),
  low: number('low'),
  close: number('close').notNull(),
  volume: number('volume'),
  hours: integer().notNull(),
}).as(sql`select crypto, ("timestamp" at time zone 'UTC')::date as date,
    (array_agg(open order by "timestamp"))[1] as open, max(coalesce(high, close)) as high, min(coalesce(low, close)) as low,
    (array_agg(close order by "timestamp" desc))[1] as close, sum(volume) as volume, count(*)::int as hours
  from hourly_candles group by 1, 2`)

/**
 * The hourly grid with indicators and features, documented names kept. `timestamp` is when the hour begins, `price` the
 * close at its end. Null until an indicator is warmed up.
 */
export const cryptoPrices = pgTable(
  'crypto_prices',
  {
    crypto: text().notNull(),
    timestamp: moment('timestamp').notNull(),
    price: number('price').notNull(),
    /** Traded within the hour, in the pair's quote asset; null if the hour's source does not report it. */
    volume: number('volume'),
    rsi: number('rsi'),
    macd: number('macd'),
    macdSignal: number('macd_signal'),
    macdHistogram: number('macd_histogram'),
    sma: number('sma'),
    upperBand: number('upper_band'),
    lowerBand: number('lower_band'),
    adx: number('adx'),
    stochRsi: number('stoch_rsi'),
    fibo23: number('fibo_23'),
    fibo38: number('fibo_38'),
    fibo50: number('fibo_50'),
    fibo61: number('fibo_61'),
    fibo78: number('fibo_78'),
    volumeAvg7d: number('volume_avg_7d'),
    volumeAvg14d: number('volume_avg_14d'),
    volumeAvg30d: number('volume_avg_30d'),
    sma7: number('sma_7'),
    sma14: number('sma_14'),
    sma30: number('sma_30'),
    fearGreed7d: number('fear_greed_7d'),
    fearGreed14d: number('fear_greed_14d'),
    fearGreed30d: number('fear_greed_30d'),
    changePercent: number('change_percent'),
    /** From here on columns that the document does not have. */
    source: text().$type<CandleSource>().notNull(),
    open: number('open'),
    high: number('high'),
    low: number('low'),
    ema: number('ema'),
    rsiWilder: number('rsi_wilder'),
    stochRsiWilder: number('stoch_rsi_wilder'),
    /** The original's variant, from closes alone. */
    adxClose: number('adx_close'),
    /** The index of the row's UTC day. */
    fearGreed: number('fear_greed'),
    /** Version of the formulas that made the row; rows of an older one are recomputed. */
    formulas: integer().notNull(),
    ...provenance(),
  },
  (table) => [
    primaryKey({ columns: [table.crypto, table.timestamp] }),
    index('crypto_prices_newest').on(table.timestamp),
    check('crypto_prices_are_prices', arePrices(table.price)),
  ],
)

/** One row a UTC day (https://alternative.me/crypto/fear-and-greed-index/). */
export const fearGreedIndex = pgTable('fear_greed_index', {
  date: date({ mode: 'string' }).primaryKey(),
  value: integer().notNull(),
  classification: text().notNull(),
  ...provenance(),
})

/** Days that the index does not have and never will; they are not requested again. */
export const fearGreedGaps = pgTable('fear_greed_gaps', {
  date: date({ mode: 'string' }).primaryKey(),
  reason: text().notNull(),
  ...provenance(),
})

/** The price at the same moment according to both sources; null if one did not answer. */
export const priceComparisons = pgTable(
  'price_comparisons',
  {
    crypto: text().notNull(),
    /** When the run that asked began. */
    timestamp: moment('timestamp').notNull(),
    coingeckoPrice: number('coingecko_price'),
    binancePrice: number('binance_price'),
    /** Binance's price less CoinGecko's, in the coin's currency and in percent of CoinGecko's. */
    difference: number('difference'),
    differencePercent: number('difference_percent'),
    ...provenance(),
  },
  (table) => [
    primaryKey({ columns: [table.crypto, table.timestamp] }),
    index('price_comparisons_newest').on(table.timestamp),
    check('price_comparisons_are_prices', arePrices(table.coingeckoPrice, table.binancePrice)),
  ],
)

/** Forecasts, each made before its target time. A trigger refuses every change. */
export const predictions = pgTable(
  'predictions',
  {
    crypto: text().notNull(),
    /** `1h` or `24h`. */
    horizon: text().notNull(),
    /** When the forecast price is due. */
    targetTime: moment('target_time').notNull(),
    modelVersion: text('model_version').notNull(),
    /** The candle from which it was made: the start of its hour. */
    timestamp: moment('timestamp').notNull(),
    madeAt: moment('made_at').notNull(),
    predictedPrice: number('predicted_price').notNull(),
    /** Interval that should hold 80 % of the prices; null while a model has no record to take it from. */
    lower: number('lower'),
    upper: number('upper'),
    /** Close of the candle; also the naive forecast. */
    lastPrice: number('last_price').notNull(),
    decision: text().$type<'BUY' | 'SELL' | 'HOLD'>().notNull(),
    /** Mean absolute errors on the held-out part, and 1 - model/naive. */
    modelMae: number('model_mae'),
    naiveMae: number('naive_mae'),
    skill: number('skill'),
    trainFrom: moment('train_from'),
    trainTo: moment('train_to'),
    ...provenance(),
  },
  (table) => [
    primaryKey({ columns: [table.crypto, table.horizon, table.targetTime, table.modelVersion] }),
    check('predictions_made_before', sql`${table.madeAt} < ${table.targetTime}`),
    check(
      'predictions_are_prices',
      arePrices(table.predictedPrice, table.lastPrice, table.lower, table.upper),
    ),
    index('predictions_recent').on(table.crypto, table.madeAt.desc()),
    index('predictions_newest').on(table.targetTime),
  ],
)

/** The outcome of a forecast. */
export const predictionScores = pgTable(
  'prediction_scores',
  {
    crypto: text().notNull(),
    horizon: text().notNull(),
    targetTime: moment('target_time').notNull(),
    modelVersion: text('model_version').notNull(),
    actualPrice: number('actual_price').notNull(),
    /** Predicted less actual. */
    error: number('error').notNull(),
    naiveError: number('naive_error').notNull(),
    /** Whether it said up for what went up, down for what went down. */
    directionRight: boolean('direction_right').notNull(),
    /** Null if the forecast had no interval. */
    withinInterval: boolean('within_interval'),
    ...provenance(),
  },
  (table) => [primaryKey({ columns: [table.crypto, table.horizon, table.targetTime, table.modelVersion] })],
)

/** Reports to MLflow that were not delivered yet; a delivered one is deleted. */
export const mlflowOutbox = pgTable('mlflow_outbox', {
  deliveryId: text('delivery_id').primaryKey(),
  report: jsonb().notNull(),
  ...provenance(),
})

/** Prices of an older collector, as they were: mixed hours and days, so they are no part of the grid. */
export const importedPrices = pgTable(
  'imported_prices',
  {
    crypto: text().notNull(),
    timestamp: moment('timestamp').notNull(),
    price: number('price').notNull(),
    volume: number('volume'),
    /** Its indicators and features, by the column names of its file. */
    original: jsonb().notNull(),
    ...provenance(),
  },
  (table) => [primaryKey({ columns: [table.crypto, table.timestamp] })],
)

/** Predictions of an older collector, which state neither when they were made nor for when. */
export const importedPredictions = pgTable(
  'imported_predictions',
  {
    crypto: text().notNull(),
    timestamp: moment('timestamp').notNull(),
    predictedPrice: number('predicted_price').notNull(),
    lastPrice: number('last_price'),
    decision: text(),
    modelMae: number('model_mae'),
    modelVersion: text('model_version'),
    ...provenance(),
  },
  (table) => [primaryKey({ columns: [table.crypto, table.timestamp] })],
)

/** What the writer takes, by SQL name, with the natural key of each. Names are stable: spooled calls refer to them. */
export const cryptoForecastTables = {
  candles: writable(candles, ['crypto', 'timestamp', 'source'], {
    numbers:
      'a market may multiply: a forecast is made from no step that is none of a market, and the sources are compared',
  }),
  known_gaps: writable(knownGaps, ['crypto', 'timestamp', 'source']),
  crypto_prices: writable(cryptoPrices, ['crypto', 'timestamp'], {
    derived: true,
    numbers: 'computed from candles',
  }),
  fear_greed_index: writable(fearGreedIndex, ['date'], { numbers: 'within 0 to 100 it moves freely' }),
  fear_greed_gaps: writable(fearGreedGaps, ['date']),
  price_comparisons: writable(priceComparisons, ['crypto', 'timestamp'], {
    numbers: 'two prices that judge each other',
  }),
  predictions: writable(predictions, ['crypto', 'horizon', 'targetTime', 'modelVersion'], {
    final: true,
    derived: true,
    due: 'targetTime',
    numbers: 'computed; a forecast that is no price is not made',
  }),
  prediction_scores: writable(predictionScores, ['crypto', 'horizon', 'targetTime', 'modelVersion'], {
    derived: true,
    due: 'targetTime',
    numbers: 'computed from forecasts and candles',
  }),
  mlflow_outbox: writable(mlflowOutbox, ['deliveryId'], { final: true, derived: true }),
  imported_prices: writable(importedPrices, ['crypto', 'timestamp'], {
    numbers: 'a person imported them, and nothing reads them',
  }),
  imported_predictions: writable(importedPredictions, ['crypto', 'timestamp'], {
    numbers: 'a person imported them, and nothing reads them',
  }),
}

/** How each grows, and whether old rows may be removed. */
export const cryptoForecastKept: KeptTables = {
  // Hours of the history that are missing would be asked for again.
  candles: { grows: '24 rows a day, coin and source; the history of history_days is kept whole' },
  crypto_prices: { grows: '24 rows a day and coin, computed from candles' },
  known_gaps: { grows: 'a row for each hour that a source will never have' },
  fear_greed_index: { grows: 'a row a day' },
  fear_greed_gaps: { grows: 'a row for each day that the index will never have' },
  price_comparisons: { grows: 'a row a run and coin', age: 'timestamp', daily: ['crypto'] },
  predictions: { grows: 'a row a run, coin, horizon and model: never changed and never removed' },
  prediction_scores: { grows: 'a row for each forecast that came due' },
  mlflow_outbox: { grows: 'reports that wait for MLflow; a delivered one is removed' },
  imported_prices: { grows: 'nothing but an import adds rows' },
  imported_predictions: { grows: 'nothing but an import adds rows' },
}

/** Hours that a run may have collected or computed. */
const LATEST = `now() - interval '2 days'`
const OF_HOUR = `crypto || ' ' || to_char("timestamp" at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`
const HOURS = { of: OF_HOUR, newest: `"timestamp" > ${LATEST}` }
const FORECASTS = {
  of: `crypto || ' ' || horizon || ' ' || to_char(target_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`,
  newest: `target_time > ${LATEST}`,
}

/** What must hold of their rows. The grid is looked at as a whole besides, coin by coin: activities/crypto-forecast/check-grid.ts. */
export const cryptoForecastChecks: ChecksOfTables = {
  candles: [
    holds(
      'candle',
      HOURS,
      'high >= greatest(open, low, close) and low <= least(open, close)',
      reason('breach-candle'),
    ),
    holds(
      'volume',
      HOURS,
      "volume >= 0 and volume < 'infinity'",
      reason('breach-below', { column: 'volume', from: 0 }),
    ),
    past(HOURS, 'timestamp'),
  ],
  crypto_prices: [
    holds('bands', HOURS, "lower_band <= upper_band and upper_band < 'infinity'", reason('breach-bands')),
  ],
  known_gaps: 'hours that a source says it lacks',
  fear_greed_index: [
    range({ of: 'date::text', newest: `date > ${LATEST}` }, 'value', 0, 100),
    pastDay({ of: 'date::text', newest: 'date = (select max(date) from fear_greed_index)' }, 'date'),
  ],
  fear_greed_gaps: 'days that the index says it lacks',
  price_comparisons: 'two prices that judge each other: the run is partial if they are apart',
  predictions: [
    holds(
      'interval',
      FORECASTS,
      'lower <= upper and predicted_price between lower and upper',
      reason('breach-interval'),
    ),
  ],
  prediction_scores: [past(FORECASTS, 'target_time')],
  mlflow_outbox: 'reports that wait, and go',
  imported_prices: 'kept as another collector wrote them',
  imported_predictions: 'kept as another collector wrote them',
}
