/** A loop next to the worker that closes the records of runs that ended without doing so. */
import { sweepRuns, type AskTemporal } from '../activities/run-record.ts'
import { troubleOf } from '../db/database-failure.ts'
import { type Database } from '../db/database.ts'
import type { LogRecord, Trouble } from '../core/log-records.ts'
import type { RunRecord } from '../db/queries/runs.ts'
import type { Logger } from './log.ts'

/** A run that was terminated or lost shows as such within a minute. */
const SWEEP_EVERY_MS = 60_000

/** Sweeps at once and then every minute, until stopped. A database or server that is away is for the next time. */
export function startSweeping(db: Database, ask: AskTemporal, log: Logger): { stop(): Promise<void> } {
  let current = Promise.resolve()
  /** What the last sweep reported: the same trouble is reported once, however long it lasts. */
  let reported = ''
  const report = (troubles: Trouble[]) => {
    const found = JSON.stringify(troubles)
    if (found !== reported)
      for (const trouble of troubles)
        log.warn(
          { event: 'runs.check-failed', ...trouble } satisfies LogRecord,
          'could not check open runs; will retry',
        )
    reported = found
  }
  const sweep = async () => {
    try {
      const { closed, failed } = await sweepRuns(db, ask)
      report(failed.map(({ run, error }) => ofRun(run, error)))
      if (closed > 0)
        log.warn(
          { event: 'runs.closed', closed } satisfies LogRecord,
          'closed the records of runs that had ended without closing them',
        )
    } catch (error) {
      report([troubleOf(error)])
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

function ofRun({ workflowId }: RunRecord, error: unknown): Trouble {
  const trouble = troubleOf(error)
  return { ...trouble, reason: `${workflowId}: ${trouble.reason}` }
}
