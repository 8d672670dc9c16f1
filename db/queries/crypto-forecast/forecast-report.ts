/** Figures of the stored forecasts per coin, horizon and model. */
import { and, desc, eq, notLike, sql } from 'drizzle-orm'
import { importedModel } from '../../../core/crypto-forecast/imported-model.ts'
import type { Database } from '../../database.ts'
import { predictions, predictionScores } from '../../schema/crypto-forecast.ts'

/** Counts and mean errors of the forecasts of one model for one coin and horizon. Errors are in the coin's currency. */
export interface StoredFigures {
  crypto: string
  horizon: string
  modelVersion: string
  made: number
  /** Forecasts whose target time has passed and whose price is known; what follows counts these alone. */
  scored: number
  /** Scored forecasts after which the price moved at all, and those of them whose direction was right. */
  moved: number
  hits: number
  /** Mean absolute errors; null if nothing is scored. */
  mae: number | null
  naiveMae: number | null
  /** Sample deviation of (naive absolute error - model's absolute error); null below two. */
  gainDeviation: number | null
  /** Scored forecasts with an interval, and those of them whose price was inside. */
  intervals: number
  held: number
  /** Decisions of all forecasts. */
  buy: number
  sell: number
  hold: number
}

/** Figures of the forecasts made since a moment (milliseconds since 1970), of all coins or of one. */
export async function storedFigures(
  db: Database,
  { sinceMs, crypto }: { sinceMs: number; crypto: string | undefined },
): Promise<StoredFigures[]> {
  const ofCoin = crypto === undefined ? sql`` : sql`and made.crypto = ${crypto}`
  const result = await db.execute<StoredFigures & Record<string, unknown>>(sql`
    select made.crypto, made.horizon, made.model_version as "modelVersion",
      count(*)::int as made, count(scored.error)::int as scored,
      count(*) filter (where naive_error <> 0)::int as moved,
      count(*) filter (where naive_error <> 0 and direction_right)::int as hits,
      avg(abs(error)) as mae, avg(abs(naive_error)) as "naiveMae",
      stddev_samp(abs(naive_error) - abs(error)) as "gainDeviation",
      count(within_interval)::int as intervals, count(*) filter (where within_interval)::int as held,
      count(*) filter (where decision = 'BUY')::int as buy, count(*) filter (where decision = 'SELL')::int as sell,
      count(*) filter (where decision = 'HOLD')::int as hold
    from predictions made
    left join prediction_scores scored on scored.crypto = made.crypto and scored.horizon = made.horizon
      and scored.target_time = made.target_time and scored.model_version = made.model_version
    where made.made_at >= ${new Date(sinceMs).toISOString()}::timestamptz ${ofCoin}
    group by 1, 2, 3
    order by made.crypto, min(made.target_time - made."timestamp"), made.model_version`)
  return result.rows
}

/** Every coin that was ever forecast, with the moment of its newest forecast; coins no longer tracked included. */
export async function forecastCoins(db: Database): Promise<{ crypto: string; newest: Date }[]> {
  const result = await db.execute<{ crypto: string; newest: number }>(sql`
    select crypto, (extract(epoch from max(made_at)) * 1000)::float8 as newest from predictions group by crypto order by crypto`)
  return result.rows.map(({ crypto, newest }) => ({ crypto, newest: new Date(newest) }))
}

/**
 * Returns how many hours a source reported of each coin from `fromMs` to `toMs`, both included. Coins without any are
 * left out.
 */
export async function storedHours(
  db: Database,
  { source, fromMs, toMs }: { source: string; fromMs: number; toMs: number },
): Promise<Map<string, number>> {
  const result = await db.execute<{ crypto: string; hours: number }>(sql`
    select crypto, count(*)::int as hours from candles where source = ${source}
      and "timestamp" between ${new Date(fromMs).toISOString()}::timestamptz and ${new Date(toMs).toISOString()}::timestamptz
    group by crypto`)
  return new Map(result.rows.map(({ crypto, hours }) => [crypto, hours]))
}

/** A forecast whose time has not come. Prices are in the coin's currency. */
export interface OpenForecast {
  crypto: string
  horizon: string
  modelVersion: string
  /** When the price is due, and when it was forecast. */
  targetTime: Date
  madeAt: Date
  /** The hour whose close is `lastPrice`: when it begins. */
  timestamp: Date
  lastPrice: number
  predictedPrice: number
  /** Null while a model has no record to take an interval from. */
  lower: number | null
  upper: number | null
  decision: string
}

/** The newest forecast of each coin, horizon and model that forecasts here, of all coins or of one. */
export async function newestForecasts(db: Database, crypto?: string): Promise<OpenForecast[]> {
  const rows = await db
    .selectDistinctOn([predictions.crypto, predictions.horizon, predictions.modelVersion])
    .from(predictions)
    .where(
      and(
        notLike(predictions.modelVersion, importedModel('%')),
        crypto === undefined ? undefined : eq(predictions.crypto, crypto),
      ),
    )
    .orderBy(predictions.crypto, predictions.horizon, predictions.modelVersion, desc(predictions.targetTime))
  return rows
}

/** The newest forecasts of a coin for one horizon, of all its models, each with its score; null while it has none. */
export async function forecastsWithScores(
  db: Database,
  { crypto, horizon, limit }: { crypto: string; horizon: string; limit: number },
) {
  return db
    .select({ made: predictions, scored: predictionScores })
    .from(predictions)
    .leftJoin(
      predictionScores,
      and(
        eq(predictionScores.crypto, predictions.crypto),
        eq(predictionScores.horizon, predictions.horizon),
        eq(predictionScores.targetTime, predictions.targetTime),
        eq(predictionScores.modelVersion, predictions.modelVersion),
      ),
    )
    .where(and(eq(predictions.crypto, crypto), eq(predictions.horizon, horizon)))
    .orderBy(desc(predictions.targetTime), desc(predictions.madeAt), predictions.modelVersion)
    .limit(limit)
}

/** How the forecasts for one UTC day did, for each coin, horizon and model of ours. */
export interface DayScores {
  crypto: string
  horizon: string
  scored: number
  /** Mean absolute errors in the coin's currency: the model's, and that of saying that the price stays. */
  mae: number
  naiveMae: number
}

/** The scores of the forecasts for a UTC day that begins then. */
export async function scoresOfDay(db: Database, day: Date): Promise<DayScores[]> {
  const { rows } = await db.execute<DayScores & Record<string, unknown>>(sql`
    select crypto, horizon, count(*)::int as scored, avg(abs(error)) as mae, avg(abs(naive_error)) as "naiveMae"
    from prediction_scores
    where target_time >= ${day.toISOString()}::timestamptz and target_time < ${day.toISOString()}::timestamptz + interval '1 day'
      and model_version not like ${importedModel('%')}
    group by crypto, horizon order by crypto, horizon`)
  return rows
}
