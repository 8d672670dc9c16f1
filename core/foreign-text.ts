/**
 * Text that strangers wrote: names, error pages, output of other programs. It may hold what a database refuses (NUL, half a
 * surrogate pair), what commands a terminal (escape sequences), and what reorders a line (bidi controls).
 */
import { redacted } from './secrets.ts'

/**
 * Length of one text in a failure, a record or the log: a page of it is more than a person reads, and Temporal cuts a
 * failure of 4 KB.
 */
export const MAX_CHARACTERS = 2_000

/** Reasons within reasons are about ten levels deep; a stranger's JSON may be as deep as its parser allows. */
const MAX_DEPTH = 20

/** Of one list in a failure, a record or the log; the longest of ours, the reasons of a source, has 20. */
const MAX_ITEMS = 1_000

/** U+FFFD, the replacement character, stands where something was taken out. */
const REPLACEMENT = '\uFFFD'

/** Neither PostgreSQL's text nor its JSON can hold these. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu

/** All control characters except tab and line feed, lone surrogates, and the controls of text direction. */
const UNPRINTABLE = /(?![\t\n])\p{Cc}|\p{Surrogate}|[\u202A-\u202E\u2066-\u2069]/gu

/** Each escape in JSON, so that an escaped backslash does not begin another one. */
const ESCAPES = /\\(?:u[\da-f]{4}|.)/gi
/** Of a control character except tab and line feed. JSON.stringify leaves no lone surrogate unescaped. */
const CONTROL_ESCAPE = /^\\(?:u(?:00(?:[0189][\da-f]|7f)|d[89a-f][\da-f]{2})|[bfr])$/i
const UNSTORABLE_ESCAPE = /^\\u(?:0000|d[89a-f][\da-f]{2})$/i

/** Returns a text for a failure, a record or the log: printable, without our secrets, of limited length. */
export function cleanText(text: string, most = MAX_CHARACTERS): string {
  const clean = printable(redacted(text))
  return clean.length <= most ? clean : printable(`${clean.slice(0, most - 1)}…`)
}

/** Returns a value with each text in it cleaned, its keys included; errors, dates and the like stay as they are. */
export function cleanValue<T>(value: T): T {
  return cleaned(value, 0) as T
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (!Array.isArray(value) && !isRecord(value)) return value
  if (depth === MAX_DEPTH) return '…'
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cleaned(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [cleanText(key), cleaned(held, depth + 1)]),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const made: unknown = Object.getPrototypeOf(value)
  return made === Object.prototype || made === null
}

/** Returns a text that a terminal shows as it is. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNPRINTABLE, REPLACEMENT)
}

/** Returns JSON with each text in it printable and without our secrets, whatever its length. */
export function cleanJson(json: string): string {
  return printable(redacted(json)).replaceAll(ESCAPES, (escape) =>
    CONTROL_ESCAPE.test(escape) ? REPLACEMENT : escape,
  )
}

/** Returns JSON whose characters a terminal shows as they are; its values do not change. */
export function printableJson(json: string): string {
  return json.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Returns a text as the database can hold it; nothing else of it changes. */
export function storable(text: string): string {
  return text.replace(UNSTORABLE, REPLACEMENT)
}

/** Returns a value as JSON that the database can hold, in which NUL and half a surrogate pair stand as escapes. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(ESCAPES, (escape) =>
    UNSTORABLE_ESCAPE.test(escape) ? REPLACEMENT : escape,
  )
}
