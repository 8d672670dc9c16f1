/**
 * Converts the bytes of an untrusted file into text that can be stored and shown, and text into markdown that cannot
 * affect its surroundings.
 */
import { windows1252 } from '../../../core/windows-1252.ts'

/** Longer lines are data, not words, and are cut. */
const LINE_CHARACTERS = 4_000
/** Git, too, looks for a NUL byte in the first 8,000 bytes to tell binary files. */
const BINARY_PROBE_BYTES = 8_000

/** A byte order mark of UTF-16, and what TextDecoder calls it. */
const UTF16_MARKS = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const

/**
 * The text of a file's bytes: UTF-8, UTF-16 with its mark, else Windows-1252 (what nearly all old pages that are not
 * UTF-8 are written in, and Latin-1 beside its own characters). Undefined if the bytes are not text.
 */
export function textOf(bytes: Buffer): string | undefined {
  const wide = UTF16_MARKS.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte))
  if (wide !== undefined) return plain(new TextDecoder(wide.encoding).decode(bytes))
  if (bytes.subarray(0, BINARY_PROBE_BYTES).includes(0)) return undefined
  return plain(decoded(bytes))
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return windows1252(bytes.toString('latin1'))
  }
}

/**
 * Line ends as `\n`, no control characters (PostgreSQL stores no NUL, a terminal interprets escape sequences), and no
 * lone surrogates, which a notebook's JSON can spell.
 */
export function plain(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
}

/**
 * Text as a context shows it: no pictures inside the text, no overlong lines, no spaces at line ends, no repeated empty
 * lines.
 */
export function readable(text: string): string {
  return text
    .replace(/data:[a-z]{1,20}\/[\w.+-]{1,60};base64,[A-Za-z0-9+/=]{40,}/gi, 'data:')
    .split('\n')
    .map((line) => (line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)} […]` : line).trimEnd())
    .join('\n')
    .replace(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+/, '')
    .trimEnd()
}

/** Code in a fence that no line of the code can close. */
export function fenced(code: string, language: string): string {
  let longest = 2
  for (const [ticks] of code.matchAll(/`{3,}/g)) longest = Math.max(longest, ticks.length)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${code}\n${fence}`
}

/** The mark that opens or closes a fence on this line. */
function fenceMark(line: string): string | undefined {
  return /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
}

/** Markdown whose last fence is closed, so that it does not swallow what comes after it. */
export function fencesClosed(markdown: string): string {
  let open: string | undefined
  for (const line of markdown.split('\n')) {
    const mark = fenceMark(line)
    if (mark === undefined) continue
    if (open === undefined) open = mark
    else if (mark.startsWith(open) && line.trim() === mark) open = undefined
  }
  return open === undefined ? markdown : `${markdown}\n${open}`
}

/** An untrusted path as shown in a heading or a list: one line, without its own mark-up. */
export function shownPath(path: string): string {
  return path.replace(/[\u0000-\u001F\u007F`]/g, '?')
}

/** Words of a text: the pieces between spaces that hold a letter. */
export function wordsIn(text: string): number {
  let words = 0
  for (const piece of text.split(/\s+/)) if (/\p{L}/u.test(piece)) words++
  return words
}
