/** Something that is not as it should be. */
import type { Reason } from '../core/reason.ts'
import type { Kind } from './kinds.ts'

export interface Finding {
  /** The same fault has the same key at every look. */
  key: string
  kind: Kind
  /** Null of what concerns all of them. */
  pipeline: string | null
  /** The sources of the pipeline that it concerns. Default: all of them. */
  sources?: readonly string[]
  /** The run whose record tells more of it. */
  runId?: string
  /** What was found. */
  what: Reason
  /** When it began, if that is known; otherwise it began when it was first seen. */
  since?: number
  /** When it was last as it should be. */
  lastGood?: number
  /** How much of it there is, for what can grow: more than was told is told again. */
  size?: number
}

/** A finding under its key: the kind, the pipeline and what it is of. */
export function finding(
  kind: Kind,
  pipeline: string | null,
  what: Reason,
  more: Partial<Finding> & { of?: string } = {},
): Finding {
  const { of, ...rest } = more
  const key = [kind, pipeline, of].filter((part) => part != null).join(' ')
  return { key, kind, pipeline, what, ...rest }
}

/** A time as reasons have it. `ms`: since 1970. */
export const iso = (ms: number) => new Date(ms).toISOString()
