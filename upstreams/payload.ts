/** Validation of upstream bodies: a wrong body is one failure, a wrong row costs only itself. */
import { z } from 'zod'
import { Failure } from '../core/failures.ts'
import { storable } from '../core/foreign-text.ts'

const MAX_ISSUES = 5
const MAX_ISSUE_CHARS = 200

/** A row that its schema refused, and why; `row` is as it came. */
export interface RejectedRow {
  reason: string
  row: unknown
}

/** A count as stored: a non-negative safe integer. */
export const count = z.int().nonnegative()

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
 * Parses a JSON body. `what` names the request in messages. Throws `PayloadInvalid` (details: the first 5 issues) if
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

/** Parses rows one by one; order is kept. */
export function parseRows<T>(
  schema: z.ZodType<T>,
  candidates: readonly unknown[],
): { rows: T[]; rejected: RejectedRow[] } {
  const rows: T[] = []
  const rejected: RejectedRow[] = []
  for (const row of candidates) {
    const parsed = schema.safeParse(row)
    if (parsed.success) rows.push(parsed.data)
    else rejected.push({ reason: issuesOf(parsed.error).join('; '), row })
  }
  return { rows, rejected }
}

function parseJson(body: string, what: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch (error) {
    if (endsTooEarly(error, body.length)) {
      throw new Failure(
        'UpstreamUnavailable',
        `${what} answered JSON that ends after ${body.length} characters, in the middle: retry.`,
        {
          cause: error,
        },
      )
    }
    throw new Failure('PayloadInvalid', `${what} answered text that is not JSON: check the base URL.`, {
      cause: error,
    })
  }
}

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
