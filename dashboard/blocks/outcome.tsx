/** How a run ended, as a badge with a sign and a word: never by its colour alone. */
import { useSharedWords } from '../preferences.tsx'

const SIGNS = {
  complete: '✓',
  partial: '◐',
  failed: '✕',
  skipped: '–',
  cancelled: '■',
  interrupted: '⚡',
  running: '▶',
}

export type OutcomeName = keyof typeof SIGNS

/** Runs that a person should look at. */
export const isTrouble = (outcome: OutcomeName) =>
  outcome === 'failed' || outcome === 'partial' || outcome === 'interrupted'

export function Outcome({ outcome }: { outcome: OutcomeName }) {
  const say = useSharedWords()
  return (
    <span className={`outcome ${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]}</span> {say(`outcome.${outcome}`)}
    </span>
  )
}
