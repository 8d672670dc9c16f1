/**
 * One active collector: however many workers there are, and whichever of them dies, the feed is polled once a minute.
 */
import { ScheduleOverlapPolicy } from '@temporalio/client'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import { startRun, type RunHandle } from '../../../client/runs.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { startCommand, type RunningCommand } from '../../support/command.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'

const ID = 'match-results'
const WORKERS = 3
/** Longer than the client's own ten seconds: such a feed holds a step until the fault is cleared. */
const HANGING = { kind: 'latency', ms: 60_000 } as const

/** The feed's moment; the workers have the true clock, and number their polls by it. */
let nowMs = Date.parse('2026-03-10T12:00:00Z')

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({ simulator: { matchClock: () => new Date(nowMs) } })
})
afterAll(() => stack.stop())
beforeEach(async () => {
  stack.simulator.faults.clear()
  stack.simulator.requests.clear()
  await stack.database.db.execute(sql`truncate feed_polls, matches, match_observations, pipeline_runs`)
})

async function workerProcess(): Promise<RunningCommand> {
  const worker = startCommand(['worker'], stack.env)
  await worker.said(/polling/)
  return worker
}

function begin(): Promise<RunHandle> {
  const pipeline = pipelineById(ID)
  if (pipeline === undefined) throw new Error(`${ID} is not in the registry`)
  return startRun(stack.client, pipeline, 'manual')
}

/** As the schedule starts its runs, and `almanac schedules trigger`. */
const trigger = () => stack.client.schedule.getHandle(ID).trigger(ScheduleOverlapPolicy.SKIP)

/** Number of requests to the feed itself. */
function asked(): number {
  return stack.simulator.requests.list().filter(({ path }) => path.includes('Get1x2_VZip')).length
}

interface RunRow extends Record<string, unknown> {
  run: string
  workflow: string
  outcome: string
  isOpen: boolean
  polls: number
}

/** The records of all runs with the polls that each has stored. */
function runs(): Promise<RunRow[]> {
  return stack.database.select<RunRow>(sql`
    select run_id as run, workflow_id as workflow, outcome, finished_at is null as "isOpen",
      (select count(*)::int from feed_polls p where p.run_id = r.run_id and p.kind = 'feed') as polls
    from pipeline_runs r order by started_at`)
}

/** The runs once this many have ended and none is open. */
function endedRuns(count: number): Promise<RunRow[]> {
  return until(async () => {
    const rows = await runs()
    return rows.length === count && rows.every(({ isOpen }) => !isOpen) && rows
  })
}

/**
 * Until then a schedule takes a run for one that goes on, though its record is closed: that is its last step, and the
 * schedule hears of it a moment later.
 */
async function completed(rows: RunRow[]): Promise<void> {
  await Promise.all(rows.map(({ workflow }) => endingOf(stack.client.workflow.getHandle(workflow))))
  const schedule = stack.client.schedule.getHandle(ID)
  await until(async () => (await schedule.describe()).info.runningActions.length === 0)
}

/** No row is duplicated, every poll was followed, and every match exists in the league. */
async function expectNothingTwice(): Promise<void> {
  const twice = await stack.database.select(sql`
    select 'match' as what, event_id from matches group by event_id having count(*) > 1
    union all select 'evidence', event_id from (
      select event_id, at, source, row(state, status, score1, score2, odds_1, odds_x, odds_2) as seen,
        lag(row(state, status, score1, score2, odds_1, odds_x, odds_2)) over (partition by event_id order by at) as before
      from match_observations) o where seen = before
    union all select 'poll', null from feed_polls group by kind, collected_for having count(*) > 1
    union all select 'pending', null from feed_polls where followed_at is null`)
  expect(twice).toEqual([])
  const { matches } = stack.simulator.world
  const ids = await stack.database.select<{ id: string }>(sql`select event_id::text as id from matches`)
  expect(ids.filter(({ id }) => matches.byId(Number(id)) === undefined)).toEqual([])
}

