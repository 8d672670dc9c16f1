/**
 * A snapshot pipeline cannot collect the past: for a backfill by Temporal itself it reports why and collects nothing.
 */
import { ScheduleOverlapPolicy } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DAY_MS } from '../../core/durations.ts'
import { listRuns, type RunRecord } from '../../db/queries/runs.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  stack = await startTestStack()
  worker = await stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})

async function ended(count: number): Promise<RunRecord[]> {
  const runs = await listRuns(stack.database.db, { limit: 100 })
  return runs.length >= count && runs.every((run) => run.finishedAt !== null) ? runs : []
}

it('refuses a backfill of mod-stats with the reason, and still collects when triggered', async () => {
  const schedule = stack.client.schedule.getHandle('mod-stats')
  // From noon to noon: a day's run is due at midnight and some minutes, and near midnight the test's own would join in.
  await schedule.pause()
  const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2
  await schedule.backfill({
    start: new Date(noon - 3 * DAY_MS),
    end: new Date(noon - DAY_MS),
    overlap: ScheduleOverlapPolicy.BUFFER_ALL,
  })
  await until(async () => (await ended(2)).length >= 2)
  for (const run of await ended(2)) {
    expect(run).toMatchObject({ outcome: 'skipped', errorType: 'NoBackfill' })
    expect(run.errorMessage).toContain('no backfill: mod-stats stores what the upstreams count now')
  }
  const rows = await stack.database.select<{ rows: number }>(
    sql`select count(*)::int as rows from daily_stats`,
  )
  expect(rows).toEqual([{ rows: 0 }])

  // Buffered, since the last refused run may still be closing.
  await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE)
  await until(async () => (await ended(3)).some(({ outcome }) => outcome === 'complete'))
})
