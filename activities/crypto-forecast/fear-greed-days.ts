/** Fear & Greed: the days that are not stored yet, and the newest ones again. */
import { DAY_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { readOr } from '../../db/last-known.ts'
import { missingFearGreedDays, newestFearGreedDay } from '../../db/queries/crypto-forecast/prices.ts'
import { rowsOfRun } from '../../db/queries/rows-of-run.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { FearGreedDays } from '../../upstreams/fear-greed.ts'
import { implausible } from '../../wording/reason.ts'
import type { ActivityContext } from './activity-context.ts'
import type { SourceInput } from './inputs.ts'
import { sourceCounts } from '../source-counts.ts'

const SOURCE = 'fear-greed'
/** The index begins here (https://alternative.me/crypto/fear-and-greed-index/#api). */
const FIRST_DAY = '2018-02-01'
/** The newest day is requested again with the next ones: its value may have been corrected. */
const OVERLAP_DAYS = 2
/** alternative.me's value for "all days". */
const ALL = 0
/** A day whose row was refused may still be mended for this long … */
const MENDED_DAYS = 7
/** … and a response with a larger share of refused rows shows nothing: rather its form has changed. */
const MAX_REFUSED_SHARE = 0.01

/** Requests enough days to fill every hole, or those since the beginning of a backfill. */
export async function collectFearGreedDays(
  context: ActivityContext,
  { run, backfill }: SourceInput,
): Promise<SourceCounts> {
  const { db, fearGreed, signal, retryBudget, clock } = context
  const today = dayOf(clock().getTime())
  const missingDays = () => withDatabaseRetry(retryBudget, () => missingFearGreedDays(db, FIRST_DAY, today))
  const known = async () => {
    const [newest, missing] = [await newestFearGreedDay(db), await missingFearGreedDays(db, FIRST_DAY, today)]
    return { newest, oldestMissing: missing[0] ?? newest }
  }
  // Without the database the newest days are asked; a later run that sees older holes fills them.
  const { newest, oldestMissing } = await readOr(db, retryBudget, known, () => ({
    newest: today,
    oldestMissing: today,
  }))
  const since = [newest, oldestMissing, backfill?.from].filter((day) => day !== undefined).toSorted()[0]
  const answer = await fearGreed.days(daysToAsk(newest === undefined ? undefined : since, today), signal)
  const rejected = answer.rejected.map((row) => ({ source: SOURCE, ...row }))
  const options = { observedAt: clock(), runId: run.runId, retryBudget }
  const stored = await writeRows(
    db,
    { fear_greed_index: answer.days },
    { ...options, raw: answer.raw, rejected },
  )
  const fetched = answer.days.length
  const counts = { fetched, written: stored.written, rejected: rejected.length, why: [] }
  // At least the newest day is always there.
  if (fetched === 0) return { ...sourceCounts(counts), outcome: 'failed' }
  // What is missing is unknown while some of it is in the spool; the next run requests it.
  if (stored.spooled !== undefined) return sourceCounts(counts)
  // Counts all attempts of this activity: what an earlier one has stored is not requested again.
  counts.written = await withDatabaseRetry(retryBudget, () => rowsOfRun(db, run.runId, ['fear_greed_index']))
  const { gaps, lost } = gapsAmong(await missingDays(), answer, today)
  const fear_greed_gaps = gaps.map((date) => ({ date, reason: 'the index has no value of this day' }))
  if (gaps.length > 0) await writeRows(db, { fear_greed_gaps }, options)
  const [from, to] = [lost.at(0), lost.at(-1)]
  if (from === undefined || to === undefined) return sourceCounts(counts)
  return sourceCounts({
    ...counts,
    why: [implausible('index-days-missing', { days: lost.length, from, to })],
  })
}

function daysToAsk(since: string | undefined, today: string): number {
  if (since === undefined || since <= FIRST_DAY) return ALL
  return Math.max(0, Math.floor((Date.parse(today) - Date.parse(since)) / DAY_MS)) + OVERLAP_DAYS
}

/**
 * Which missing days the index does not have: those between two days of one response. Days that the response should have
 * shown and did not are lost; the next run requests them again. After the newest day nothing is missing yet.
 */
export function gapsAmong(
  missing: readonly string[],
  { days, rejected }: Pick<FearGreedDays, 'days' | 'rejected'>,
  today: string,
): { gaps: string[]; lost: string[] } {
  const shown = days.map(({ date }) => date).toSorted()
  const [first = today, last = ''] = [shown.at(0), shown.at(-1)]
  const isRead = rejected.length <= MAX_REFUSED_SHARE * days.length
  const settled = rejected.length === 0 ? last : dayOf(Date.parse(today) - MENDED_DAYS * DAY_MS)
  const past = missing.filter((day) => day < last)
  const gaps = past.filter((day) => isRead && day > first && day < settled)
  return { gaps, lost: past.filter((day) => !gaps.includes(day)) }
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length)
