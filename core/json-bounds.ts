/** Reads a stranger's JSON text without parsing it: where a value ends, and whether it is small enough to be parsed. */

/** An estimate, far above any known answer: writing a deeper row down again would exhaust the stack. */
const MAX_LEVELS = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
/** `[` and `{`. */
const OPENING = new Set([0x5b, 0x7b])
/** `]` and `}`. */
const CLOSING = new Set([0x5d, 0x7d])

export interface JsonBounds {
  maxValues: number
  /** Default: any number. */
  maxChars?: number
}

/**
 * Finds the end of the value or member that begins at `from`: the comma or closing bracket after it, or the end of the
 * text. `excess` says what of it is too much; then `end` is where that was found. Pure.
 */
export function valueEnd(
  text: string,
  from: number,
  { maxValues, maxChars = Infinity }: JsonBounds,
): { end: number; excess?: string } {
  let levels = 0
  let values = 0
  let isInString = false
  const last = Math.min(text.length, from + maxChars)
  for (let at = from; at < last; at++) {
    const code = text.charCodeAt(at)
    if (isInString) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) isInString = false
    } else if (code === QUOTE) isInString = true
    else if (OPENING.has(code)) {
      values++
      if (++levels > MAX_LEVELS) return { end: at, excess: `more than ${MAX_LEVELS} levels` }
    } else if (CLOSING.has(code)) {
      if (--levels < 0) return { end: at }
    } else if (code === COMMA) {
      if (levels === 0) return { end: at }
      values++
    }
    if (values > maxValues) return { end: at, excess: `more than ${maxValues} values` }
  }
  return last < text.length
    ? { end: last, excess: `a value of more than ${maxChars} characters` }
    : { end: last }
}
