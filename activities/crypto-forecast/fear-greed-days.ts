/** Fear & Greed: the days since the newest stored one, all of them at first. */
import { DAY_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { newestFearGreedDay } from '../../db/queries/crypto-forecast/prices.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { ActivityContext } from './activity-context.ts'
import type { SourceInput } from './inputs.ts'
import { sourceCounts } from '../source-counts.ts'

const SOURCE = 'fear-greed'
/** The newest day is requested again with the next ones: its value may have been corrected. */
const OVERLAP_DAYS = 2
/** alternative.me's value for "all days". */
const ALL = 0

/** Requests enough days to close every gap since the newest stored day, or since the beginning of a backfill. */
export async function collectFearGreedDays(
  { db, fearGreed, signal, retryBudget, clock }: ActivityContext,
  { run, backfill }: SourceInput,
): Promise<SourceCounts> {
  const since = backfill?.from ?? (await withDatabaseRetry(retryBudget, () => newestFearGreedDay(db)))
  const daysSince =
    since === undefined ? undefined : Math.floor((clock().getTime() - Date.parse(since)) / DAY_MS)
  const answer = await fearGreed.days(
    daysSince === undefined ? ALL : Math.max(0, daysSince) + OVERLAP_DAYS,
    signal,
  )
  const rejected = answer.rejected.map((row) => ({ source: SOURCE, ...row }))
  const { written } = await writeRows(
    db,
    { fear_greed_index: answer.days },
    { observedAt: clock(), runId: run.runId, raw: answer.raw, rejected, retryBudget },
  )
  const fetched = answer.days.length
  const counts = sourceCounts({ fetched, written, rejected: rejected.length, why: [] })
  // At least the newest day is always there.
  return fetched === 0 ? { ...counts, outcome: 'failed' } : counts
}
