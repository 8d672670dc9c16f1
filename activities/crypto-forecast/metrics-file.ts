/**
 * `cryptobot_cron.prom` for the node exporter's textfile collector
 * (https://github.com/prometheus/node_exporter#textfile-collector): what the last run did, and when one last succeeded
 * and failed. A backfill leaves it as it is: it says nothing about the newest hour.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEnding } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'

export const METRICS_FILE = 'cryptobot_cron.prom'

const METRICS = {
  cryptobot_cron_last_success_timestamp:
    'End of the last run after which the hourly prices of every coin were complete, Unix time in seconds.',
  cryptobot_cron_last_failure_timestamp:
    'End of the last run after which the hourly prices of a coin were incomplete or unchecked, Unix time in seconds.',
  cryptobot_cron_last_run_status:
    'Whether the hourly prices of every coin were complete after the last run: 1 if so, 0 if not.',
  cryptobot_cron_last_run_duration_seconds: 'Duration of the last run from its start to its end, in seconds.',
  cryptobot_cron_last_run_rows: 'Rows that the last run added or changed, over all tables.',
} as const

type Metric = keyof typeof METRICS

/**
 * Rewrites the file; the time of the last success survives a failure, and the reverse. A skipped run leaves it as it
 * is.
 */
export function writeMetrics(folder: string, run: Run, ending: RunEnding, now: Date): void {
  if (ending.outcome === 'skipped') return
  const path = join(folder, METRICS_FILE)
  const before = existsSync(path) ? readMetrics(readFileSync(path, 'utf8')) : new Map<string, string>()
  const seconds = String(Math.floor(now.getTime() / 1000))
  const succeeded = isSuccess(ending)
  const rows = Object.values(ending.counts).reduce((sum, { written }) => sum + written, 0)
  const values: Record<Metric, string | undefined> = {
    cryptobot_cron_last_success_timestamp: succeeded
      ? seconds
      : before.get('cryptobot_cron_last_success_timestamp'),
    cryptobot_cron_last_failure_timestamp: succeeded
      ? before.get('cryptobot_cron_last_failure_timestamp')
      : seconds,
    cryptobot_cron_last_run_status: succeeded ? '1' : '0',
    cryptobot_cron_last_run_duration_seconds: String((now.getTime() - Date.parse(run.startedAt)) / 1000),
    cryptobot_cron_last_run_rows: String(rows),
  }
  const blocks = (Object.keys(METRICS) as Metric[]).flatMap((name) => {
    const value = values[name]
    return value === undefined
      ? []
      : [`# HELP ${name} ${METRICS[name]}\n# TYPE ${name} gauge\n${name} ${value}\n`]
  })
  writeFileAtomically(path, blocks.join(''))
}

/**
 * A run succeeded if every expected hour is there: a partial one, too, if one source replaced the other. Stale data is
 * not a success, whatever else the run did.
 */
function isSuccess({ outcome, counts }: RunEnding): boolean {
  if (outcome === 'complete') return true
  const isFresh = counts['prices']?.outcome === 'complete' && counts['checks']?.outcome === 'complete'
  return outcome === 'partial' && isFresh
}

/** Returns values by name, from the lines that hold one. */
function readMetrics(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^([a-z_]+) ([-+.\de]+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}
