/** Fields of answers that are other than known. */
import { getTableColumns, gt, sql, type SQL } from 'drizzle-orm'
import type { CountedField } from '../../core/upstream-fields.ts'
import type { Database } from '../database.ts'
import { upstreamFields } from '../schema/index.ts'

/** What is asked once a night is so until the next night but one. */
const LASTS = sql.raw(`interval '48 hours'`)

export type StoredField = typeof upstreamFields.$inferSelect

/** The statement that adds to their answers. */
export function fieldsInto(fields: readonly CountedField[]): SQL {
  return sql`insert into upstream_fields as t
    select client, object, field, drift, answers, clock_timestamp(), clock_timestamp()
    from json_populate_recordset(null::upstream_fields, ${JSON.stringify(fields)})
    on conflict (client, object, field, drift) do update set answers = t.answers + excluded.answers,
      since_at = case when t.last_seen_at < now() - ${LASTS} then excluded.since_at else t.since_at end,
      last_seen_at = excluded.last_seen_at
    returning 1`
}

/** Returns all that are kept. */
export const allFields = (db: Database): Promise<StoredField[]> => inOrder(db)

/** Returns those that an answer of the last two days showed; missing ones first. */
export const fieldsNow = (db: Database): Promise<StoredField[]> =>
  inOrder(db, gt(upstreamFields.lastSeenAt, sql`now() - ${LASTS}`))

const inOrder = (db: Database, where?: SQL): Promise<StoredField[]> => {
  const { client, object, drift, field } = getTableColumns(upstreamFields)
  return db.select().from(upstreamFields).where(where).orderBy(drift, client, object, field)
}
