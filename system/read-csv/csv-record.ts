/** Splits one record of a CSV file into its values. Pure. */
import type { Delimiter } from './notation.ts'

/** The values of a record. */
export interface SplitRecord {
  values: string[]
  /** The last value begins with a quote that is not closed: the record goes on in the next line, or the quote is stray. */
  isOpen: boolean
  /** A value begins with a quote that does not enclose it, as in `"Tigers" U21`; such quotes are letters of the value. */
  hasStrayQuote: boolean
}

/** Splits a text without its line end. */
export function splitRecord(text: string, delimiter: Delimiter): SplitRecord {
  const values: string[] = []
  let hasStrayQuote = false
  for (let start = 0; ;) {
    const closing = text[start] === '"' ? closingQuote(text, start + 1) : undefined
    if (closing === -1) return { values: [...values, text.slice(start)], isOpen: true, hasStrayQuote }
    const isQuoted = closing !== undefined && (closing + 1 === text.length || text[closing + 1] === delimiter)
    hasStrayQuote ||= closing !== undefined && !isQuoted
    const end = isQuoted ? closing + 1 : text.indexOf(delimiter, start)
    const value = text.slice(start, end === -1 ? undefined : end)
    values.push(isQuoted ? value.slice(1, -1).replaceAll('""', '"') : value)
    if (end === -1 || end === text.length) return { values, isOpen: false, hasStrayQuote }
    start = end + 1
  }
}

/** The place of the next quote that is not doubled; -1 if there is none. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
