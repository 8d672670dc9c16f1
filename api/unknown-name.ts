/** A name in a request that is not known, with the nearest one that is. */
import { closestMatch } from 'leven'
import type { Reason } from '../core/reason.ts'
import { reason } from '../wording/reason.ts'

/** `"mdo" is no parameter here. Did you mean "mod"? There are mod, platform.` */
export function unknownName(kind: 'parameter' | 'column', name: string, known: readonly string[]): Reason {
  const near = known.length === 0 ? undefined : closestMatch(name, [...known])
  return near === undefined
    ? reason('no-names', { kind, name })
    : reason('no-such-name', { kind, name, near, known: known.join(', ') })
}
