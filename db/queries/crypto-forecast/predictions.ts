/** Forecasts and their scores. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import type { WritableRows } from '../../writable-tables.ts'

/** The horizons for which a model's forecast from this candle is stored. */
export async function storedHorizons(
  db: Database,
  { crypto, openMs, modelVersion }: { crypto: string; openMs: number; modelVersion: string },
): Promise<Set<string>> {
  const result = await db.execute<{ horizon: string }>(sql`select horizon from predictions
    where crypto = ${crypto} and "timestamp" = ${new Date(openMs).toISOString()}::timestamptz and model_version = ${modelVersion}`)
  return new Set(result.rows.map(({ horizon }) => horizon))
}

/**
 * Returns the scores of all forecasts whose target time has passed and whose price is known, unless they are already
 * stored like this.
 */
export async function dueScores(db: Database): Promise<WritableRows['prediction_scores'][]> {
  const result = await db.execute<{
    crypto: string
    horizon: string
    target: string
    version: string
    actual: number
    predicted: number
    last: number
    within: boolean | null
  }>(sql`
    select made.crypto, made.horizon, made.target_time::text as target, made.model_version as version,
      grid.price as actual, made.predicted_price as predicted, made.last_price as last,
      grid.price between made.lower and made.upper as within
    from predictions made
    join crypto_prices grid on grid.crypto = made.crypto and grid."timestamp" = made.target_time - interval '1 hour'
    left join prediction_scores scored on scored.crypto = made.crypto and scored.horizon = made.horizon
      and scored.target_time = made.target_time and scored.model_version = made.model_version
    where scored.actual_price is distinct from grid.price`)
  return result.rows.map(({ crypto, horizon, target, version, actual, predicted, last, within }) => ({
    crypto,
    horizon,
    targetTime: new Date(target),
    modelVersion: version,
    actualPrice: actual,
    error: predicted - actual,
    naiveError: last - actual,
    directionRight: Math.sign(predicted - last) === Math.sign(actual - last),
    withinInterval: within,
  }))
}

/**
 * Returns a model's record: absolute errors of its newest scored forecasts of a coin that were due after a moment
 * (milliseconds since 1970), smallest first.
 */
export async function trackRecord(
  db: Database,
  {
    crypto,
    horizon,
    modelVersion,
    sinceMs,
    limit,
  }: { crypto: string; horizon: string; modelVersion: string; sinceMs: number; limit: number },
): Promise<{ errors: number[]; mae: number | null; naiveMae: number | null }> {
  const result = await db.execute<{ errors: number[] | null; mae: number | null; naive: number | null }>(sql`
    select array_agg(abs(error) order by abs(error)) as errors, avg(abs(error)) as mae, avg(abs(naive_error)) as naive
    from (select error, naive_error from prediction_scores
      where crypto = ${crypto} and horizon = ${horizon} and model_version = ${modelVersion}
        and target_time > ${new Date(sinceMs).toISOString()}::timestamptz
      order by target_time desc limit ${limit}) as newest`)
  const [row] = result.rows
  return { errors: row?.errors ?? [], mae: row?.mae ?? null, naiveMae: row?.naive ?? null }
}
