/** Nothing grows without anybody having said how: each table says what adds rows, and whether old ones may be removed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { KEPT_TABLES } from '../../../db/kept-tables.ts'
import * as schema from '../../../db/schema/index.ts'
import { packageRoot } from '../../../system/package-root.ts'

const tables = Object.values<unknown>(schema)
  .filter((one) => one instanceof PgTable)
  .map((table) => getTableConfig(table))
const page = readFileSync(join(packageRoot, 'docs', 'pipelines', 'housekeeping.md'), 'utf8')

describe('the tables', () => {
  it('say each how they grow, and no other does', () => {
    expect(Object.keys(KEPT_TABLES).toSorted()).toEqual(tables.map(({ name }) => name).toSorted())
    for (const [name, { grows }] of Object.entries(KEPT_TABLES))
      expect([name, grows.trim()]).not.toEqual([name, ''])
  })

  it.each(tables)(
    '$name tells the age of its rows by a day or a moment that is never null',
    ({ name, columns }) => {
      const { age, days } = KEPT_TABLES[name] ?? {}
      if (age === undefined) {
        expect(days).toBeUndefined()
        return
      }
      const column = columns.find((one) => one.name === age)
      expect(column?.getSQLType()).toMatch(/^(date|timestamp with time zone)$/)
      expect(column?.notNull).toBe(true)
    },
  )

  it.each(tables)(
    '$name is thinned only by a moment, for things that are never null',
    ({ name, columns }) => {
      const { age, daily = [] } = KEPT_TABLES[name] ?? {}
      if (daily.length > 0)
        expect(columns.find((one) => one.name === age)?.getSQLType()).toBe('timestamp with time zone')
      for (const of of daily) expect(columns.find((one) => one.name === of)?.notNull).toBe(true)
    },
  )

  it.each(tables)('$name stands in the manual with its growth', ({ name }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` `))
    expect(row?.replaceAll('`', '')).toContain(`| ${KEPT_TABLES[name]?.grows} `)
  })
})
