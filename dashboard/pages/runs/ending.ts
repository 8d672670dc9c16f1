/** How a child workflow ended, in a word. */
import type { Child } from './shapes.ts'
import type { RunKey } from './words/index.ts'

const ENDINGS = ['made', 'title-only', 'failed'] as const satisfies readonly NonNullable<Child['outcome']>[]

/** The word for it; null before the end, and the ending of another version as it is. */
export function endingWord(say: (key: RunKey) => string, outcome: string | null): string | null {
  const known = ENDINGS.find((one) => one === outcome)
  return known === undefined ? outcome : say(`ending.${known}`)
}
