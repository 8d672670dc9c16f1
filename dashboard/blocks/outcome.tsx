/** How a run ended, as a badge with a sign and a word. */
import { useSharedWords } from '../preferences.tsx'
import { SIGNS, type OutcomeName } from './outcomes.ts'

export function Outcome({ outcome }: { outcome: OutcomeName }) {
  const say = useSharedWords()
  return (
    <span className={`outcome ${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]}</span> {say(`outcome.${outcome}`)}
    </span>
  )
}
