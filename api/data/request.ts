/** What a request of a data set may say, as a schema built from its declaration. */
import * as z from 'zod'
import { jsonOrNothing } from '../../core/json-or-nothing.ts'
import { sentence } from '../../wording/sentence.ts'
import { reason, type Code } from '../../wording/reason.ts'
import type { ColumnType, DataSet } from '../data-set.ts'
import { RequestProblem } from '../problem.ts'
import { unknownName } from '../unknown-name.ts'
import { columnOf, type Selection } from './statement.ts'

/** The calendar of PostgreSQL has no year 0, and its time zones end within 16 hours. */
const inCalendar = (written: string) => !/^0000|[+-](1[6-9]|2\d):/.test(written)

// A schema knows no language: its messages are codes.
const NO_DAY = { error: 'expected-day' satisfies Code }
const NO_MOMENT = { error: 'expected-moment' satisfies Code }
/** A UTC day as requests write it. */
export const day = z.iso.date(NO_DAY).refine(inCalendar, NO_DAY)
const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], NO_MOMENT)
  .refine(inCalendar, NO_MOMENT)

/** Longest value of a filter: names of libraries have 140 characters at most. */
const FILTER_LENGTH = 300

/** A text that PostgreSQL takes: it has none with a NUL. */
export const withoutNul = z.string().regex(/^[^\0]*$/, 'expected-text' satisfies Code)

/** Values as requests write them, so that PostgreSQL takes each. */
const WRITTEN: Record<ColumnType, z.ZodType<string>> = {
  text: withoutNul.max(FILTER_LENGTH),
  // Beyond 2^53 neither JSON nor the driver has whole numbers.
  integer: z
    .string()
    .regex(/^-?\d{1,16}$/, 'expected-whole-number' satisfies Code)
    .refine((written) => Number.isSafeInteger(Number(written)), 'expected-whole-number' satisfies Code),
  number: z.string().regex(/^-?\d{1,15}(\.\d{1,15})?$/, 'expected-number' satisfies Code),
  boolean: z.enum(['true', 'false']),
  date: day,
  time: moment,
}

/** Names of the columns by which rows are selected. */
export const filterNames = ({ columns }: DataSet): string[] =>
  Object.entries(columns).flatMap(([name, { isFilter }]) => (isFilter === true ? [name] : []))

/** Parameters that select rows: each filter column, and `from` and `to` if there is a time. */
export function selectionShape(set: DataSet): Record<string, z.ZodType> {
  const filters = filterNames(set).map((name) => [
    name,
    WRITTEN[columnOf(set, name).type].optional().describe(columnOf(set, name).meaning),
  ])
  const shape = Object.fromEntries(filters) as Record<string, z.ZodType>
  if (set.time === undefined) return shape
  const time = WRITTEN[columnOf(set, set.time).type]
  return {
    ...shape,
    from: time.optional().describe(`First ${set.time}`),
    to: time.optional().describe(`Last ${set.time}, included`),
  }
}

/** Longest list of columns: all of the widest data set. */
const COLUMNS_LENGTH = 2_000

/** Parameter that names the columns of the result, separated by commas. */
export const columnsParameter = ({ columns }: DataSet) =>
  namesParameter(Object.keys(columns)).describe(
    'Columns of the result in this order, separated by commas. Default: all of them',
  )

/** Names of columns, separated by commas. */
export const namesParameter = (known: readonly string[]) =>
  z
    .string()
    .max(COLUMNS_LENGTH)
    .superRefine((written, check) => {
      const unknown = new Set(written.split(',').filter((name) => !known.includes(name)))
      for (const name of unknown)
        check.addIssue(sentence(unknownName('column', name, known)).replace(/\.$/, ''))
    })
    .optional()

/** The selection in a validated request. */
export function selectionOf(set: DataSet, query: Record<string, unknown>): Selection {
  const text = (name: string) => query[name] as string | undefined
  const filters = filterNames(set).flatMap((name) => {
    const value = text(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const cursor = text('after')
  const columns = text('columns')
  return {
    columns: columns === undefined ? undefined : [...new Set(columns.split(','))],
    filters: Object.fromEntries(filters),
    from: text('from'),
    to: text('to'),
    after: cursor === undefined ? undefined : valuesAt(set, cursor),
  }
}

/** The cursor behind a row: the values by which rows are ordered. */
export function cursorBehind({ order }: DataSet, row: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(order.map((name) => String(row[name])))).toString('base64url')
}

const valuesSchema = z.array(z.string())
/** Values of a cursor, which a row has: a text may be longer than one that a person filters by. */
const STORED = { ...WRITTEN, text: withoutNul }

function valuesAt(set: DataSet, cursor: string): string[] {
  const found = valuesSchema.safeParse(jsonOrNothing(Buffer.from(cursor, 'base64url').toString('utf8')))
  const isValue = (name: string, at: number) =>
    STORED[columnOf(set, name).type].safeParse(found.data?.[at]).success
  if (found.success && found.data.length === set.order.length && set.order.every(isValue)) return found.data
  throw new RequestProblem(400, reason('no-cursor'))
}
