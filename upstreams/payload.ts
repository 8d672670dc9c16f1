/** Validation of upstream bodies: a wrong body is one failure, a wrong row costs only itself. */
import * as z from 'zod'
import { Failure } from '../core/failures.ts'
import { storable } from '../core/foreign-text.ts'

/** Rows of another shape from which on the whole body is: each costs as much as a hundred good ones. */
const MAX_REJECTED = 1_000
const MAX_ISSUES = 5
const MAX_ISSUE_CHARS = 200

/** A row that its schema refused, and why; `row` is as it came. */
export interface RejectedRow {
  reason: string
  row: unknown
  /** The fields that could not be read; the rest of the row was taken. Undefined: the whole row was refused. */
  fields?: string[]
}

/** What a counter of 32 bits shows for -1, unsigned, and at its end: never a count. */
const COUNTER_ENDS: readonly number[] = [2 ** 31 - 1, 2 ** 32 - 1]

/** A count as stored: a non-negative safe integer. */
export const count = z
  .int()
  .nonnegative()
  .refine((value) => !COUNTER_ENDS.includes(value), 'expected a count, found the end of a 32-bit counter')

/** Text as stored: without NUL and half surrogate pairs, which JSON can carry and PostgreSQL cannot. */
export const text = z.string().transform((value) => storable(value.replaceAll('\u0000', '')))

const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})?$/i

/** An RFC 3339 time with any number of fraction digits (CurseForge trims zeros, Modrinth sends six); without a zone it is UTC. */
export const instant = z.string().transform((value, context) => {
  const [, day = '', time = '', zone = 'Z'] = INSTANT.exec(value) ?? []
  const date = new Date(`${day}T${time}${zone}`)
  const midnight = new Date(`${day}T00:00:00Z`)
  const real =
    !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) && !day.startsWith('0000')
  if (real && !Number.isNaN(date.getTime())) return date
  context.addIssue({ code: 'custom', message: 'not a date and time' })
  return z.NEVER
})

/**
 * Parses a JSON body, whose size its client has bounded (`HttpOptions`). `what` names the request in messages. Throws `PayloadInvalid` (details: the first 5 issues) if
 * the shape is wrong, `UpstreamUnavailable` if the text ends in the middle: a retry may then get all of it.
 */
export function parseBody<T>(schema: z.ZodType<T>, body: string, what: string): T {
  const parsed = schema.safeParse(parseJson(body, what))
  if (parsed.success) return parsed.data
  throw new Failure(
    'PayloadInvalid',
    `${what} answered JSON of another shape than expected: its format may have changed.`,
    {
      details: { issues: issuesOf(parsed.error) },
    },
  )
}

/** Rows that a schema took, and those that it refused, in order. */
export interface Rows<T> {
  rows: T[]
  rejected: RejectedRow[]
}

/**
 * Parses rows one by one; order is kept. Throws `PayloadInvalid` at the 1,000th wrong row: then it is the format that is
 * wrong.
 */
export function parseRows<T>(schema: z.ZodType<T>, candidates: readonly unknown[]): Rows<T> {
  const read: Rows<T> = { rows: [], rejected: [] }
  for (const row of candidates) parseRow(schema, row, read)
  return read
}

/** Adds one row to those that were read. Throws as `parseRows`. */
export function parseRow<T>(schema: z.ZodType<T>, row: unknown, { rows, rejected }: Rows<T>): void {
  const parsed = schema.safeParse(row)
  if (parsed.success) rows.push(parsed.data)
  else rejected.push({ reason: issuesOf(parsed.error).join('; '), row })
  if (rejected.length < MAX_REJECTED) return
  const reason = rejected[0]?.reason ?? ''
  const message = `${MAX_REJECTED} rows have another shape than expected (the first: ${reason}): the format may have changed.`
  throw new Failure('PayloadInvalid', message)
}

type Spared<Shape extends Record<string, z.ZodType>> = {
  [Field in keyof Shape]: z.infer<Shape[Field]> | null
}

/** Like `parseRows`; an unreadable field of `spared` costs only itself: it is null in the row, and told as rejected. */
export function parseRowsSparing<T extends object, Shape extends Record<string, z.ZodType>>(
  schema: z.ZodType<T>,
  spared: Shape,
  candidates: readonly unknown[],
): { rows: (T & Spared<Shape>)[]; rejected: RejectedRow[] } {
  const rows: (T & Spared<Shape>)[] = []
  const rejected: RejectedRow[] = []
  for (const row of candidates) {
    const whole = schema.safeParse(row)
    if (!whole.success) {
      rejected.push({ reason: issuesOf(whole.error).join('; '), row })
      continue
    }
    const read = Object.entries(spared).map(([field, type]) => ({
      field,
      parsed: type.safeParse((row as Record<string, unknown>)[field]),
    }))
    const values = read.map(({ field, parsed }) => [field, parsed.success ? parsed.data : null])
    rows.push({ ...whole.data, ...(Object.fromEntries(values) as Spared<Shape>) })
    const unread = read.flatMap(({ field, parsed: { error } }) => (error ? [{ field, error }] : []))
    if (unread.length > 0) {
      const reason = unread.map(({ field, error }) => `${field}: ${issuesOf(error).join('; ')}`).join('; ')
      rejected.push({ reason, row, fields: unread.map(({ field }) => field) })
    }
  }
  return { rows, rejected }
}

function parseJson(body: string, what: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch (error) {
    throw endsTooEarly(error, body.length) ? cutShort(what, body, error) : notJson(what, error)
  }
}

/** The failures of a body that cannot be read at all. */
export const beyondBounds = (what: string, excess: string, details: Record<string, unknown> = {}) =>
  new Failure('PayloadInvalid', `${what} answered JSON with ${excess}, which no such answer has.`, {
    details,
  })

export const cutShort = (what: string, body: string, cause?: unknown) =>
  new Failure(
    'UpstreamUnavailable',
    `${what} answered JSON that ends after ${body.length} characters, in the middle: retry.`,
    { cause },
  )

export const notJson = (what: string, cause?: unknown) =>
  new Failure('PayloadInvalid', `${what} answered text that is not JSON: check the base URL.`, { cause })

/** The engine names the position where it gave up: at the text's end, something is missing; before, something is wrong. */
function endsTooEarly(error: unknown, length: number): boolean {
  const message = error instanceof Error ? error.message : ''
  return /unexpected end|unterminated string/i.test(message) || message.includes(`at position ${length}`)
}

const issuesOf = (error: z.ZodError): string[] =>
  error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) =>
      `${issue.path.map(String).join('.') || '(row)'}: ${issue.message}`.slice(0, MAX_ISSUE_CHARS),
    )
