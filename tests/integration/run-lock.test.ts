/** The run lock and the record: one open run per pipeline, and no run that stays `running` forever. */
import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRecord, sweepRuns } from '../../activities/run-record.ts'
import { collectedBy, runStatus, startRun, type RunHandle } from '../../client/runs.ts'
import { endingOf } from '../support/ending-in-words.ts'
import { namedRun } from '../../client/named-run.ts'
import { failureReason } from '../../core/reason.ts'
import { closeRun, openRuns, runsNamed, takeRunLock, type RunRecord } from '../../db/queries/runs.ts'
import { pipelineRuns } from '../../db/schema/runs.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { pipelineById } from '../../pipelines/index.ts'
import type { RunningWorker } from '../../worker/start-worker.ts'
import type { RunIdentity, Trigger } from '../../core/run.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { toolsDir } from '../support/tools-dir.ts'
import { temporalCommand } from '../support/temporal-command.ts'
import { until } from '../support/until.ts'

const pipeline = pipelineById('mod-stats')

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  stack = await startTestStack({ schedules: false })
  worker = await stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})
beforeEach(async () => {
  stack.simulator.faults.clear()
  await stack.database.db.execute(sql`truncate pipeline_runs`)
})

function start(): Promise<RunHandle> {
  if (pipeline === undefined) throw new Error('mod-stats is not in the registry')
  return startRun(stack.client, pipeline, 'manual')
}

/** A run that holds the lock and waits for Modrinth, which is unavailable until the faults are cleared. */
async function startHeld(): Promise<RunHandle> {
  stack.simulator.faults.set('modrinth', { kind: 'status', status: 503 })
  const handle = await start()
  await until(async () => (await openRuns(stack.database.db)).length === 1)
  return handle
}

async function recordOf({ workflowId }: { workflowId: string }): Promise<RunRecord> {
  const [record] = await runsNamed(stack.database.db, workflowId, 1)
  if (record === undefined) throw new Error(`${workflowId} has no record`)
  return record
}

const sweep = async () => (await sweepRuns(stack.database.db, (run) => runStatus(stack.client, run))).closed

/** An open record whose workflow Temporal does not know. */
async function leaveOpen(workflowId: string, pipeline = 'mod-stats'): Promise<RunIdentity> {
  const startedAt = new Date().toISOString()
  const run = { runId: randomUUID(), workflowId, pipeline, trigger: 'manual', startedAt }
  expect(await takeRunLock(stack.database.db, run)).toBe('taken')
  return run
}

describe('the run lock', () => {
  it('one of two concurrent runs collects; the other ends skipped, with its own record', async () => {
    const first = await startHeld()
    const second = await start()
    expect(await endingOf(second)).toMatchObject({
      outcome: 'skipped',
      error: { type: 'AlreadyRunning', message: expect.stringContaining(first.workflowId) as string },
    })
    expect(await recordOf(second)).toMatchObject({ outcome: 'skipped', runId: second.firstExecutionRunId })
    expect(await recordOf(first)).toMatchObject({ outcome: 'running' })
    stack.simulator.faults.clear()
    expect((await endingOf(first)).outcome).toBe('complete')
    expect(await recordOf(first)).toMatchObject({ outcome: 'complete' })
  })

  it('the run that collects is found by one that ended as skipped for it', async () => {
    const first = await startHeld()
    const second = await start()
    const found = collectedBy(stack.client, second)
    expect((await endingOf(second)).outcome).toBe('skipped')
    stack.simulator.faults.clear()
    expect(await found).toMatchObject({ workflowId: first.workflowId, ending: { outcome: 'complete' } })
    expect(await collectedBy(stack.client, first)).toEqual(await found)
  })

  it('reports a lock held by a recompute run, which is over in a moment', async () => {
    const { db } = stack.database
    const alive = () => Promise.resolve({ alive: true as const })
    const run = (trigger: Trigger) => ({
      runId: randomUUID(),
      workflowId: `mod-stats-${trigger}`,
      pipeline: 'mod-stats',
      trigger,
      startedAt: new Date().toISOString(),
    })
    expect(await openRecord(db, alive, run('drain'))).toEqual({})
    const held = { reason: { code: 'AlreadyRunning' }, isDeriving: true }
    expect((await openRecord(db, alive, run('schedule'))).skipped).toMatchObject(held)
    expect((await openRecord(db, alive, run('drain'))).skipped).not.toHaveProperty('isDeriving')
  })

  it('takes the lock from a run that Temporal no longer knows', async () => {
    await leaveOpen('mod-stats-lost')
    expect((await endingOf(await start())).outcome).toBe('complete')
    expect(await recordOf({ workflowId: 'mod-stats-lost' })).toMatchObject({ outcome: 'interrupted' })
  })

  it('the database refuses a second open run record', async () => {
    await leaveOpen('mod-stats-first')
    const second = { runId: randomUUID(), workflowId: 'mod-stats-second', pipeline: 'mod-stats' }
    const insert = stack.database.db
      .insert(pipelineRuns)
      .values({ ...second, trigger: 'manual', startedAt: new Date() })
    await expect(insert).rejects.toMatchObject({
      cause: { code: '23505', constraint: 'pipeline_runs_one_open' },
    })
    await stack.database.db
      .update(pipelineRuns)
      .set({ finishedAt: new Date(), outcome: 'complete' })
      .where(eq(pipelineRuns.workflowId, 'mod-stats-first'))
    await stack.database.db
      .insert(pipelineRuns)
      .values({ ...second, trigger: 'manual', startedAt: new Date() })
    expect(await openRuns(stack.database.db)).toHaveLength(1)
  })
})

