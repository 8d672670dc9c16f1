/** How large the tables are. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import type { WritableRows } from '../../writable-tables.ts'

export type TableSize = Pick<WritableRows['table_sizes'], 'tableName' | 'rows' | 'bytes'>

/** Every table of ours, with the rows that the server estimates, and its bytes with those of its indexes. */
export async function measureTables(db: Database): Promise<TableSize[]> {
  const { rows } = await db.execute<{ name: string; rows: number; bytes: number }>(sql`
    select relname as name, greatest(coalesce(nullif(pg_stat_get_live_tuples(pg_class.oid), 0), reltuples), 0)::float8 as rows,
      pg_total_relation_size(pg_class.oid)::float8 as bytes
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind = 'r' order by relname`)
  return rows.map(({ name, ...size }) => ({ tableName: name, ...size }))
}
