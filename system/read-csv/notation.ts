/** How a file writes values. Pure. */

/** What separates the values of a line. */
export type Delimiter = ',' | ';' | '\t'

/** In order of preference: of several that separate as many values the first is taken. */
export const DELIMITERS: readonly Delimiter[] = [',', ';', '\t']

/** `continental` has the comma as decimal mark and days before months; `plain` has ISO 8601 dates. Both know the decimal point. */
export type Notation = 'plain' | 'continental'

/** Spreadsheets separate by semicolons where the comma is the decimal mark. */
export const notationOf = (delimiter: Delimiter): Notation => (delimiter === ';' ? 'continental' : 'plain')

/** `31/07/2025` and `31.7.2025 10:00`, as spreadsheets show them; elsewhere they may have the month first. */
const DAY_FIRST = /^(\d{1,2})([./])(\d{1,2})\2(\d{4})(?:(?=[ T])(.+))?$/

/** A date with its time, if any, in the order of ISO 8601. */
export function isoDate(text: string, notation: Notation): string {
  const found = notation === 'continental' ? DAY_FIRST.exec(text.trim()) : null
  if (found === null) return text
  const [, day = '', , month = '', year = '', time = ''] = found
  // A spreadsheet leaves out seconds.
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${time.replace(/^( |T)(\d):/, '$10$2:').replace(/^.\d\d:\d\d$/, '$&:00')}`
}
