/** How runs end, and the sign of each: never told by its colour alone. */
export const SIGNS = {
  complete: '✓',
  partial: '◐',
  failed: '✕',
  skipped: '–',
  cancelled: '■',
  interrupted: '⚡',
  running: '▶',
}

export type OutcomeName = keyof typeof SIGNS

/** The outcome of a run as a badge knows it; one of a newer version counts as interrupted. */
export const outcomeOf = ({ outcome }: { outcome: string }): OutcomeName =>
  Object.hasOwn(SIGNS, outcome) ? (outcome as OutcomeName) : 'interrupted'
