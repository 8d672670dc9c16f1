/** Walk-forward over the stored hours of a coin: what the model would have said, and whether it was right. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { HORIZON_NAMES, HORIZONS, type Horizon } from '../../activities/crypto-forecast/horizons.ts'
import { backtest } from '../../activities/crypto-forecast/model/backtest.ts'
import { FEATURE_COLUMNS, type FeatureTable } from '../../activities/crypto-forecast/model/feature-columns.ts'
import { newestStretch, whyBroken } from '../../activities/crypto-forecast/model/history-breaks.ts'
import { samplesOf, usableRows } from '../../activities/crypto-forecast/model/samples.ts'
import { rowsNeeded } from '../../activities/crypto-forecast/model/time-splits.ts'
import type { Database } from '../../db/database.ts'
import { priceColumns } from '../../db/queries/crypto-forecast/prices.ts'
import { sentence } from '../../wording/sentence.ts'
import { moment } from '../output.ts'
import { testedForecasts, type ForecastFigures } from '../../client/crypto-forecast/figures.ts'

/** A backtest of one coin. Times in milliseconds since 1970. */
export interface TestedCoin {
  crypto: string
  /** The days that were tested; they end with the newest stored hour, so that the same rows give the same result. */
  span?: { fromMs: number; toMs: number }
  /** A line a horizon that could be tested. */
  figures: ForecastFigures[]
  /** Notes on the figures: forecasts that begin later than requested. */
  notes: string[]
  /** Why a horizon could not be tested, one sentence each. */
  tooFew: string[]
}

/** Tests the last whole days of a coin. Throws as the database does. */
export async function testPast(
  db: Database,
  crypto: string,
  { days, refitHours }: { days: number; refitHours: number },
): Promise<TestedCoin> {
  const { openMs, columns } = await priceColumns(db, crypto, FEATURE_COLUMNS)
  const newest = openMs.at(-1)
  if (newest === undefined)
    return { crypto, figures: [], notes: [], tooFew: [`${crypto}: no hours are stored`] }
  const table = { stepMs: HOUR_MS, openMs, columns }
  const toMs = newest + HOUR_MS
  const span = { fromMs: toMs - days * DAY_MS, toMs }
  const tested: TestedCoin = { crypto, span, figures: [], notes: [], tooFew: [] }
  for (const horizon of HORIZON_NAMES) testHorizon(tested, table, { ...span, horizon, refitHours })
  return tested
}

function testHorizon(
  { crypto, figures, notes, tooFew }: TestedCoin,
  table: FeatureTable,
  {
    horizon,
    refitHours,
    fromMs,
    toMs,
  }: { horizon: Horizon; refitHours: number } & NonNullable<TestedCoin['span']>,
): void {
  const options = { horizonsMs: [HORIZONS[horizon]], fromMs, toMs, refitMs: refitHours * HOUR_MS }
  for (const result of backtest(table, options)) {
    const [first] = result.forecasts
    if (first === undefined) {
      tooFew.push(`${crypto} ${horizon}: ${whyNone(table, horizon)}`)
      continue
    }
    figures.push(testedForecasts(crypto, horizon, result))
    if (first.fittedMs > fromMs) {
      const since = moment(new Date(first.fittedMs))
      notes.push(`${crypto} ${horizon}: forecasts from ${since} on; before that, too few hours are stored`)
    }
  }
}

function whyNone(whole: FeatureTable, horizon: Horizon): string {
  const { table, follows } = newestStretch(whole)
  const { rows, gapRows } = samplesOf(table, usableRows(table), HORIZONS[horizon])
  const needed = rowsNeeded(gapRows)
  if (follows !== undefined) return sentence(whyBroken(follows, { rows: rows.length, needed }))
  const stored = `of ${table.openMs.length} stored hours ${rows.length} have all features and a known outcome`
  return `too few to test: ${stored}; ${needed} are needed before the first forecast`
}