describe('the record', () => {
  it('is stored whatever an upstream wrote into the reasons', async () => {
    const run = await leaveOpen('mod-stats-hostile')
    const why = [
      failureReason({ type: 'UpstreamUnavailable', message: 'a page with \0, \ud800 and \u001b[2J' }),
    ]
    const counts = { modrinth: { ...COUNTS.modrinth, outcome: 'failed' as const, why } }
    const ending = { outcome: 'failed' as const, counts, error: why[0] ?? { code: 'none' } }
    await closeRun(stack.database.db, run, ending, new Date())
    expect(await recordOf(run)).toMatchObject({
      outcome: 'failed',
      errorMessage: 'a page with �, � and �[2J',
      counts: { modrinth: { why: [{ values: { message: 'a page with �, � and �[2J' } }] } },
    })
  })
})

const COUNTS = {
  modrinth: { outcome: 'partial' as const, fetched: 3, written: 2, rejected: 0, why: [{ code: 'x' }] },
}
const GONE = { alive: false as const }

describe('the sweep', () => {
  it('the sweep leaves a live run alone and closes its record as interrupted once it is terminated', async () => {
    const handle = await startHeld()
    expect(await sweep()).toBe(0)
    expect(await recordOf(handle)).toMatchObject({ outcome: 'running' })
    const temporal = temporalCommand(temporalExecutable(toolsDir), stack.config.env)
    await temporal('workflow', 'terminate', '--workflow-id', handle.workflowId, '--reason', 'test')
    expect(await sweep()).toBe(1)
    const record = await recordOf(handle)
    expect(record).toMatchObject({ outcome: 'interrupted', errorType: 'Interrupted' })
    expect(record.finishedAt).not.toBeNull()
  })

  it('the sweep closes the record of a run that Temporal no longer knows', async () => {
    await leaveOpen('mod-stats-gone')
    expect(await sweep()).toBe(1)
    expect(await recordOf({ workflowId: 'mod-stats-gone' })).toMatchObject({ outcome: 'interrupted' })
  })

  it('releases the lock of a run whose reasons can be neither rendered nor stored', async () => {
    await leaveOpen('mod-stats-unreadable')
    // As a version with other values of this code would have written it.
    const error = { code: 'RunFailed', values: {} }
    const ended = { alive: false as const, ending: { outcome: 'failed' as const, counts: COUNTS, error } }
    expect(await sweepRuns(stack.database.db, () => Promise.resolve(ended))).toEqual({
      closed: 1,
      failed: [],
    })
    expect(await recordOf({ workflowId: 'mod-stats-unreadable' })).toMatchObject({
      outcome: 'failed',
      errorType: 'RecordRefused',
      counts: { modrinth: { fetched: 3, written: 2, why: [] } },
    })
  })

  it('closes the other records if one cannot be checked, and says which', async () => {
    await leaveOpen('mod-stats-unknown')
    await leaveOpen('match-results-gone', 'match-results')
    const ask = ({ workflowId }: { workflowId: string }) =>
      workflowId === 'mod-stats-unknown' ? Promise.reject(new Error('busy')) : Promise.resolve(GONE)
    expect(await sweepRuns(stack.database.db, ask)).toMatchObject({
      closed: 1,
      failed: [{ run: { workflowId: 'mod-stats-unknown' }, error: { message: 'busy' } }],
    })
  })
})

describe('the run that a person names', () => {
  const named = (id: string) => namedRun(stack.database.db, id, { fewest: 8 })

  it('is told by its workflow id, its run id, or the beginning of one that no other has', async () => {
    const run = await leaveOpen('mod-stats-1')
    for (const id of [run.workflowId, run.runId, run.runId.slice(0, 8)])
      expect(await named(id)).toMatchObject({ runId: run.runId })
    expect(await named('ffffffff-none')).toBeUndefined()
  })

  it('is refused if the beginning fits several, with all of them, and if it is short', async () => {
    const runs = ['mod-stats', 'match-results'].map((pipeline, last) => ({
      runId: `0199a7c1-5e0a-7b3c-8000-00000000000${last}`,
      workflowId: `${pipeline}-1`,
      ...{ pipeline, trigger: 'manual', startedAt: new Date().toISOString() },
    }))
    for (const run of runs) await takeRunLock(stack.database.db, run)
    for (const { runId, workflowId } of runs) {
      await expect(named('0199a7c1-5e0a')).rejects.toThrow(`${runId}  ${workflowId}`)
      expect(await named(runId)).toMatchObject({ workflowId })
    }
    await expect(named('0199')).rejects.toThrow('"0199" is too short')
    await expect(namedRun(stack.database.db, '0')).rejects.toThrow('is the beginning of several run ids')
  })
})
