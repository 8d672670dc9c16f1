/** Values of one line of an imported file, and how a line becomes a row or the reason why not. Pure. */
import * as z from 'zod'
import { WrongUsage } from '../../core/failures.ts'
import { instant } from '../../upstreams/payload.ts'
import { isoDate, type Notation } from '../../system/read-csv/notation.ts'
import { decimalIn, isRounded, NOTHING, wholeIn } from '../../system/read-csv/numbers.ts'

/** Characters of a wrong value that a message shows. */
const SHOWN_CHARS = 40

/** What PostgreSQL can store as text: no NUL, no half of a surrogate pair. */
export const storable = z.string().refine((value) => !/[\0\p{Surrogate}]/u.test(value), {
  error: 'holds a character that cannot be stored',
})
/** A value that no query can do without. */
export const filled = storable.refine((value) => value.trim() !== '', { error: 'is empty' })

/** An empty value is null. */
export const emptyAsNull = <T>(schema: z.ZodType<T, string>) =>
  z.union([z.literal('').transform(() => null), schema])

/** An empty value is null, and so is one of a column that is missing. */
export const orNull = <T>(schema: z.ZodType<T, string>) =>
  emptyAsNull(schema)
    .optional()
    .transform((value) => value ?? null)

/** What stands for nothing in a column of numbers is null. */
export const nothingAsNull = <T>(schema: z.ZodType<T, string>) =>
  z.union([
    z
      .string()
      .regex(NOTHING)
      .transform(() => null),
    schema,
  ])

/** As `orNull`, for a column of numbers. */
export const numberOrNull = <T>(schema: z.ZodType<T, string>) =>
  nothingAsNull(schema)
    .optional()
    .transform((value) => value ?? null)

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** A line with its columns' names as rows have them: `total_downloads` becomes `totalDownloads`. */
export function camelCased<Line extends object>(
  line: Line,
): { [Name in keyof Line & string as CamelCase<Name>]: Line[Name] } {
  const renamed = Object.entries(line).map(([name, value]: [string, unknown]) => [
    name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(renamed) as { [Name in keyof Line & string as CamelCase<Name>]: Line[Name] }
}

/** A whole number from 0 to `max`. */
export const whole = (max: number) =>
  z.string().transform((value, context) => {
    const number = wholeIn(value)
    if (number !== undefined && number >= 0 && number <= max) return number
    const rounded = isRounded(value) ? ' with all its digits: a spreadsheet has rounded it' : ''
    context.addIssue({ code: 'custom', message: `is not a whole number from 0 to ${max}${rounded}` })
    return z.NEVER
  })
/** A whole number that JavaScript holds exactly. */
export const count = whole(Number.MAX_SAFE_INTEGER)

/** PostgreSQL writes `2023-08-11 21:13:54.12` and `+00`, where ISO 8601 has a T and minutes. Without a zone it is UTC. */
const isoTimestamp = z
  .string()
  .transform((value) => value.replace(' ', 'T').replace(/[+-]\d{2}$/, '$&:00'))
  .pipe(z.string().refine((value) => instant.safeParse(value).success, { error: 'is not a date and time' }))
  .transform((value) => instant.parse(value))

/** The values that files write in different ways. */
export function valuesIn(notation: Notation) {
  /** A number, with a fraction or without, for which `fits` holds; `error` says of another value what it is not. */
  const decimal = (error = 'is not a number', fits: (value: number) => boolean = () => true) =>
    z.string().transform((value, context) => {
      const number = decimalIn(value, notation)
      if (number !== undefined && fits(number)) return number
      const separated = value.includes(',') ? '; expected a decimal point and no other separator' : ''
      context.addIssue({ code: 'custom', message: error + separated })
      return z.NEVER
    })
  return {
    decimal,
    /** A number above 0. */
    positive: decimal('is not a number above 0', (value) => value > 0),
    /** A date and time; without a zone it is UTC. */
    timestamp: z
      .string()
      .transform((value) => isoDate(value, notation))
      .pipe(isoTimestamp),
    /** A UTC day, not after `today`, as `YYYY-MM-DD`. */
    pastDay: (today: string) =>
      z
        .string()
        .transform((value) => isoDate(value, notation))
        .pipe(pastDay(today)),
  }
}

/** The UTC day of a moment, as `YYYY-MM-DD`. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 'YYYY-MM-DD'.length)

/** A UTC day as `YYYY-MM-DD`, not after `today`: no snapshot can have been taken later. */
const pastDay = (today: string) =>
  z.string().refine(
    (value) => {
      if (!/^(19[7-9]\d|2\d{3})-\d{2}-\d{2}$/.test(value) || value > today) return false
      const day = new Date(`${value}T00:00:00Z`)
      return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)
    },
    { error: 'is not a day (YYYY-MM-DD) from 1970 to today' },
  )

/** Checks a day that the caller or a file's name says. Throws `WrongUsage`; `what` names it. */
export function checkDay(what: string, day: string, today: string): void {
  if (!pastDay(today).safeParse(day).success)
    throw new WrongUsage(`${what} is "${day}"; expected a day such as 2025-07-31, not after today.`)
}

/** A row, or why there is none: `reason` is the same for all lines with that fault, `found` is this line's value. */
export type Parsed<T> = { row: T } | { reason: string; found?: string | undefined }

/** Parses one record by its schema. */
export function parseRecord<T>(schema: z.ZodType<T>, record: unknown): Parsed<T> {
  const parsed = schema.safeParse(record)
  if (parsed.success) return { row: parsed.data }
  const issue = deepest(parsed.error.issues[0])
  const column = issue?.path[0]
  const value =
    typeof record === 'object' && record !== null && typeof column === 'string'
      ? (record as Record<string, unknown>)[column]
      : record
  return {
    reason: `${column === undefined ? 'the entry' : String(column)} ${issue?.message ?? 'is wrong'}`,
    found: value === undefined ? 'nothing' : JSON.stringify(value).slice(0, SHOWN_CHARS),
  }
}

/** Of a union's issues the one of its last member: the first is only the empty value. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const inner = deepest(issue.errors.at(-1)?.[0])
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}
