/** Makes reasons whose code has a sentence: the values of each code are the parameter of its English one. */
import type { Reason } from '../core/reason.ts'
import type { English } from './en.ts'
import type { ValuesOf } from './table.ts'

export type Code = keyof English

/** A reason with this code; the values are those that its sentence takes, none where it is always the same. */
export function reason<C extends Code>(
  code: C,
  ...[values]: [ValuesOf<English, C>] extends [never] ? [] : [values: ValuesOf<English, C>]
): Reason {
  return values === undefined ? { code } : { code, values: values as Reason['values'] & object }
}

/** An answer of an upstream that cannot be right and is not taken for the truth. */
export function suspicious<C extends Code>(...finding: Parameters<typeof reason<C>>): Reason {
  return reason('suspicious', { finding: reason(...finding) })
}
