/** One sentence for each mistake in the settings: where, what was found, what is expected, an example. */
import leven from 'leven'
import * as z from 'zod'

/** A file or source of settings, as sentences name it. */
export interface SettingsPlace {
  name: string
  /** The place of a setting, with its line if it has one; default: the name alone. */
  placeOf?: (path: readonly PropertyKey[]) => string
  /** Files of values that work, where the schema has no default to show; the first that has one counts. */
  examples?: readonly unknown[]
}

/** A file of a hundred mistakes has one cause. */
const MAX_SENTENCES = 10

/** Returns the sentences of a value that its schema refused. Values of secret settings are never shown. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  value: unknown,
  place: SettingsPlace,
): string[] {
  const sentences = issues.flatMap((issue) => explain(issue, schema, value, place))
  const others = sentences.length - MAX_SENTENCES
  if (others <= 0) return sentences
  return [...sentences.slice(0, MAX_SENTENCES), `${place.name}: and ${others} more`]
}

function explain(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  value: unknown,
  { name, placeOf = () => name, examples = [] }: SettingsPlace,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      return `${placeOf(path)}: ${nameOf(path)} is not a known key${didYouMean(key, known)}`
    })
  }
  const { path } = issue
  const secret = /key$|password|token|_?ur(l|ls|i)(\.\d+)?$/i.test(path.join('.'))
  // As it was written: a coerced number would show as NaN.
  const written = valueAt(value, path)
  const found = secret ? 'a hidden value' : written === undefined ? 'nothing' : JSON.stringify(written)
  const title = path.length === 0 ? 'the file' : nameOf(path)
  // A check of our own says all there is to say.
  const shown = issue.code === 'custom' ? '' : example(schema, path, examples)
  return [`${placeOf(path)}: ${title}: found ${found}; ${issue.message}${shown}.`]
}

/** `section.list, entry 2, name`: people count from one. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, step, at) => {
    if (typeof step === 'number') return `${name}, entry ${step + 1}`
    const between = at === 0 ? '' : typeof path[at - 1] === 'number' ? ', ' : '.'
    return name + between + String(step)
  }, '')
}

const KINDS: Record<string, string> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list, one entry a line after "- "',
  object: 'settings, one "name: value" a line below it',
}

/** Words for what zod expected, to be given to its parser; a schema's own sentence comes before these. */
export function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return `expected ${bound(issue.origin, 'at least', 'more than', Number(issue.minimum), issue.inclusive)}`
    case 'too_big':
      return `expected ${bound(issue.origin, 'at most', 'less than', Number(issue.maximum), issue.inclusive)}`
    case 'invalid_format':
      return `expected ${FORMATS[issue.format] ?? issue.format}`
    default:
      return undefined
  }
}

const FORMATS: Record<string, string> = { url: 'an address that begins with http:// or https://' }

/** Both bounds of a number; the length of a list or a text. */
function bound(origin: string, closed: string, open: string, limit: number, isInclusive = true): string {
  const number = `${isInclusive ? closed : open} ${limit}`
  if (origin === 'array' || origin === 'set') return `${number} ${limit === 1 ? 'entry' : 'entries'}`
  if (origin === 'string') return `${number} ${limit === 1 ? 'character' : 'characters'}`
  return number
}

/** The default, else a value of the examples. */
function example(schema: z.ZodType, path: readonly PropertyKey[], examples: readonly unknown[]): string {
  const at = schemaAt(schema, path)
  const fallback = at instanceof z.ZodDefault ? at.def.defaultValue : undefined
  // The first entry of a list stands for all.
  const first = path.map((step) => (typeof step === 'number' ? 0 : step))
  const shown = [fallback, ...examples.map((file) => valueAt(file, first))].find(
    (value) => value !== undefined,
  )
  if (shown === undefined || path.length === 0) return ''
  const shortened = (_: string, value: unknown) => (Array.isArray(value) ? value.slice(0, 1) : value)
  return `, for example ${JSON.stringify(shown, shortened)}`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((here, step) => (here as Record<PropertyKey, unknown> | null | undefined)?.[step], value)
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): unknown {
  let here: unknown = schema
  for (const step of path) {
    const inner = unwrapped(here)
    if (inner instanceof z.ZodObject) here = inner.shape[String(step)]
    else if (inner instanceof z.ZodArray) here = inner.element
    else return undefined
  }
  return here
}

/** The keys that the schema allows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const target = unwrapped(schemaAt(schema, path))
  return target instanceof z.ZodObject ? Object.keys(target.shape) : []
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in)
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? unwrapped(schema.unwrap())
    : schema
}

/** Names further apart than this many letters are not what was meant. */
const DID_YOU_MEAN_DISTANCE = 3
/** A slip in one of several words. */
const WORD_DISTANCE = 1

/** Ends a sentence about an unknown name: with the known one that was probably meant, or all of them. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = [...known]
  const meant = probablyMeant(name, names)
  if (meant !== undefined) return `; did you mean ${meant}?`
  return names.length === 0 ? '.' : `; known: ${names.join(', ')}.`
}

/** The known name that has all words of an unknown one, or the nearest; undefined if none is similar. */
export function probablyMeant(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({
      candidate,
      lacksWord: !hasWordsOf(candidate, name),
      distance: leven(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => Number(a.lacksWord) - Number(b.lacksWord) || a.distance - b.distance)
  return best !== undefined && (!best.lacksWord || isSlip(best.distance, name, best.candidate))
    ? best.candidate
    : undefined
}

/** Two short names may have no letter in common within that distance. */
const isSlip = (distance: number, ...names: string[]) =>
  distance <= DID_YOU_MEAN_DISTANCE && names.every(({ length }) => distance < length)

/** `SERVICE_KEY` means `SERVICE_API_KEY`, though `SERVICE_URL` has fewer other letters. */
function hasWordsOf(candidate: string, name: string): boolean {
  const wordsOf = (text: string) => text.toLowerCase().split(/[^a-z0-9]+/)
  const words = wordsOf(candidate)
  return wordsOf(name).every((word) => words.some((one) => leven(word, one) <= WORD_DISTANCE))
}
