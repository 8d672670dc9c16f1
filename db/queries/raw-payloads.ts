/** Keeps the stored upstream responses, and the rows rejected from them, within their caps. */
import { sql } from 'drizzle-orm'
import { DAY_MS } from '../../core/durations.ts'
import type { Database } from '../database.ts'

export interface RawPayloadCaps {
  days: number
  bytesPerSource: number
}

/**
 * Removes responses older than the cap, and the oldest ones of a source that holds more than its bytes. Sources in
 * `daysOf` have fewer days of their own.
 */
export async function pruneRawPayloads(
  db: Database,
  { days, bytesPerSource }: RawPayloadCaps,
  now: Date,
  daysOf: Record<string, number> = {},
): Promise<void> {
  const oldest = (kept: number) => new Date(now.getTime() - kept * DAY_MS).toISOString()
  await db.execute(sql`delete from raw_payloads where observed_at < ${oldest(days)}::timestamptz`)
  for (const [source, own] of Object.entries(daysOf)) {
    await db.execute(sql`delete from raw_payloads
      where source = ${source} and observed_at < ${oldest(Math.min(own, days))}::timestamptz`)
  }
  await db.execute(sql`delete from raw_payloads using (
      select hash, sum(bytes) over (partition by source order by observed_at desc, hash) as kept from raw_payloads
    ) as sizes where sizes.hash = raw_payloads.hash and sizes.kept > ${bytesPerSource}`)
}

/**
 * Removes rejected rows of these sources from before a moment: one that is rejected every minute would fill the disk.
 */
export async function pruneQuarantine(db: Database, sources: readonly string[], before: Date): Promise<void> {
  await db.execute(sql`delete from quarantine
    where source = any(${sql.param(sources)}::text[]) and observed_at < ${before.toISOString()}::timestamptz`)
}
