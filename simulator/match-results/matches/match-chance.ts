/** The chances of one match: each question has a number, so that its result never depends on earlier calls. */
import { between, fraction } from '../../chance.ts'

/** Salt of the matches' chances. */
const DRAW = 62

const QUESTIONS = [
  'lead',
  'first',
  'pause',
  'second',
  'shown',
  'cut',
  'gap',
  'strength',
  'goals',
  'goal-time',
  'goal-side',
  'late-goal',
  'annulled',
  'correction',
  'teams',
  'rematch',
  'result-delay',
  'result-id',
  'void-score',
  'texts',
  'odds',
  'blocked',
  'absent',
  'fields',
  'importance',
  'order',
] as const

/** What is left to chance. */
export type Question = (typeof QUESTIONS)[number]

const NUMBERS = new Map<Question, number>(QUESTIONS.map((question, at) => [question, at]))

/** Returns the chances of one match; `more` separates equal questions: the goal's number, the minute. */
export interface MatchChance {
  /** In [0, 1). */
  fraction(question: Question, ...more: number[]): number
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number, question: Question, ...more: number[]): number
  /** One member of the list. */
  pick<T>(list: readonly [T, ...T[]], question: Question, ...more: number[]): T
}

/** The chances of the match in one slot of one lane. */
export function matchChance(seed: number, lane: number, slot: number): MatchChance {
  const parts = (question: Question, more: number[]) => [
    seed,
    DRAW,
    lane,
    slot,
    NUMBERS.get(question) ?? 0,
    ...more,
  ]
  return {
    fraction: (question, ...more) => fraction(...parts(question, more)),
    between: (low, high, question, ...more) => between(low, high, ...parts(question, more)),
    pick: (list, question, ...more) =>
      list[Math.floor(fraction(...parts(question, more)) * list.length)] ?? list[0],
  }
}
