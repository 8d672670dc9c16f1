/** Two days of the index whose stored response an earlier parser has rejected. */
import type { Database } from '../../../db/database.ts'
import { closeRun } from '../../../db/queries/runs.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { runAt } from './activity-context.ts'

const OBSERVED = '2026-03-31T00:09:00Z'
const url = 'https://api.alternative.me/fng/?limit=0'

const day = (date: string, value: string) => ({
  value,
  value_classification: 'Fear',
  timestamp: String(Date.parse(date) / 1_000),
})

/** Stores them, with the response and the record of their run; their values are 31 and 32. */
export async function plantRejectedDays(db: Database): Promise<void> {
  const rows = [day('2026-03-29', '31'), day('2026-03-30', '32')]
  const observedAt = new Date(OBSERVED)
  const source = 'fear-greed'
  await closeRun(
    db,
    runAt('2026-03-31T00:05:00Z', 'collected'),
    { outcome: 'partial', counts: {} },
    observedAt,
  )
  await writeRows(
    db,
    {},
    {
      observedAt,
      runId: 'collected',
      raw: [{ source, url, body: JSON.stringify({ data: rows }), observedAt }],
      rejected: rows.map((row) => ({ source, reason: 'value: expected string', row })),
      retryBudget: { ms: 1_000, signal: new AbortController().signal },
    },
  )
}
