/** Keeping the stored upstream answers within their caps. */
import { sql } from 'drizzle-orm'
import type { Database } from '../database.ts'

export interface RawPayloadCaps {
  days: number
  bytesPerSource: number
}

/** Removes answers older than the cap, and the oldest ones of a source that holds more than its bytes. */
export async function pruneRawPayloads(
  db: Database,
  { days, bytesPerSource }: RawPayloadCaps,
  now: Date,
): Promise<void> {
  const oldest = new Date(now.getTime() - days * 86_400_000)
  await db.execute(sql`delete from raw_payloads where observed_at < ${oldest.toISOString()}::timestamptz`)
  await db.execute(sql`delete from raw_payloads using (
      select hash, sum(bytes) over (partition by source order by observed_at desc, hash) as kept from raw_payloads
    ) as sizes where sizes.hash = raw_payloads.hash and sizes.kept > ${bytesPerSource}`)
}
