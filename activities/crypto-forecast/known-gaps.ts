/** Which missing hours are gaps of the exchange itself, and which are only an implausible response. */
import { HOUR_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { heldHours, missingHours, type Hours } from '../../db/queries/crypto-forecast/candles.ts'
import type { CandleSource } from '../../db/schema/crypto-forecast.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { ActivityContext } from './activity-context.ts'
import type { Reason } from '../../core/reason.ts'
import { implausible } from '../../wording/reason.ts'

/** The exchange's longest known outage lasted 33 hours (February 2018); a hole beyond twice that is a bad response. */
const LONGEST_GAP_HOURS = 72

/** A requested page. Only a response with a candle, and without a rejected row, can show that another is missing. */
export interface AskedPage extends Hours {
  isTrusted: boolean
}

interface Holes {
  missing: readonly Hours[]
  /** First and last stored hour of each coin. */
  held: ReadonlyMap<string, Hours>
  asked: readonly AskedPage[]
}

interface Gap {
  crypto: string
  hour: number
  reason: string
}

/**
 * Treats missing hours as gaps if later candles are stored and the responses show the hole. Other holes, and those too
 * long to be one, are reported in `why` and requested again by the next run.
 */
export function gapsOf({ missing, held, asked }: Holes): { gaps: Gap[]; why: Reason[] } {
  const gaps: Gap[] = []
  const why: Reason[] = []
  for (const { crypto, fromMs, toMs } of missing) {
    const of = held.get(crypto)
    // After the newest candle there is no gap yet, only a response that has not arrived.
    if (of === undefined || fromMs > of.toMs) continue
    const isLeading = toMs < of.fromMs
    const isTooLong = !isLeading && (toMs - fromMs) / HOUR_MS + 1 > LONGEST_GAP_HOURS
    // Before the first candle of a pair whole responses are rightly empty; the last of them must hold that candle.
    const shown = { crypto, fromMs: isLeading ? toMs : fromMs, toMs }
    if (isTooLong || !isShown(shown, asked)) {
      why.push(implausible('candles-missing', { crypto, from: isoHour(fromMs), to: isoHour(toMs) }))
      continue
    }
    const reason = isLeading
      ? 'before the first candle of the pair'
      : 'the exchange has no candle of this hour'
    for (let hour = fromMs; hour <= toMs; hour += HOUR_MS) gaps.push({ crypto, hour, reason })
  }
  return { gaps, why }
}

function isShown({ crypto, fromMs, toMs }: Hours, asked: readonly AskedPage[]): boolean {
  const about = asked.filter((page) => page.crypto === crypto && page.fromMs <= toMs && page.toMs >= fromMs)
  return about.length > 0 && about.every(({ isTrusted }) => isTrusted)
}

/** Stores the gaps among the requested hours that are still missing. Returns why the others are none. */
export async function rememberGaps(
  { db, retryBudget, clock }: ActivityContext,
  runId: string,
  { source, coins }: { source: CandleSource; coins: string[] },
  asked: readonly AskedPage[],
): Promise<Reason[]> {
  if (asked.length === 0) return []
  const fromMs = Math.min(...asked.map((page) => page.fromMs))
  const toMs = Math.max(...asked.map((page) => page.toMs))
  const wanted = { source, coins, fromMs, toMs }
  const [missing, held] = await withDatabaseRetry(retryBudget, () =>
    Promise.all([missingHours(db, wanted), heldHours(db, wanted.source, wanted.coins)]),
  )
  const { gaps, why } = gapsOf({ missing, held, asked })
  if (gaps.length > 0) {
    const known_gaps = gaps.map(({ crypto, hour, reason }) => ({
      crypto,
      timestamp: new Date(hour),
      source: wanted.source,
      reason,
    }))
    await writeRows(db, { known_gaps }, { observedAt: clock(), runId, retryBudget })
  }
  return why
}

const isoHour = (ms: number) => `${new Date(ms).toISOString().slice(0, 13)}:00Z`
