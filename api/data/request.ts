/** What a request of a data set may say, as a schema built from its declaration. */
import { z } from 'zod'
import type { DataSet } from '../data-set.ts'
import { RequestProblem } from '../problem.ts'
import { columnOf, type Selection } from './statement.ts'

const day = z.iso.date({ error: 'expected a day such as 2026-11-01' })
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected a day (2026-11-01) or a moment (2026-11-01T10:00:00Z)',
})

/** Longest value of a filter: names of libraries have 140 characters at most. */
const FILTER_LENGTH = 300

/** Names of the columns by which rows are selected. */
export const filterNames = ({ columns }: DataSet): string[] =>
  Object.entries(columns).flatMap(([name, { isFilter }]) => (isFilter === true ? [name] : []))

/** Parameters that select rows: each filter column, and `from` and `to` if there is a time. */
export function selectionShape(set: DataSet): Record<string, z.ZodType> {
  const filters = filterNames(set).map((name) => [
    name,
    z.string().min(1).max(FILTER_LENGTH).optional().describe(columnOf(set, name).meaning),
  ])
  const shape = Object.fromEntries(filters) as Record<string, z.ZodType>
  if (set.time === undefined) return shape
  const time = columnOf(set, set.time).type === 'date' ? day : moment
  return {
    ...shape,
    from: time.optional().describe(`First ${set.time}`),
    to: time.optional().describe(`Last ${set.time}, included`),
  }
}

/** The selection in a validated request. */
export function selectionOf(set: DataSet, query: Record<string, unknown>): Selection {
  const text = (name: string) => query[name] as string | undefined
  const filters = filterNames(set).flatMap((name) => {
    const value = text(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const cursor = text('after')
  return {
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

function valuesAt({ order }: DataSet, cursor: string): string[] {
  const found = valuesSchema.safeParse(jsonOrNothing(Buffer.from(cursor, 'base64url').toString('utf8')))
  if (found.success && found.data.length === order.length) return found.data
  throw new RequestProblem(400, '"after" is no cursor of this data set: take "next" from the previous page.')
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
