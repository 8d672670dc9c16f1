/** No run and no row may begin ahead of the database's clock (`ahead.ts`). */
import { sql } from 'drizzle-orm'
import { Failure } from '../core/failures.ts'
import { span } from '../wording/text.ts'
import { CLOCK_TOLERANCE_MS } from './ahead.ts'
import type { Database } from './database.ts'

/** Throws `ClockAhead` if a time lies ahead of the database's clock. */
export async function refuseAhead(db: Pick<Database, 'execute'>, time: Date): Promise<void> {
  const { rows } = await db.execute<{ ms: number }>(
    sql`select (extract(epoch from ${time.toISOString()}::timestamptz - clock_timestamp()) * 1000)::float8 as ms`,
  )
  const aheadMs = rows[0]?.ms ?? 0
  if (aheadMs <= CLOCK_TOLERANCE_MS) return
  throw new Failure(
    'ClockAhead',
    `${time.toISOString().slice(0, 19)}Z lies ${span(aheadMs)} ahead of the database's clock; rows with such a time ` +
      'would outrank right ones until then. Correct the clock of this machine, or that of the database server ' +
      '(systemd: timedatectl set-ntp true).',
  )
}
