import { it } from 'vitest'

type Arguments<Case> = Case extends readonly unknown[] ? [...Case] : [Case]

/**
 * `it.each` for cases that go the same way through a whole run, or a whole program: the first is part of every `npm test`,
 * the others have the tag `long`. Put first what most others follow from.
 */
export function eachVariant<const Case>(cases: readonly Case[]) {
  return (name: string, test: (...args: Arguments<Case>) => Promise<void>) => {
    it.each(cases.slice(0, 1))(name, test as (...args: unknown[]) => Promise<void>)
    it.each(cases.slice(1))(name, { tags: 'long' }, test as (...args: unknown[]) => Promise<void>)
  }
}
