/** PostgreSQL becomes unavailable and comes back: the run waits, stores everything, and repeats no request. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { viewRun, type StepView } from '../../client/run-view.ts'
import { startRun, type RunHandle } from '../../client/runs.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { openDatabase, type DatabaseHandle } from '../../db/database.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { startPostgres, type RunningPostgres } from '../../local/postgres.ts'
import { freePort } from '../../local/taken-port.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { stored, truthOf } from '../support/truth.ts'
import { until } from '../support/until.ts'

const [modStats] = PIPELINES
const MODS = 120
/** Longer than any wait between two attempts inside a step (5 s). */
const AWAY_MS = 7_000

let folder: string
let server: RunningPostgres
let stack: TestStack
let worker: RunningWorker
let database: DatabaseHandle
let start: () => Promise<RunningPostgres>
/** The requests of an undisturbed run. */
let undisturbed: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-away-'))
  const options = { dataDir: join(folder, 'postgres'), port: await freePort(), tuning: 'test' } as const
  start = () => startPostgres(options)
  server = await start()
  await migrateDatabase(server.url)
  database = openDatabase(server.url, () => undefined)
  stack = await startTestStack({
    mods: MODS,
    pages: 1_000,
    env: { DATABASE_URL: server.url },
    simulator: { rateLimits: false, clock: () => new Date('2026-03-10T12:00:00Z') },
  })
  worker = await stack.startWorker()
  expect(await endingOf(await begin())).toMatchObject({ outcome: 'complete' })
  undisturbed = questions()
})
afterAll(async () => {
  await worker.stop()
  await database.close()
  await stack.stop()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  stack.simulator.faults.clear()
  stack.simulator.requests.clear()
  await database.db.execute(sql`truncate daily_stats, version_stats, modpack_stats, modpacks, mods,
    pipeline_runs, raw_payloads, quarantine restart identity cascade`)
})

function begin(): Promise<RunHandle> {
  if (modStats === undefined) throw new Error('mod-stats is registered')
  return startRun(stack.client, modStats, 'manual')
}

async function stepOf(handle: RunHandle, name: string): Promise<StepView | undefined> {
  const view = await viewRun(stack.client, undefined, stack.config, handle.workflowId)
  return view?.steps.find(({ step }) => step === name)
}

/** The activity of a run, once an attempt failed because the database is unavailable; the next one may wait inside. */
async function missingDatabase(handle: RunHandle, name: string): Promise<StepView | undefined> {
  const step = await stepOf(handle, name)
  return step?.failure?.startsWith('DatabaseUnavailable') === true ? step : undefined
}

/** The run is complete, every row is there, its record is closed, and the requests are those of an undisturbed run. */
async function expectWhole(handle: RunHandle): Promise<void> {
  expect(await endingOf(handle)).toMatchObject({ outcome: 'complete' })
  expect(await stored(database.db)).toEqual(truthOf(stack.simulator.world))
  const { rows } = await database.db.execute(sql`select run_id, outcome from pipeline_runs`)
  expect(rows).toEqual([{ run_id: handle.firstExecutionRunId, outcome: 'complete' }])
  expect(questions()).toEqual(undisturbed)
}

/** All requests to the upstreams, sorted. */
function questions(): string[] {
  return stack.simulator.requests
    .list()
    .map(({ upstream, method, path }) => `${upstream} ${method} ${path}`)
    .toSorted()
}

describe('an unavailable database', () => {
  it(
    'a database outage longer than the pause between two attempts loses no row and repeats no request',
    { tags: 'long' },
    async () => {
      stack.simulator.faults.set('curseforge', { kind: 'latency', ms: 10 })
      const handle = await begin()
      await until(() => stack.simulator.requests.count({ upstream: 'curseforge' }) > 40)
      await server.stop()
      await sleep(AWAY_MS)
      expect((await handle.describe()).status.name).toBe('RUNNING')
      stack.simulator.faults.clear()
      server = await start()
      await expectWhole(handle)
    },
  )

  it('a database outage delays the opening of a run', { tags: 'long' }, async () => {
    await server.stop()
    const handle = await begin()
    const isWaiting = (step: StepView | undefined) => step?.state === 'waiting' && step
    const step = await until(async () => isWaiting(await missingDatabase(handle, 'openModStats')))
    expect(step.nextAttemptAt).toBeInstanceOf(Date)
    expect(stack.simulator.requests.count()).toBe(0)
    server = await start()
    await expectWhole(handle)
  })

  it('a database outage delays the closing of a run', { tags: 'long' }, async () => {
    const handle = await begin()
    await until(() => stack.simulator.requests.count() > 0)
    // The record cannot be closed while this lock is held; the server becomes unavailable in the middle of the attempt.
    const lock = await database.pool.connect()
    await lock.query('begin')
    await lock.query('lock table pipeline_runs in share mode')
    await until(() => stepOf(handle, 'closeModStats'))
    await until(async () => {
      const waiting = await database.db.execute(sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ilike 'insert into "pipeline_runs"%'`)
      return waiting.rows.length > 0
    })
    // A server that stops may end the holder of the lock before the one that waits: without the table, that one fails too.
    await lock.query('alter table pipeline_runs rename to pipeline_runs_away')
    await lock.query('commit')
    await server.stop()
    lock.release(true)
    await until(() => missingDatabase(handle, 'closeModStats'))
    server = await start()
    await database.db.execute(sql`alter table pipeline_runs_away rename to pipeline_runs`)
    await expectWhole(handle)
  })
})
