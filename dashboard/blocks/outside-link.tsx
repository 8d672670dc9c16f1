/** A link to a page of somebody else. */
import type { ReactNode } from 'react'

interface OutsideLinkProps {
  /** Addresses come from strangers too: what is no web address becomes plain text. */
  to: string | null
  children: ReactNode
}

export function OutsideLink({ to, children }: OutsideLinkProps) {
  if (to === null || !/^https?:\/\//i.test(to)) return children
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}
