/** A link to another view of the same page. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface ViewLinkProps {
  /** Parameters of the address that change; undefined removes one. */
  change: Record<string, string | undefined>
  /** Whether the view stays where it is scrolled to. Default: no, since another thing is shown. */
  isSamePlace?: boolean
  children: ReactNode
}

export function ViewLink({ change, isSamePlace = false, children }: ViewLinkProps) {
  return (
    <Link to="." search={(old: object) => ({ ...old, ...change }) as never} resetScroll={!isSamePlace}>
      {children}
    </Link>
  )
}
