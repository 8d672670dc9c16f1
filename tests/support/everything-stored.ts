/** All that a stack has stored, to be compared with itself. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { TestStack } from './stack.ts'

/**
 * Every row of every table, as one digest per table, and the name of every file of the data and work folders. What upstreams
 * say of their limits, and how they answer, follows every request, whoever makes it, and is left out.
 */
export async function everythingStored({ database, config }: TestStack) {
  const tables = await database.select<{ name: string }>(
    sql`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'upstream%' order by 1`,
  )
  const digests = await Promise.all(
    tables.map(async ({ name }) => {
      const [digest] = await database.select<{ name: string; rows: string; digest: string }>(
        sql`select ${name} as name, count(*) as rows, md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as digest
          from ${sql.identifier(name)} as t`,
      )
      return digest
    }),
  )
  const folders = [config.dataDir, join(config.stateDir, 'work')]
  const files = folders.flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted() : [],
  )
  return { digests, files }
}
