/**
 * Whether a change of a reported value is believed. Pure. A pipeline declares a rule for each value that its upstreams
 * report; this is the only place that judges by them. A doubted value is kept aside in `quarantine`, never stored over
 * the good one, and the run is partial.
 */

/** How much a value may change from one observation to the next. */
export interface ChangeRule {
  /** Largest believed fall, as a share of the value before; below 1, so that a fall to nothing is doubted. */
  fall: number
  /** A fall from a smaller value is always believed: small numbers halve by chance. Default: 1. */
  judgedFrom?: number
  /** A rise is doubted if the value multiplies by more than `times` and then exceeds `above`. Default: any is believed. */
  rise?: { times: number; above: number }
}

/** A value as it was believed last, and on which UTC day, if that is known. */
export interface Believed {
  value: number
  date?: string
}

export type Doubt = 'fell' | 'jumped'

/** Returns why a change is doubted; undefined if it is believed, or if there is nothing to compare with. */
export function doubtOf(rule: ChangeRule, before: number | null, now: number): Doubt | undefined {
  if (before === null) return undefined
  if (before >= (rule.judgedFrom ?? 1) && before - now > before * rule.fall) return 'fell'
  const { rise } = rule
  return rise !== undefined && now > before * rise.times && now > rise.above ? 'jumped' : undefined
}

/**
 * A change that stays is true: it is believed on the third day on which it is seen. An upstream has two days to mend a
 * fault, and a true change is late by two days.
 */
export const DAYS_UNTIL_BELIEVED = 3

/**
 * Returns whether a change that is doubted today is believed all the same, given the value of each earlier day on which
 * one was doubted: those count from which today's follows by a change that is itself believed. Three answers that are
 * wrong in three ways are no true change.
 */
export function isBelievedNow(
  rule: ChangeRule,
  { before, earlier, now }: { before: number; earlier: readonly number[]; now: number },
): boolean {
  const doubt = doubtOf(rule, before, now)
  const agreeing = earlier.filter(
    (then) => doubtOf(rule, before, then) === doubt && doubtOf(rule, then, now) === undefined,
  )
  return agreeing.length + 1 >= DAYS_UNTIL_BELIEVED
}
