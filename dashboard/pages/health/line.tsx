/** A part of the stack: its name, how it stands as a sign and a word, and what there is to say. */
import type { ReactNode } from 'react'
import { useWords } from '../../preferences.tsx'
import type { Mark } from './state.ts'
import { HEALTH_WORDS } from './words/index.ts'

const SIGNS = { good: '✓', warn: '!', bad: '✕', unknown: '?' }

export function Line({ mark, name, children }: { mark: Mark; name: string; children: ReactNode }) {
  const say = useWords(HEALTH_WORDS)
  return (
    <li>
      <strong>{name}</strong>{' '}
      <span className={`mark ${mark}`}>
        <span aria-hidden="true">{SIGNS[mark]}</span> {say(`mark.${mark}`)}
      </span>
      <div>{children}</div>
    </li>
  )
}
