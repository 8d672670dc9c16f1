/** A name in a request that is not known, with the nearest one that is. */
import { closestMatch } from 'leven'

/** `"mdo" is no parameter here. Did you mean "mod"? There are mod, platform.` */
export function unknownName(kind: 'parameter' | 'column', name: string, known: readonly string[]): string {
  const near = known.length === 0 ? undefined : closestMatch(name, [...known])
  const hint =
    near === undefined ? 'There are none.' : `Did you mean "${near}"? There are ${known.join(', ')}.`
  return `"${name}" is no ${kind} here. ${hint}`
}
