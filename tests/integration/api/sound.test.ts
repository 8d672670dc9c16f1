/** Whether the stored rows of a pipeline are sound, over HTTP and for the watch. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { withChecks } from '../../../activities/data-checks.ts'
import type { PipelineList } from '../../../api/pipelines/list.ts'
import type { RunEnding } from '../../../core/run-outcome.ts'
import type { RunIdentity } from '../../../core/run.ts'
import { rollUpRuns } from '../../../db/queries/run-hours.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

const ID = 'housekeeping'
let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
})
afterAll(async () => {
  await api.stop()
})
beforeEach(() => api.database.db.execute(sql`truncate disk_sizes, check_results, pipeline_runs`))

const runOf = (runId: string): RunIdentity => ({
  runId,
  workflowId: runId,
  pipeline: ID,
  trigger: 'schedule',
  startedAt: new Date().toISOString(),
})
const COMPLETE: RunEnding = { outcome: 'complete', counts: {} }
const checkedIn = (runId: string, ending: RunEnding = COMPLETE) =>
  withChecks(api.database.db, runOf(runId), ending)
/** A disk with more free space than it has. */
const storeDisk = (free: number) =>
  api.database.db.execute(sql`insert into disk_sizes values (current_date, '/data', ${free}, 10, now(), 'r')
    on conflict (day, folder) do update set free_bytes = excluded.free_bytes`)

async function sound(language = 'en') {
  const response = await fetch(`${api.address}/api/pipelines`, { headers: { 'accept-language': language } })
  const { pipelines } = (await response.json()) as PipelineList
  return pipelines.find(({ id }) => id === ID)?.sound
}

it('nobody knows before the first check', async () => {
  expect(await sound()).toBeNull()
})

it('rows that break a check make the run partial, and are told in both languages until a run finds them right', async () => {
  await storeDisk(11)
  const ending = await checkedIn('first')
  expect([ending.outcome, ending.counts['checks']?.outcome]).toEqual(['partial', 'partial'])
  expect(await sound()).toMatchObject({
    run_id: 'first',
    checks: 5,
    broken: ['disk_sizes: more is free than the disk holds (/data)'],
  })
  expect((await sound('fr'))?.broken.join().replaceAll(/\s/gu, ' ')).toBe(
    'disk_sizes : il y a plus de place libre que le disque en a (/data)',
  )
  await storeDisk(9)
  expect(await checkedIn('second')).toEqual(COMPLETE)
  expect(await sound()).toMatchObject({ run_id: 'second', broken: [] })
})

it('a run that collected nothing checks nothing: what was found before stands', async () => {
  await storeDisk(11)
  await checkedIn('first')
  await checkedIn('second', { outcome: 'failed', counts: {} })
  expect(await sound()).toMatchObject({ run_id: 'first' })
})

it('a run with rows in the spool is not checked before they are loaded', async () => {
  await storeDisk(11)
  const spooled: RunEnding = {
    outcome: 'partial',
    counts: { it: { outcome: 'partial', fetched: 1, written: 0, rejected: 0, why: [], spooled: 1 } },
  }
  expect(await checkedIn('first', spooled)).toEqual(spooled)
  expect(await sound()).toBeNull()
})

it('the checks of a record that is summed by the hour go with it', async () => {
  const { db } = api.database
  await db.execute(sql`insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
    values ('old', 'old', ${ID}, 'schedule', now() - interval '3 days', now() - interval '3 days', 'complete')`)
  await checkedIn('old')
  await checkedIn('new')
  await rollUpRuns(db, ID, new Date(Date.now() - 86_400_000))
  const { rows } = await db.execute<{ run_id: string }>(sql`select distinct run_id from check_results`)
  expect(rows).toEqual([{ run_id: 'new' }])
})