describe('three workers', { tags: 'long' }, () => {
  /** Separate processes; one that a test has killed is replaced. */
  let workers: RunningCommand[]
  beforeAll(async () => {
    workers = await Promise.all(Array.from({ length: WORKERS }, workerProcess))
  })
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
  })

  it('three workers poll the feed once a minute, whoever takes the activity', async () => {
    for (let minute = 1; minute <= 6; minute++) {
      nowMs += MINUTE_MS
      if (minute % 2 === 0) expect((await endingOf(await begin())).outcome).toBe('complete')
      else await trigger()
      await completed(await endedRuns(minute))
    }
    expect((await runs()).map(({ outcome, polls }) => ({ outcome, polls }))).toEqual(
      Array.from({ length: 6 }, () => ({ outcome: 'complete', polls: 1 })),
    )
    expect(asked()).toBe(6)
    await expectNothingTwice()
  })

  it('two concurrent starts poll once: the other run is skipped and names the holder', async () => {
    stack.simulator.faults.set('onexbet', HANGING)
    const first = await begin()
    await until(() => asked() === 1)
    const others = await Promise.all([begin(), begin()])
    for (const ending of await Promise.all(others.map(endingOf))) {
      expect(ending).toMatchObject({ outcome: 'skipped', error: { type: 'AlreadyRunning' } })
      expect(ending.error?.message).toContain(first.workflowId)
    }
    expect(asked()).toBe(1)
    stack.simulator.faults.clear()
    expect((await endingOf(first)).outcome).toBe('complete')
    const rows = await endedRuns(3)
    expect(rows.filter(({ polls }) => polls === 1).map(({ run }) => run)).toEqual([first.firstExecutionRunId])
    expect(rows.map(({ outcome }) => outcome).sort()).toEqual(['complete', 'skipped', 'skipped'])
    await expectNothingTwice()
  })

  it('after one of three workers is killed during a poll, another ends the run and the feed is polled once', async () => {
    nowMs += MINUTE_MS
    await endingOf(await begin())
    nowMs += MINUTE_MS
    stack.simulator.faults.set('onexbet', HANGING)
    const before = asked()
    const handle = await begin()
    await until(() => asked() > before)
    const pid = await workerAtWork(handle)
    const victim = workers.find((worker) => worker.pid === pid)
    expect(victim).toBeDefined()
    victim?.kill('SIGKILL')
    await victim?.ended
    workers = [...workers.filter((worker) => worker !== victim), await workerProcess()]
    stack.simulator.faults.clear()
    expect((await endingOf(handle)).outcome).toBe('complete')
    const rows = await endedRuns(2)
    expect(rows.map(({ outcome, polls }) => ({ outcome, polls }))).toEqual([
      { outcome: 'complete', polls: 1 },
      { outcome: 'complete', polls: 1 },
    ])
    nowMs += MINUTE_MS
    expect((await endingOf(await begin())).outcome).toBe('complete')
    expect(await runs()).toHaveLength(3)
    await expectNothingTwice()
  })

  it('triggers during a long run start nothing and do not pile up', async () => {
    stack.simulator.faults.set('onexbet', HANGING)
    await trigger()
    await until(() => asked() === 1)
    const schedule = stack.client.schedule.getHandle(ID)
    const skipped = async () => (await schedule.describe()).info.numActionsSkippedOverlap
    const skippedBefore = await skipped()
    for (let late = 1; late <= 3; late++) {
      await trigger()
      // One after the other: of triggers that reach it together the server takes one.
      await until(async () => (await skipped()) === skippedBefore + late)
    }
    expect(asked()).toBe(1)
    stack.simulator.faults.clear()
    const rows = await endedRuns(1)
    expect(rows.map(({ outcome, polls }) => ({ outcome, polls }))).toEqual([
      { outcome: 'complete', polls: 1 },
    ])
    await completed(rows)
    // Had one of them waited for its turn, it would have come before this.
    await trigger()
    await completed(await endedRuns(2))
    await expectNothingTwice()
  })
})

describe('two workers', () => {
  let workers: RunningWorker[]
  beforeAll(async () => {
    workers = await Promise.all([stack.startWorker(), stack.startWorker()])
  })
  afterAll(() => Promise.all(workers.map((worker) => worker.stop())))

  it('two starts at the same moment poll once', async () => {
    const endings = await Promise.all((await Promise.all([begin(), begin(), begin()])).map(endingOf))
    const rows = await endedRuns(3)
    // Runs that follow one another so closely may each have a turn; never two at a time, and never one twice.
    for (const { outcome, polls } of rows) expect(polls).toBe(outcome === 'skipped' ? 0 : 1)
    expect(endings.filter(({ outcome }) => outcome === 'complete').length).toBeGreaterThanOrEqual(1)
    expect(asked()).toBe(rows.filter(({ polls }) => polls === 1).length)
    await expectNothingTwice()
  })
})

/** The process id of the worker that has the run's step. */
async function workerAtWork(handle: RunHandle): Promise<number> {
  const { raw } = await handle.describe()
  const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? ''
  return Number(identity.split('@')[0])
}
