/** Reads `.env` setting by setting: what the parser passes over, cuts or takes twice is a mistake. */
import { parse } from 'dotenv'
import { settingsText } from './settings-text.ts'

export interface EnvFile {
  values: Record<string, string>
  /** `<file>, line 3` for a setting; the file alone for one that it lacks. */
  placeOf: (name: string) => string
  /** A sentence for each line that would not set what it seems to. They show no values. */
  mistakes: string[]
}

/** A setting, as the parser recognises it: its name, and all that follows. */
const SETTING = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)(.*)$/
const COMMENT = /^\s*(?:#|$)/
/** A line within quotes that looks like the next setting: the quote before it was forgotten. */
const NEXT_SETTING = /^\s*(?:export\s+)?[A-Z][A-Z\d_]*=(?!=)/

/** Lines that belong together: one, or all of a value in quotes. */
interface Entry {
  index: number
  text: string
  name: string | undefined
}

/** Throws `Misconfigured` if the file cannot be read. */
export function readEnvFile(file: string): EnvFile {
  const entries = entriesOf(settingsText(file).split(/\r\n|\n|\r/))
  const firstOf = (name: string) => entries.find((entry) => entry.name === name)
  const placeOf = (entry: Entry) => `${file}, line ${entry.index + 1}`
  const mistakes = entries.flatMap((entry) => {
    const first = entry.name === undefined ? undefined : firstOf(entry.name)
    const again =
      first !== undefined && first !== entry
        ? [`${entry.name ?? ''} is set in line ${first.index + 1} already; remove one of them.`]
        : []
    return [...again, ...mistakesIn(entry)].map((mistake) => `${placeOf(entry)}: ${mistake}`)
  })
  return {
    values: Object.assign({}, ...entries.map(({ text }) => parse(text))) as Record<string, string>,
    // Of several with the same name the last one counts.
    placeOf(name) {
      const entry = entries.findLast((one) => one.name === name)
      return entry === undefined ? file : placeOf(entry)
    },
    mistakes,
  }
}

function entriesOf(lines: readonly string[]): Entry[] {
  const entries: Entry[] = []
  for (let index = 0; index < lines.length; index++) {
    const text = textFrom(lines.slice(index))
    const [first = ''] = lines.slice(index)
    if (!COMMENT.test(first)) entries.push({ index, text, name: SETTING.exec(first)?.[1] })
    index += text.split('\n').length - 1
  }
  return entries
}

/** The first line, and those below it that belong to its value. */
function textFrom([first = '', ...below]: readonly string[]): string {
  const quote = quoteOf(first)
  if (quote === undefined || isClosed(first, quote)) return first
  const last = below.findIndex((line) => line.includes(quote) || NEXT_SETTING.test(line))
  const text = [first, ...below.slice(0, last + 1)].join('\n')
  return !NEXT_SETTING.test(below[last] ?? '') && isClosed(text, quote) ? text : first
}

/** The quote that a value begins with. */
const quoteOf = (text: string) => /^['"`]/.exec(SETTING.exec(text)?.[2]?.trim() ?? '')?.[0]

/** The parser takes a quote for a part of the value unless another one ends it. */
const isClosed = (text: string, quote: string) =>
  Object.values(parse(text)).every((value) => !value.startsWith(quote))

function mistakesIn({ text, name }: Entry): string[] {
  if (name === undefined) return ['expected NAME=value, or a comment that begins with "#".']
  const quote = quoteOf(text.split('\n')[0] ?? '')
  if (quote !== undefined)
    return isClosed(text, quote)
      ? []
      : [
          `${name}: the value begins with ${quote}; expected another ${quote} at its end, and nothing but a comment behind it.`,
        ]
  const rest = SETTING.exec(text)?.[2] ?? ''
  const comment = rest.indexOf('#')
  return comment === 0 || (comment > 0 && /\S/.test(rest.charAt(comment - 1)))
    ? [`${name}: the value would end at its "#"; put it in quotes, or a space before a comment.`]
    : []
}
