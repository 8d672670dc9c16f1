/** How a file writes values. Pure. */

/** What separates the values of a line. */
export type Delimiter = ',' | ';' | '\t'

/** In order of preference: of several that separate as many values the first is taken. */
export const DELIMITERS: readonly Delimiter[] = [',', ';', '\t']

/** `continental` has the comma as decimal mark and days before months; `plain` has ISO 8601 dates. Both know the decimal point. */
export type Notation = 'plain' | 'continental'

/** Spreadsheets separate by semicolons where the comma is the decimal mark. */
export const notationOf = (delimiter: Delimiter): Notation => (delimiter === ';' ? 'continental' : 'plain')
