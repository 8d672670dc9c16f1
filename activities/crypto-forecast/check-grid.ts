/** The check of the grid after every run: enough rows, no holes, no duplicates, no empty or stale values. */
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { sharedHours, type SharedHours } from '../../db/queries/crypto-forecast/candles.ts'
import { gridFacts, type GridFacts } from '../../db/queries/crypto-forecast/prices.ts'
import { storeResults, type CheckResult } from '../../db/queries/checks.ts'
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import type { ActivityContext } from './activity-context.ts'
import { LONGEST_WINDOW_DAYS } from './candle-series.ts'
import { MAX_DAYS } from './coingecko-prices.ts'
import { newestClosedHour } from './hours.ts'
import { MAX_APART_PERCENT, MAX_APART_SHARE } from './two-sources.ts'
import { AVERAGE_PERIOD, MACD_SPANS } from './indicators.ts'
import { MIN_COVERAGE } from './time-windows.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** What the rows are checked against. All indicators and windows are warm after the longest window. */
const WINDOWS = {
  longestDays: LONGEST_WINDOW_DAYS,
  longestRows: MIN_COVERAGE * LONGEST_WINDOW_DAYS * (DAY_MS / HOUR_MS),
  averageRows: AVERAGE_PERIOD,
  signalRows: MACD_SPANS.slow + MACD_SPANS.signal - 1,
}

interface Check {
  name: string
  passed: boolean
  found: number
  finding: Reason
}

/**
 * Stores its findings; a failed check makes the run partial, with the check's name. A run that did not ask for the newest hour
 * (`isPast`) is not to blame for lacking it.
 */
export async function checkGrid(
  context: ActivityContext,
  run: Run,
  { isPast = false }: { isPast?: boolean | undefined } = {},
): Promise<SourceCounts> {
  const { db, settings, retryBudget, clock } = context
  const newestMs = isPast ? undefined : newestClosedHour(clock().getTime())
  const keptFromMs = clock().getTime() - settings.history_days * DAY_MS
  const coins = settings.coins.map(({ id }) => id)
  const shared = await withDatabaseRetry(retryBudget, () =>
    sharedHours(db, coins, {
      sinceMs: clock().getTime() - MAX_DAYS * DAY_MS,
      percent: MAX_APART_PERCENT,
    }),
  )
  const why: Reason[] = []
  const results: CheckResult[] = []
  for (const crypto of coins) {
    const facts = await withDatabaseRetry(retryBudget, () =>
      gridFacts(db, crypto, { ...WINDOWS, keptFromMs }),
    )
    for (const { name, passed, found, finding } of checksOf(facts, shared.get(crypto), newestMs)) {
      const whole = reason('check', { check: name, crypto, finding })
      results.push({ table: 'crypto_prices', name, subject: crypto, passed, found, finding: whole })
      if (!passed) why.push(whole)
    }
  }
  await withDatabaseRetry(retryBudget, () => storeResults(db, run, results))
  return { ...NOTHING, outcome: why.length > 0 ? 'partial' : 'complete', why }
}

/** Returns the facts, and whether they are as they should be; without `newestMs` the newest hour is not judged. */
export function checksOf(
  facts: GridFacts,
  { both, apart }: Pick<SharedHours, 'both' | 'apart'> = { both: 0, apart: 0 },
  newestMs: number | undefined,
): Check[] {
  const { rows, days, newest, cold, early, double, gaps, knownGaps, others } = facts
  return [
    {
      name: 'rows',
      passed: rows > 0,
      found: rows,
      finding: reason('check-rows', { rows, days }),
    },
    ...(newestMs === undefined ? [] : [newestCandle(newest, newestMs)]),
    {
      name: 'nulls-after-warm-up',
      passed: cold === 0,
      found: cold,
      finding: reason('check-nulls', { rows: cold, days: LONGEST_WINDOW_DAYS }),
    },
    {
      name: 'warm-up-after-gap',
      passed: early === 0,
      found: early,
      finding: reason('check-early', { rows: early, days: LONGEST_WINDOW_DAYS }),
    },
    {
      name: 'duplicates',
      passed: double === 0,
      found: double,
      finding: reason('check-duplicates', { rows: double }),
    },
    {
      name: 'gaps',
      passed: gaps === 0,
      found: gaps,
      finding: reason('check-hours', { gaps, known: knownGaps, others }),
    },
    {
      name: 'sources',
      passed: apart <= MAX_APART_SHARE * both,
      found: apart,
      finding: reason('check-sources', { apart, both, percent: MAX_APART_PERCENT }),
    },
  ]
}

function newestCandle(newest: number | undefined, newestMs: number): Check {
  const name = 'newest-candle'
  if (newest === undefined) return { name, passed: false, found: 0, finding: reason('check-no-candle') }
  const hours = (newestMs - newest) / HOUR_MS
  return { name, passed: hours <= 0, found: hours, finding: reason('check-behind', { hours }) }
}
