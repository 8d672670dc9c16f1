/**
 * A process to be killed: `node --import tsx tests/support/spool-process.ts write FOLDER ROUND` calls the writer of an
 * unavailable database and prints the number of each acknowledged call; `… drain FOLDER URL` loads them for as long as
 * it lives, and prints once that it has begun. They end by a kill, or with the process that started them.
 */
import { writeSync } from 'node:fs'
import { pino } from 'pino'
import { HOUR_MS } from '../../core/durations.ts'
import { openDatabase } from '../../db/database.ts'
import { openSpool } from '../../db/spool/spool.ts'
import { writeRows } from '../../db/write-rows.ts'
import { startDraining } from '../../worker/drain.ts'

const [mode, folder = '', argument = ''] = process.argv.slice(2)
const CAP_BYTES = 1e9
/** Hours of one call, and of one round: more than any process writes before it is killed. */
const ROWS_PER_CALL = 7
const CALLS_PER_ROUND = 100_000
/** Nothing listens on this port, so the database is unavailable. */
const NOWHERE = 'postgresql://nobody@127.0.0.1:1/nothing'

process.stdin.on('end', () => process.exit()).resume()

/** Standard output at once: what was printed before a kill was printed. */
function say(line: string | number): void {
  writeSync(1, `${line}\n`)
}

async function write(round: number): Promise<never> {
  const origin = () => ({ pipeline: 'crypto-forecast' })
  const spool = openSpool({ folder, capBytes: CAP_BYTES, warn: () => undefined, origin })
  const { db } = openDatabase(NOWHERE, () => undefined, { spool })
  for (let call = round * CALLS_PER_ROUND; ; call++) {
    const candles = Array.from({ length: ROWS_PER_CALL }, (_, row) => ({
      crypto: `call-${call}`,
      timestamp: new Date(row * HOUR_MS),
      source: 'binance' as const,
      // A price is above 0.
      close: call + 1,
      open: null,
      high: null,
      low: null,
      volume: row,
      volume24h: null,
    }))
    const rejected = [{ source: 'spool-process', reason: 'one a call', row: call }]
    const observedAt = new Date()
    const retryBudget = { ms: 0, signal: new AbortController().signal }
    const { spooled } = await writeRows(db, { candles }, { observedAt, runId: 'run', rejected, retryBudget })
    if (spooled !== ROWS_PER_CALL + 1) throw new Error(`call ${call} was not spooled`)
    say(call)
  }
}

if (mode === 'write') await write(Number(argument))
const { db } = openDatabase(argument, () => undefined)
await db.execute('select 1')
say('draining')
// Of a drain that works only what it loaded is logged.
const log = pino(
  { level: 'info' },
  {
    write: () => {
      say('loaded')
    },
  },
)
startDraining({ db, folder, log, pollIntervalMs: 1 })
