/** Whether this machine's clock agrees with another's: rows carry dates, and a wrong day is stored forever. */
import { sql } from 'drizzle-orm'
import { addressesIn } from '../../config/addresses.ts'
import type { Config } from '../../config/load-config.ts'
import { databaseFailure } from '../../db/database-failure.ts'
import { CannotReach } from '../../client/cannot-reach.ts'
import { userAgent } from '../../upstreams/user-agent.ts'
import { connectDatabase } from '../../client/connection.ts'
import { none, ok, warn, type Check } from './check.ts'

/** An upstream that responds at all does so within this; the doctor waits no longer for it. */
const ANSWER_TIMEOUT_MS = 3_000
/** A `Date` header has whole seconds, cut off: on average the truth is half a second later. */
const CUT_OFF_MS = 500
/** Beyond the second or so that a comparison over the network is uncertain by. */
const TOLERATED_MS = 2_000

/** Compares with an upstream's clock, else with that of a database elsewhere. The embedded servers share our clock. */
export async function checkClock(config: Config): Promise<Check> {
  if (config.mode === 'demo') return none('clock', 'not compared: the demo contacts only this machine')
  const other = (await upstreamClock(config)) ?? (await databaseClock(config))
  if (other === undefined) return none('clock', 'not compared: no server on another machine responded')
  return clockCheck(other)
}

/** The verdict on a clock that is ahead of another machine's by `aheadMs` (negative: behind). */
export function clockCheck({ aheadMs, of }: { aheadMs: number; of: string }): Check {
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1)
  if (Math.abs(aheadMs) <= TOLERATED_MS) return ok('clock', `agrees with ${of}`)
  return warn(
    'clock',
    `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ${of}`,
    'turn on time synchronisation (systemd: timedatectl set-ntp true)',
  )
}

type OtherClock = Parameters<typeof clockCheck>[0]

/** Upstreams requested for their time before the doctor gives up: each may take `ANSWER_TIMEOUT_MS`. */
const MAX_UPSTREAMS = 2

async function upstreamClock({ env, tracked }: Config): Promise<OtherClock | undefined> {
  const addresses = Object.values(tracked).flatMap((section) => (section.enabled ? addressesIn(section) : []))
  for (const address of addresses.slice(0, MAX_UPSTREAMS)) {
    const { host } = new URL(address)
    const headers = { 'user-agent': userAgent(env.ALMANAC_CONTACT) }
    const sent = Date.now()
    const date = await dateHeader(address, headers)
    const theirs = date === null ? Number.NaN : Date.parse(date) + CUT_OFF_MS
    if (!Number.isNaN(theirs)) return { aheadMs: (sent + Date.now()) / 2 - theirs, of: host }
  }
  return undefined
}

/** The `Date` header of any response; null without one: `fetch` then rejects with a TypeError, or with the timeout. */
async function dateHeader(address: string, headers: Record<string, string>): Promise<string | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const response = await fetch(address, { method: 'HEAD', headers, signal, redirect: 'manual' })
    return response.headers.get('date')
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')) return null
    throw error
  }
}

async function databaseClock(config: Config): Promise<OtherClock | undefined> {
  if (config.env.DATABASE_URL === undefined) return undefined
  const { hostname } = new URL(config.env.DATABASE_URL)
  const database = connectDatabase(config)
  try {
    const sent = Date.now()
    const { rows } = await database.db.execute<{ ms: number }>(
      sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
    )
    return rows[0] && { aheadMs: (sent + Date.now()) / 2 - rows[0].ms, of: `the database at ${hostname}` }
  } catch (error) {
    // Its own check reports that it is unavailable.
    if (error instanceof CannotReach || databaseFailure(error) !== undefined) return undefined
    throw error
  } finally {
    await database.close()
  }
}
