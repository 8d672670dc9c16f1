/** What changes in the database reaches every open page. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeRun, takeRunLock } from '../../../db/queries/runs.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { RunIdentity } from '../../../core/run.ts'
import { startDatabaseApi, startTestApi, type TestApi } from '../../support/api.ts'
import { openEvents } from '../../support/event-stream.ts'
import { until } from '../../support/until.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ schedules: false })
})
afterAll(async () => {
  await api.stop()
})

const open = () => openEvents(api.server.address)

it('tells of a run and its rows once each, when they are committed', async () => {
  const stream = await open()
  const run: RunIdentity = {
    runId: 'run-1',
    workflowId: 'fear-1',
    pipeline: 'crypto-forecast',
    trigger: 'manual',
    startedAt: new Date().toISOString(),
  }
  const { db } = api.stack.database
  // Any program may notify a channel.
  await db.execute("select pg_notify('almanac_runs', 'no JSON'), pg_notify('almanac_rows', '{}')")
  await takeRunLock(db, run)
  await until(() => stream.text.includes('"outcome":"running"'))
  const rows = ['2026-01-01', '2026-01-02'].map((date) => ({ date, value: 40, classification: 'Fear' }))
  const options = {
    observedAt: new Date(),
    runId: 'run-1',
    retryBudget: { ms: 0, signal: new AbortController().signal },
  }
  await writeRows(db, { fear_greed_index: rows }, options)
  await closeRun(db, run, { outcome: 'complete', counts: {} }, new Date())
  await until(() => stream.text.includes('"outcome":"complete"'))
  await until(() => stream.text.includes('event: rows'))
  expect(stream.text.match(/event: rows\ndata: (.*)/)?.[1]).toBe(
    '{"table":"fear_greed_index","runId":"run-1","pipeline":"crypto-forecast"}',
  )
  expect(stream.text.match(/event: rows/g)).toHaveLength(1)
  stream.close()
})

it(
  'tells two hundred readers, and says after an outage that it listens again',
  { tags: 'long' },
  async () => {
    const streams = await Promise.all(Array.from({ length: 200 }, open))
    await api.stack.database.db.execute(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and datname = current_database()",
    )
    await until(() => streams.every(({ text }) => text.match(/event: listening/g)?.length === 2))
    for (const stream of streams) stream.close()
  },
)

it('tells that a server went away and came back', async () => {
  const away = await startDatabaseApi()
  const { proxy, address } = away
  try {
    const stream = await openEvents(address)
    const told = (servers: string[], isNew: boolean) => () =>
      stream.text.includes(`event: stack\ndata: ${JSON.stringify({ away: servers, isNew })}\n`)
    await until(told(['temporal'], false))
    await proxy.goOffline()
    await until(told(['database', 'temporal'], true))
    await proxy.comeBack()
    await until(told(['temporal'], true))
    stream.close()
  } finally {
    await away.stop()
  }
})
