/** The context of crypto-forecast's activities on a test's database, with clients that the test writes. */
import type { ActivityContext } from '../../../activities/crypto-forecast/activity-context.ts'
import type { Database } from '../../../db/database.ts'
import { cryptoForecast } from '../../../pipelines/crypto-forecast.ts'
import type { Run } from '../../../core/run.ts'

export interface ActivityWorld extends Partial<
  Pick<ActivityContext, 'binance' | 'coingecko' | 'fearGreed' | 'modelServer'>
> {
  /** ISO 8601. */
  now: string
  section?: Record<string, unknown>
}

/** A client of which only the methods that an activity calls are given. */
export const client = <Name extends 'binance' | 'coingecko' | 'fearGreed'>(
  methods: Partial<ActivityContext[Name]>,
): ActivityContext[Name] => methods as ActivityContext[Name]

export function activityContext(db: Database, { now, section, ...clients }: ActivityWorld): ActivityContext {
  const signal = new AbortController().signal
  return {
    ...({} as ActivityContext),
    ...clients,
    db,
    settings: cryptoForecast.section.parse({ coins: [{ id: 'bitcoin', code: 'BTC' }], ...section }),
    signal,
    clock: () => new Date(now),
    retryBudget: { ms: 1_000, signal },
  }
}

export const runAt = (startedAt: string, runId = startedAt): Run => ({
  runId,
  workflowId: runId,
  pipeline: 'crypto-forecast',
  trigger: 'manual',
  startedAt,
})
