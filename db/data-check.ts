/** What must hold of stored rows: declared beside each table, and looked at at the end of each run. */
import type { Reason } from '../core/reason.ts'
import { reason } from '../wording/reason.ts'
import { ahead, dayAhead } from './ahead.ts'

export interface DataCheck {
  /** Unique within its table. */
  name: string
  /**
   * Returns a query of what breaks it: `of`, a text, names each breach as a person knows it. It is part of the end of every
   * run, so it reads only what came last.
   */
  breaches: (table: string) => string
  /** What is wrong with these. */
  means: Reason
}

/** By the SQL name of the table; of a table without any, why. */
export type ChecksOfTables = Readonly<Record<string, readonly DataCheck[] | string>>

/** Rows that are looked at. */
export interface Rows {
  /** SQL expression, a text: what a row is of, as a person knows it. */
  of: string
  /** SQL condition of the rows that came last. */
  newest: string
}

/** Each of the rows meets a condition in SQL; a null, which is unknown, meets any. */
export const holds = (name: string, { of, newest }: Rows, condition: string, means: Reason): DataCheck => ({
  name,
  breaches: (table) => `select ${of} as of from ${table} where (${newest}) and not (${condition})`,
  means,
})

/** A number that is known lies within these limits. */
export const range = (rows: Rows, column: string, from: number, to?: number): DataCheck =>
  holds(
    `${column}-range`,
    rows,
    to === undefined ? `"${column}" >= ${from}` : `"${column}" between ${from} and ${to}`,
    to === undefined
      ? reason('breach-below', { column, from })
      : reason('breach-range', { column, from, to }),
  )

/** A moment is not ahead of the database's clock. */
export const past = (rows: Rows, column: string): DataCheck =>
  holds(`${column}-ahead`, rows, `not ${ahead(`"${column}"`)}`, reason('breach-ahead', { column }))

/** A UTC day has begun. */
export const pastDay = (rows: Rows, column: string): DataCheck =>
  holds(`${column}-ahead`, rows, `not ${dayAhead(`"${column}"`)}`, reason('breach-ahead', { column }))

/** Rows of each day that are judged together. */
export interface Daily {
  /** The column of the UTC day. */
  day: string
  /** SQL expression, a text: what the rows belong to that are counted together. */
  of: string
  /** SQL condition of the rows that count. Default: all. */
  where?: string
}

/** A list may lose some rows from one day to the next; of one that loses half, the answer was cut. */
const USUAL_PERCENT = 50
/** A week holds every day of the week; fewer than three days tell of no usual number. */
const USUAL_DAYS = 7
const FEWEST_DAYS = 3
/** Short lists halve because a person shortened them. */
const FEWEST_ROWS = 10

/** The newest day of each group has at least half as many rows as its days of the last week usually have (their median). */
export const usualCount = ({ day, of, where = 'true' }: Daily): DataCheck => ({
  name: 'count',
  breaches: (table) => `select last.of || ' ' || usual.rows || ' → ' || last.rows as of
    from (select max(${day}) as day from ${table}) newest
    cross join lateral (
      select ${of} as of, count(*) as rows from ${table} where ${day} = newest.day and (${where}) group by 1
    ) last
    join lateral (
      select percentile_disc(0.5) within group (order by rows) as rows from (
        select count(*) as rows from ${table}
        where ${day} >= newest.day - ${USUAL_DAYS} and ${day} < newest.day and ${of} = last.of and (${where}) group by ${day}
      ) days having count(*) >= ${FEWEST_DAYS}
    ) usual on usual.rows >= ${FEWEST_ROWS} and last.rows * 100 < usual.rows * ${USUAL_PERCENT}`,
  means: reason('breach-count', { percent: USUAL_PERCENT, days: USUAL_DAYS }),
})

/**
 * Every group with rows on some days of the last week has rows on the newest one, if it was collected. `collected`: SQL
 * condition of the group `gone.of` on the day `newest.day`; so what a person took out of almanac.yaml is missed by nobody.
 */
export const keptGroups = ({ day, of, where = 'true' }: Daily, collected: string): DataCheck => ({
  name: 'groups',
  breaches: (table) => `select gone.of || ' ' || gone.rows || ' → 0' as of
    from (select max(${day}) as day from ${table}) newest
    cross join lateral (
      select of, percentile_disc(0.5) within group (order by rows) as rows from (
        select ${of} as of, count(*) as rows from ${table}
        where ${day} >= newest.day - ${USUAL_DAYS} and ${day} < newest.day and (${where}) group by 1, ${day}
      ) days group by of having count(*) >= ${FEWEST_DAYS}
    ) gone
    where (${collected}) and not exists (select from ${table} where ${day} = newest.day and ${of} = gone.of)`,
  means: reason('breach-groups', { least: FEWEST_DAYS, days: USUAL_DAYS }),
})

/** A total that only rises may still lose what an upstream takes back; a tenth at once is a wrong answer. */
const FALL_PERCENT = 10

/** The total of a column did not fall by more than a tenth since the day before, over what has a value on both. */
export const keptTotal = (
  { day, of, where = 'true' }: Daily,
  column: string,
  key: readonly string[],
): DataCheck => ({
  name: `${column}-total`,
  breaches: (table) => `select now.of || ' ' || sum(before.value) || ' → ' || sum(now.value) as of
    from (select max(${day}) as day from ${table}) newest
    cross join lateral (
      select ${of} as of, ${key.join(', ')}, ${column} as value from ${table} where ${day} = newest.day and (${where})
    ) now
    join lateral (
      select ${column} as value from ${table} as earlier
      where ${day} = newest.day - 1 and (${where}) and ${key.map((name) => `earlier.${name} = now.${name}`).join(' and ')}
    ) before on now.value is not null and before.value is not null
    group by now.of having sum(now.value) * 100 < sum(before.value) * ${100 - FALL_PERCENT}`,
  means: reason('breach-total', { column, percent: FALL_PERCENT }),
})
