/** Texts for properties. */
import fc from 'fast-check'

/** Halves of surrogate pairs, which are no characters of their own. */
const [FIRST_SURROGATE, SURROGATES] = [0xd800, 0x800]
const LAST_CHARACTER = 0x10ffff

const characterOf = (n: number) => String.fromCodePoint(n < FIRST_SURROGATE ? n : n + SURROGATES)

/** Its number, so that fast-check finds its own dangerous words in it, and shrinks it. */
function numberOf(character: unknown): number {
  const point = typeof character === 'string' ? character.codePointAt(0) : undefined
  if (point === undefined || characterOf(numbered(point)) !== character) throw new Error('not one character')
  return numbered(point)
}

const numbered = (point: number) => (point < FIRST_SURROGATE ? point : point - SURROGATES)

/**
 * Any text of whole Unicode characters: what fast-check's unit `binary` gives, without its table of a million characters,
 * which takes a second to make in every process.
 */
export const anyText = fc.string({
  unit: fc.nat(LAST_CHARACTER - SURROGATES).map(characterOf, numberOf),
})
