/** What a database holds, in a number for each table: two databases with equal fingerprints have the same rows. */
import type pg from 'pg'

/** By the table's name with its schema. */
export type Fingerprint = Record<string, TableFingerprint>

export interface TableFingerprint {
  rows: number
  /** Sum of the hashes of all rows, so that their order does not matter. */
  hash: string
}

/** Rows as text must not depend on the settings of a server or a role. */
const SETTINGS = `set local timezone = 'UTC'; set local datestyle = 'ISO'; set local extra_float_digits = 1;
  set local intervalstyle = 'postgres'; set local bytea_output = 'hex'`

/**
 * Reads every row of every ordinary table. Call it in a transaction, of which it changes some settings. A million rows take
 * a second.
 */
export async function fingerprintOf(client: pg.ClientBase): Promise<Fingerprint> {
  await client.query(SETTINGS)
  const { rows: tables } = await client.query<{ name: string; quoted: string }>(`
    select nspname || '.' || relname as name, format('%I.%I', nspname, relname) as quoted
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and relpersistence = 'p' and nspname <> 'information_schema' and nspname !~ '^pg_'
    order by 1`)
  const fingerprint: Fingerprint = {}
  for (const { name, quoted } of tables) {
    const { rows } = await client.query<{ rows: string; hash: string }>(
      `select count(*) as rows, coalesce(sum(hashtextextended(one::text, 0)::numeric), 0)::text as hash from ${quoted} one`,
    )
    fingerprint[name] = { rows: Number(rows[0]?.rows), hash: rows[0]?.hash ?? '' }
  }
  return fingerprint
}

/** Tables that are not the same in both, with their rows: `public.runs: rows 5, expected 7`. Empty if all are. */
export function differences(found: Fingerprint, expected: Fingerprint): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...names].flatMap((name) => {
    const [is, should] = [found[name], expected[name]]
    if (is === undefined || should === undefined)
      return [`${name}: ${is === undefined ? 'missing' : 'not in the backup'}`]
    if (is.rows !== should.rows) return [`${name}: rows ${is.rows}, expected ${should.rows}`]
    return is.hash === should.hash ? [] : [`${name}: rows ${is.rows}, of which some differ`]
  })
}

/** Rows of all tables. */
export const rowsIn = (fingerprint: Fingerprint): number =>
  Object.values(fingerprint).reduce((sum, { rows }) => sum + rows, 0)
