/** Builds reasons whose code has a sentence: the values of each code are the parameter of its English sentence. */
import type { Reason } from '../core/reason.ts'
import type { English } from './en.ts'
import type { ValuesOf } from './table.ts'

export type Code = keyof English

/** Returns a reason with this code; the values are those that its sentence takes, none if the sentence is constant. */
export function reason<C extends Code>(
  code: C,
  ...[values]: [ValuesOf<English, C>] extends [never] ? [] : [values: ValuesOf<English, C>]
): Reason {
  return values === undefined ? { code } : { code, values: values as Reason['values'] & object }
}

/** An implausible response of an upstream, which is not believed. */
export function implausible<C extends Code>(...finding: Parameters<typeof reason<C>>): Reason {
  return reason('suspicious', { finding: reason(...finding) })
}
