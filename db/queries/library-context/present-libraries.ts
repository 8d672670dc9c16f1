/** Rows that waited in the spool while their libraries were renamed: each belongs to a library, not to its name of that time. */
import { sql } from 'drizzle-orm'
import type { LateRow, Resolve } from '../../writable.ts'

/** A library as it is stored now. */
interface Present extends Record<string, unknown> {
  /** The key that the spooled row has. */
  key: string
  library: string
  name: string
  github_id: string | null
}

/** Returns rows of the table `libraries` under the present key and name of each. */
export const presentLibraries: Resolve = async (tx, rows) => {
  const present = await presentOf(tx, rows, rows)
  return rows.map((row) => {
    const own = present.get(keyOf(row))
    if (own === undefined) return row
    const { library, name, github_id } = own
    const githubId = row['githubId'] ?? (github_id === null ? null : Number(github_id))
    return { ...row, library, name: library === row['library'] ? row['name'] : name, githubId }
  })
}

/** Returns rows that refer to a library by its key with the present one. */
export const ofPresentLibraries: Resolve = async (tx, rows, { libraries = [] }) => {
  const present = await presentOf(tx, rows, libraries)
  return rows.map((row) => ({ ...row, library: present.get(keyOf(row))?.library ?? row['library'] }))
}

const keyOf = (row: LateRow) => String(row['library'])

/**
 * Returns the present libraries by the keys of these rows: by GitHub's number if the call gives it, else by the key itself, or
 * by a name that led to the library. A name does not prevail over a number.
 */
async function presentOf(
  tx: Parameters<Resolve>[0],
  rows: readonly LateRow[],
  numbered: readonly LateRow[],
): Promise<Map<string, Present>> {
  const numbers = new Map(numbered.map((row) => [keyOf(row), row['githubId'] ?? null]))
  const keys = [...new Set(rows.map(keyOf))]
  const result = await tx.execute(sql`
    select asked.key, present.library, present.name, present.github_id
    from unnest(${sql.param(keys)}::text[], ${sql.param(keys.map((key) => numbers.get(key) ?? null))}::bigint[])
        as asked(key, number)
      left join libraries as numbered on numbered.github_id = asked.number
      left join libraries as own on own.library = asked.key
      left join (library_names as names join libraries as named using (library)) on names.named = asked.key
        and (asked.number is null or named.github_id is null)
      join libraries as present on present.library = coalesce(numbered.library, own.library, named.library)`)
  return new Map((result.rows as Present[]).map((one) => [one.key, one]))
}
