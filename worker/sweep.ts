/** A loop next to the worker that closes the records of runs that ended without doing so. */
import { sweepRuns, type AskTemporal } from '../activities/run-record.ts'
import { troubleOf } from '../db/database-failure.ts'
import { type Database } from '../db/database.ts'
import type { LogRecord } from '../core/log-records.ts'
import type { Logger } from './log.ts'

/** A run that was terminated or lost shows as such within a minute. */
const SWEEP_EVERY_MS = 60_000

/** Sweeps at once and then every minute, until stopped. A database or server that is away is for the next time. */
export function startSweeping(db: Database, ask: AskTemporal, log: Logger): { stop(): Promise<void> } {
  let current = Promise.resolve()
  const sweep = async () => {
    try {
      const closed = await sweepRuns(db, ask)
      if (closed > 0)
        log.warn(
          { event: 'runs.closed', closed } satisfies LogRecord,
          'closed the records of runs that had ended without closing them',
        )
    } catch (error) {
      log.warn(
        { event: 'runs.check-failed', ...troubleOf(error) } satisfies LogRecord,
        'could not check open runs; will retry',
      )
    }
  }
  const timer = setInterval(() => {
    current = sweep()
  }, SWEEP_EVERY_MS)
  current = sweep()
  return {
    async stop() {
      clearInterval(timer)
      await current
    },
  }
}
