/** Whether this machine's clock agrees with another's: rows carry dates, and a wrong day is stored forever. */
import { sql } from 'drizzle-orm'
import type { Config } from '../../config/load-config.ts'
import type { DatabaseHandle } from '../../db/database.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { withDatabase } from '../../client/connection.ts'
import { none, ok, warn, type Check } from './check.ts'
import { CHECK_LIMITS } from './database.ts'
import type { Asked, OtherClock } from './upstreams.ts'

/** Beyond the second or so that a comparison over the network is uncertain by. */
const TOLERATED_MS = 2_000

/** Compares with the upstreams' clocks, else with that of a database elsewhere. The embedded servers share our clock. */
export async function checkClock(config: Config, asked: readonly Asked[]): Promise<Check> {
  if (config.mode === 'demo') return none('clock', 'not compared: the demo contacts only this machine')
  const other = asked.find(({ clock }) => clock !== undefined)?.clock ?? (await databaseClock(config))
  if (other === undefined) return none('clock', 'not compared: no server on another machine responded')
  return clockCheck(other)
}

/** The verdict on a clock that is ahead of another machine's by `aheadMs` (negative: behind). */
export function clockCheck({ aheadMs, of }: OtherClock): Check {
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1)
  if (Math.abs(aheadMs) <= TOLERATED_MS) return ok('clock', `agrees with ${of}`)
  return warn(
    'clock',
    `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ${of}`,
    'turn on time synchronisation (systemd: timedatectl set-ntp true)',
  )
}

async function databaseClock(config: Config): Promise<OtherClock | undefined> {
  if (config.env.DATABASE_URL === undefined) return undefined
  const { hostname } = new URL(config.env.DATABASE_URL)
  const ask = async ({ db }: DatabaseHandle) => {
    const sent = Date.now()
    const { rows } = await db.execute<{ ms: number }>(
      sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
    )
    return rows[0] && { aheadMs: (sent + Date.now()) / 2 - rows[0].ms, of: `the database at ${hostname}` }
  }
  try {
    return await withDatabase(config, ask, CHECK_LIMITS)
  } catch (error) {
    // Its own check reports that it is unavailable.
    if (error instanceof CannotReach || databaseFailure(error) !== undefined) return undefined
    throw error
  }
}
