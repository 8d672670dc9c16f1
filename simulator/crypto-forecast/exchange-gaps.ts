/** Hours that the simulated exchange has no candle of, as the real one has some: they are left out, never filled. */
import { HOUR_MS } from '../../core/durations.ts'
import { between } from '../chance.ts'
/** First hour that the exchange has candles of. */
export const FIRST_HOUR_MS = Date.UTC(2017, 7, 17, 4)

/** About the exchange's own long maintenance times: first missing hour (UTC) and number of hours. */
const MAINTENANCE: readonly (readonly [string, number])[] = [
  ['2018-01-04T03', 2],
  ['2018-02-08T01', 32],
  ['2018-06-26T02', 9],
  ['2018-07-04T01', 7],
  ['2018-11-14T02', 5],
  ['2019-03-12T02', 6],
  ['2019-05-15T03', 10],
  ['2019-08-15T02', 8],
  ['2020-02-19T12', 5],
  ['2020-06-28T02', 3],
  ['2020-12-21T15', 3],
  ['2021-04-25T05', 3],
  ['2021-08-13T02', 4],
]
const MAINTENANCE_HOURS: ReadonlySet<number> = new Set(
  MAINTENANCE.flatMap(([first, hours]) =>
    Array.from({ length: hours }, (_, hour) => Date.parse(`${first}:00:00Z`) + hour * HOUR_MS),
  ),
)

/** Hours of 100 days: each such stretch has one gap, so that every two years have seven. */
const STRETCH_HOURS = 2_400
const LONGEST_GAP_HOURS = 3
/** Salts of a gap's place and length, distinct from other numbers of a seed. */
const PLACE = 61
const LENGTH = 62

/** A run of missing hours. */
export interface Gap {
  /** Opening time of the first missing hour. */
  openMs: number
  hours: number
}

export interface Gaps {
  /** Whether the exchange has no candle that opens at `openMs`, a full hour; the same for all coins. */
  has(openMs: number): boolean
  /** Every gap with an hour that opens in [fromMs, toMs], oldest first; cut off at both ends. */
  between(fromMs: number, toMs: number): Gap[]
}

/** The gaps of one seed; the chances of a stretch are computed once. */
export function createGaps(seed: number): Gaps {
  const stretches = new Map<number, Gap>()
  const gapOf = (stretch: number): Gap => {
    const held = stretches.get(stretch)
    if (held !== undefined) return held
    const first = between(1, STRETCH_HOURS - LONGEST_GAP_HOURS - 1, seed, PLACE, stretch)
    const openMs = FIRST_HOUR_MS + (stretch * STRETCH_HOURS + first) * HOUR_MS
    const gap = { openMs, hours: between(1, LONGEST_GAP_HOURS, seed, LENGTH, stretch) }
    stretches.set(stretch, gap)
    return gap
  }
  const has = (openMs: number): boolean => {
    if (MAINTENANCE_HOURS.has(openMs)) return true
    const gap = gapOf(Math.floor((openMs - FIRST_HOUR_MS) / (STRETCH_HOURS * HOUR_MS)))
    return openMs >= gap.openMs && openMs < gap.openMs + gap.hours * HOUR_MS
  }
  return {
    has,
    between: (fromMs, toMs) => {
      const gaps: Gap[] = []
      const first = Math.max(FIRST_HOUR_MS, Math.ceil(fromMs / HOUR_MS) * HOUR_MS)
      for (let openMs = first; openMs <= toMs; openMs += HOUR_MS) {
        if (!has(openMs)) continue
        const last = gaps.at(-1)
        if (last !== undefined && last.openMs + last.hours * HOUR_MS === openMs) last.hours += 1
        else gaps.push({ openMs, hours: 1 })
      }
      return gaps
    },
  }
}
