/** Which missing hours are gaps of the exchange itself, and which are only an implausible response. */
import { tradingPair } from '../../core/crypto-forecast/trading-pair.ts'
import { DAY_MS, HOUR_MS } from '../../core/durations.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { heldHours, missingHours, type Hours } from '../../db/queries/crypto-forecast/candles.ts'
import { repeatedRows } from '../../db/queries/crypto-forecast/refused-rows.ts'
import type { CandleSource } from '../../db/schema/crypto-forecast.ts'
import { writeRows } from '../../db/write-rows.ts'
import type { ActivityContext } from './activity-context.ts'
import type { Reason } from '../../core/reason.ts'
import { implausible, reason } from '../../wording/reason.ts'
import { newestClosedHour } from './hours.ts'

/**
 * The exchange's longest known outage lasted 33 hours (February 2018). A hole beyond twice that is believed only if one
 * response has candles on both of its sides, or one on each and nothing between.
 */
export const LONGEST_OUTAGE_HOURS = 72

/** A requested page. */
export interface AskedPage extends Hours {
  /** The response has a candle, and all of its hours can be judged: only then can it show that another is missing. */
  isTrusted: boolean
  /** The response has no row at all. */
  isEmpty?: boolean
  /** First and last candle of the response. */
  firstMs?: number
  lastMs?: number
}

/** A row of the exchange that is no candle, and when it says that it opened. */
export interface RefusedCandle {
  crypto: string
  openMs: number | undefined
  reason: string
  row: unknown
}

/** The hour of such a row. */
export interface BrokenHour {
  crypto: string
  hour: number
  reason: string
  /** An earlier run got the same row, and the hour is old enough: the exchange does not mend it. */
  isRepeated: boolean
}

/** How long the exchange may take to mend a candle. */
const MENDED_MS = DAY_MS

interface Holes {
  missing: readonly Hours[]
  /** First and last stored hour of each coin. */
  held: ReadonlyMap<string, Hours>
  asked: readonly AskedPage[]
  broken?: readonly BrokenHour[]
}

interface Gap {
  crypto: string
  hour: number
  reason: string
}

/**
 * Treats missing hours as gaps if later candles are stored and the responses show the hole, and hours whose broken row the
 * exchange repeats. Other holes are reported in `why` and requested again by the next run.
 */
export function gapsOf({ missing, held, asked, broken = [] }: Holes): { gaps: Gap[]; why: Reason[] } {
  const gaps: Gap[] = []
  const why: Reason[] = []
  for (const { crypto, fromMs, toMs } of missing) {
    const of = held.get(crypto)
    // After the newest candle there is no gap yet, only a response that has not arrived.
    if (of === undefined || fromMs > of.toMs) continue
    const isLeading = toMs < of.fromMs
    // Before the first candle of a pair whole responses are rightly empty; the last of them must hold that candle.
    const shown = { crypto, fromMs: isLeading ? toMs : fromMs, toMs }
    const isLong = !isLeading && (toMs - fromMs) / HOUR_MS + 1 > LONGEST_OUTAGE_HOURS
    if (!(isLong ? isFramed(shown, asked) : isShown(shown, asked))) {
      why.push(implausible('candles-missing', { crypto, from: isoHour(fromMs), to: isoHour(toMs) }))
      continue
    }
    const nothing = isLeading
      ? 'before the first candle of the pair'
      : 'the exchange has no candle of this hour'
    for (let hour = fromMs; hour <= toMs; hour += HOUR_MS) {
      const row = broken.find((one) => one.crypto === crypto && one.hour === hour)
      if (row === undefined) gaps.push({ crypto, hour, reason: nothing })
      else if (row.isRepeated) gaps.push({ crypto, hour, reason: `the exchange's candle ${row.reason}` })
    }
  }
  return { gaps, why }
}

const pagesAbout = ({ crypto, fromMs, toMs }: Hours, asked: readonly AskedPage[]) =>
  asked.filter((page) => page.crypto === crypto && page.fromMs <= toMs && page.toMs >= fromMs)

function isShown(hole: Hours, asked: readonly AskedPage[]): boolean {
  const about = pagesAbout(hole, asked)
  return about.length > 0 && about.every(({ isTrusted }) => isTrusted)
}

