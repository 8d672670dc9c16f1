/** What stands in the place of data: that it comes, that there is none, or why it cannot be shown. */
import type { ReactNode } from 'react'
import { ApiProblem } from '../api.ts'
import { useSharedWords } from '../preferences.tsx'

export function Loading() {
  const say = useSharedWords()
  return (
    <div className="loading" role="status">
      <span className="unseen">{say('loading')}</span>
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <i aria-hidden="true" />
    </div>
  )
}

/** There is nothing; `children` says what a person can do about it, if anything. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>
}

/** Why something is not shown, and a button to try again. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const say = useSharedWords()
  return (
    <div className="trouble" role="alert">
      <p>
        <strong>{say('trouble.title')}</strong> {useReason(error)}
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          {say('trouble.retry')}
        </button>
      )}
    </div>
  )
}

/** An error in words: what the server says, or that it does not answer. */
export function useReason(error: unknown): string {
  const say = useSharedWords()
  if (error instanceof ApiProblem) return error.message
  if (error instanceof TypeError) return say('trouble.connection')
  return error instanceof Error ? error.message : String(error)
}
