/** What the watch costs while nothing is wrong: a look comes twice a minute, for years. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { DAY_MS } from '../core/durations.ts'
import { LOOK_MS, createWatch } from '../watch/watch.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { startBenchStack, type BenchStack } from './bench-stack.ts'
import type { Figure } from './figure.ts'

const LOOKS = 200
/** Connections, plans and compiled code are there then. */
const WARM_UP_LOOKS = 5
const LOOKS_A_DAY = DAY_MS / LOOK_MS

/** Processor time of this process for a day of looks, statements of a look, and what a day writes. */
export async function watch(): Promise<Figure[]> {
  const stack = await startBenchStack({ tracked: allOn })
  const watching = createWatch(stack.config, { warn: () => undefined, error: () => undefined })
  try {
    for (let look = 0; look < WARM_UP_LOOKS; look++) await watching.look()
    const before = await countersOf(stack)
    const cpu = process.cpuUsage()
    for (let look = 0; look < LOOKS; look++) await watching.look()
    const { user, system } = process.cpuUsage(cpu)
    const after = await countersOf(stack)
    const { size } = statSync(join(stack.config.stateDir, 'watch.json'))
    return [
      {
        what: 'processor a day, of the page',
        value: ((user + system) / 1e6 / LOOKS) * LOOKS_A_DAY,
        unit: 's',
        atMost: 300,
        note: `${LOOKS} looks, of ${LOOKS_A_DAY} a day`,
      },
      { what: 'transactions a look', value: (after.transactions - before.transactions) / LOOKS, unit: '' },
      { what: 'rows written by the looks', value: after.written - before.written, unit: '', atMost: 0 },
      { what: 'its file, written anew a day', value: (size * LOOKS_A_DAY) / 1e6, unit: 'MB' },
    ]
  } finally {
    await watching.close()
    await stack.stop()
  }
}

/** Every pipeline is on: of one that is off nothing is asked. */
const allOn = () => Object.fromEntries(PIPELINES.map(({ id }) => [id, { enabled: true }]))

async function countersOf({ database }: BenchStack): Promise<{ transactions: number; written: number }> {
  const { rows } = await database.db.execute<{ transactions: number; written: number }>(sql`
    select (select xact_commit::int from pg_stat_database where datname = current_database()) as transactions,
      (select sum(n_tup_ins + n_tup_upd + n_tup_del)::int from pg_stat_user_tables) as written`)
  return rows[0] ?? { transactions: 0, written: 0 }
}
