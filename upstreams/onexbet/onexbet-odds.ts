/** The odds of 1 / X / 2: the one place that says which number of the feed means which outcome; pure. */
import * as z from 'zod'

/** Decimal odds of the first team's win, a draw and the second team's win; null if none is offered. */
export interface Odds {
  one: number | null
  x: number | null
  two: number | null
}

/**
 * Group 1 is the match's outcome, its types are 1 = first team, 2 = draw, 3 = second team. So say the feed's
 * contract (upstream-contracts 8), ORACXPRED's collector (originals C.1) and the public client nukex/oddslog; types
 * 4, 5, 6 of group 8, in which 4 = 1X, 5 = 12 and 6 = X2, fit that order alone. ORACXPRED-ONE reads 2 as the second
 * team's win and 3 as the draw, which is wrong.
 */
const OUTCOME_GROUP = 1
const OUTCOME_TYPES = { one: 1, x: 2, two: 3 } as const

/** A blocked market's placeholder: no bet is possible, and 1 would pay nothing back. */
const PLACEHOLDER = 1.001
/** No bookmaker pays ten thousand times the stake: such a number is in another unit. */
const MAX_ODDS = 10_000

const rowSchema = z.object({
  /** Absent in some lists of a group, which names it itself. */
  G: z.int().nullish(),
  T: z.int(),
  C: z.number(),
  B: z.unknown().optional(),
  P: z.unknown().optional(),
})
const groupSchema = z.object({ G: z.literal(OUTCOME_GROUP), ME: z.array(z.unknown()).nullish() })

type Row = z.infer<typeof rowSchema>

/**
 * Reads the odds of an event from `E`, its main lines. Only an outcome that has no row there is read from `AE`, which
 * holds other lines: what is blocked in `E` stays blocked. A row that cannot be read is no odds; it does not cost the
 * match.
 */
export function oddsOf(main: readonly unknown[], others: readonly unknown[]): Odds {
  const rows = mainRows(main)
  const further = furtherRows(others)
  const of = (type: number): number | null =>
    offered((rows.some(({ T }) => T === type) ? rows : further).filter(({ T }) => T === type))
  return { one: of(OUTCOME_TYPES.one), x: of(OUTCOME_TYPES.x), two: of(OUTCOME_TYPES.two) }
}

/** True if there is a row of 1 / X / 2, be it blocked. */
export const hasOutcomeRow = (main: readonly unknown[], others: readonly unknown[]): boolean =>
  [...mainRows(main), ...furtherRows(others)].some(({ T }) =>
    Object.values<number>(OUTCOME_TYPES).includes(T),
  )

/** True if an event has a row that only a match can have: in a bet on a tournament, a parameter names who is bet on. */
export const hasMatchOdds = (main: readonly unknown[]): boolean =>
  mainRows(main).some(({ P }) => (P ?? null) === null)

const mainRows = (main: readonly unknown[]): Row[] =>
  main.flatMap(readable).filter(({ G }) => G === OUTCOME_GROUP)

const furtherRows = (others: readonly unknown[]): Row[] =>
  others
    .flatMap((group) => groupSchema.safeParse(group).data?.ME ?? [])
    .flatMap(readable)
    .filter(({ G }) => (G ?? OUTCOME_GROUP) === OUTCOME_GROUP)

function readable(row: unknown): Row[] {
  const { success, data } = rowSchema.safeParse(row)
  return success ? [data] : []
}

/** The coefficient of the first row that can be bet at. */
const offered = (rows: readonly Row[]): number | null =>
  rows.find(({ C, B }) => (B ?? false) === false && C > PLACEHOLDER && C <= MAX_ODDS)?.C ?? null