/** Whether responses have the candles before and after a hole, and all between are readable or empty. */
function isFramed(hole: Hours, asked: readonly AskedPage[]): boolean {
  const about = pagesAbout(hole, asked)
  return (
    about.every(({ isTrusted, isEmpty }) => isTrusted || isEmpty === true) &&
    about.some(({ firstMs = Infinity }) => firstMs < hole.fromMs) &&
    about.some(({ lastMs = -Infinity }) => lastMs > hole.toMs)
  )
}

/** Hours without a candle from which on a pair counts as silent: exchanges close one within seconds. */
export const SILENT_HOURS = 3

/** Returns the pairs of which the exchange has told nothing up to the newest closed hour. */
export function silentPairs(
  { missing, held }: Pick<Holes, 'missing' | 'held'>,
  newestMs: number,
  pairOf: (crypto: string) => string,
): Reason[] {
  return missing.flatMap(({ crypto, fromMs, toMs }) => {
    const hours = (toMs - fromMs) / HOUR_MS + 1
    if (toMs !== newestMs || hours < SILENT_HOURS || fromMs <= (held.get(crypto)?.toMs ?? 0)) return []
    return [reason('pair-silent', { pair: pairOf(crypto), since: isoHour(fromMs), hours })]
  })
}

/**
 * Stores the gaps among the requested hours that are still missing. Returns why the others are none, the pairs that fell
 * silent, and how many refused rows are news: not sent before, or of an hour that is still missing.
 */
export async function rememberGaps(
  { db, settings, retryBudget, clock }: ActivityContext,
  runId: string,
  { source, coins }: { source: CandleSource; coins: string[] },
  { asked, refused }: { asked: readonly AskedPage[]; refused: readonly RefusedCandle[] },
): Promise<{ why: Reason[]; news: number }> {
  if (asked.length === 0) return { why: [], news: 0 }
  const nowMs = clock().getTime()
  const repeated = await withDatabaseRetry(retryBudget, () => repeatedRows(db, { source, runId, refused }))
  const broken = brokenHours(refused, repeated, nowMs)
  const fromMs = Math.min(...asked.map((page) => page.fromMs))
  const toMs = Math.max(...asked.map((page) => page.toMs))
  const wanted = { source, coins, fromMs, toMs }
  const [missing, held] = await withDatabaseRetry(retryBudget, () =>
    Promise.all([missingHours(db, wanted), heldHours(db, wanted.source, wanted.coins)]),
  )
  const { gaps, why } = gapsOf({ missing, held, asked, broken })
  if (gaps.length > 0) {
    const known_gaps = gaps.map(({ crypto, hour, reason }) => ({
      crypto,
      timestamp: new Date(hour),
      source: wanted.source,
      reason,
    }))
    await writeRows(db, { known_gaps }, { observedAt: clock(), runId, retryBudget })
  }
  const pairs = new Map(settings.coins.map((coin) => [coin.id, tradingPair(coin)]))
  const silent = silentPairs(
    { missing, held },
    newestClosedHour(nowMs),
    (crypto) => pairs.get(crypto) ?? crypto,
  )
  const quiet = broken.filter((row) => row.isRepeated && !isLeft(row, missing, gaps))
  return { why: [...why, ...silent], news: refused.length - quiet.length }
}

function brokenHours(
  refused: readonly RefusedCandle[],
  repeated: ReadonlySet<unknown>,
  nowMs: number,
): BrokenHour[] {
  return refused.flatMap(({ crypto, openMs, reason, row }) => {
    if (openMs === undefined) return []
    const hour = Math.floor(openMs / HOUR_MS) * HOUR_MS
    return [{ crypto, hour, reason, isRepeated: repeated.has(row) && hour < nowMs - MENDED_MS }]
  })
}

/** Whether an hour is still missing and will be requested again. */
function isLeft({ crypto, hour }: BrokenHour, missing: readonly Hours[], gaps: readonly Gap[]): boolean {
  const isMissing = missing.some((one) => one.crypto === crypto && one.fromMs <= hour && hour <= one.toMs)
  return isMissing && !gaps.some((gap) => gap.crypto === crypto && gap.hour === hour)
}

const isoHour = (ms: number) => `${new Date(ms).toISOString().slice(0, 13)}:00Z`
