/** The SQL of a calendar: which intervals of a data set have rows. */
import pg from 'pg'
import { columnOf } from '../data/statement.ts'
import type { DataSet } from '../data-set.ts'
import { INTERVALS, type Expectation } from '../expectation.ts'

const MS = (expression: string) => `(extract(epoch from ${expression}) * 1000)::double precision`
const moment = (ms: number) => `timestamptz ${pg.escapeLiteral(new Date(ms).toISOString())}`

interface Asked {
  lines: readonly string[]
  fromMs: number
  toMs: number
}

const linesOf = (lines: readonly string[]) =>
  `unnest(array[${lines.map((line) => pg.escapeLiteral(line)).join(', ')}]::text[])`

/** The time column, and a moment as its type has it. */
function timeOf(set: DataSet) {
  const { time } = set
  if (time === undefined) throw new Error(`the data set "${set.row}" has no time`)
  const isDay = columnOf(set, time).type === 'date'
  return {
    column: `d.${pg.escapeIdentifier(time)}`,
    bound: (expression: string) => (isDay ? `(${expression} at time zone 'UTC')::date` : expression),
    at: (expression: string) => (isDay ? `${expression}::timestamp at time zone 'UTC'` : expression),
  }
}

/** Rows of one line, given as an SQL expression. */
function ofLine({ by, where = {} }: Expectation, line: string): string {
  const found = Object.entries(where).map(
    ([name, value]) => `d.${pg.escapeIdentifier(name)} = ${pg.escapeLiteral(value)}`,
  )
  if (by !== undefined) found.push(`d.${pg.escapeIdentifier(by)} = ${line}`)
  return found.length === 0 ? 'true' : found.join(' and ')
}

/** The first time of each line, in milliseconds since 1970; null for a line without rows. */
export function firstStatement(set: DataSet, expected: Expectation, lines: readonly string[]): string {
  const time = timeOf(set)
  const first = `(select ${time.column} from (${set.sql}) d where ${ofLine(expected, 'line')} order by ${time.column} limit 1)`
  return `select line, ${MS(time.at(first))} as first from ${linesOf(lines)} line`
}

/** Intervals that have something, with how much: 1, or the counted column. */
export function presentStatement(set: DataSet, expected: Expectation, asked: Asked): string {
  const time = timeOf(set)
  const step = `${INTERVALS[expected.every]} milliseconds`
  const [from, to] = [moment(asked.fromMs), moment(asked.toMs)]
  if (expected.counted === undefined)
    // An index lookup for each interval: thousands of mods have many rows a day, of which one is enough.
    return `
      select line, ${MS('at')} as at, 1::double precision as present
      from ${linesOf(asked.lines)} line, generate_series(${from}, ${to} - interval '1 millisecond', interval '${step}') at,
        lateral (select from (${set.sql}) d where ${ofLine(expected, 'line')} and ${time.column} >= ${time.bound('at')}
          and ${time.column} < ${time.bound(`(at + interval '${step}')`)} limit 1) found
      order by line, at`
  const bucket = `date_bin('${step}', ${time.at(time.column)}, timestamptz '1970-01-01 00:00Z')`
  return `
    select line, ${MS(bucket)} as at, sum(d.${pg.escapeIdentifier(expected.counted.column)})::double precision as present
    from ${linesOf(asked.lines)} line, (${set.sql}) d
    where ${ofLine(expected, 'line')} and ${time.column} >= ${time.bound(from)} and ${time.column} < ${time.bound(to)}
    group by line, ${bucket} order by line, ${bucket}`
}

/** Intervals that the source itself does not have. */
export function knownStatement(excused: string, { lines, fromMs, toMs }: Asked): string {
  return `
    select k.line, ${MS('k.at')} as at from (${excused}) k
    where k.line in (select * from ${linesOf(lines)}) and k.at >= ${moment(fromMs)} and k.at < ${moment(toMs)}`
}
