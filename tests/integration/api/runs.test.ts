/** Runs over HTTP: started, watched, retried and cancelled, with every change seen in Temporal or in the database. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { openEvents } from '../../support/event-stream.ts'
import { until } from '../../support/until.ts'

const ID = 'mod-stats'

let api: TestApi
let worker: RunningWorker
beforeAll(async () => {
  api = await startTestApi()
  worker = await api.stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await api.stop()
})
beforeEach(async () => {
  api.stack.simulator.faults.clear()
  await until(async () => (await api.stack.client.workflow.count('ExecutionStatus = "Running"')).count === 0)
  await api.stack.database.db.execute(sql`truncate pipeline_runs`)
})

const refuseAll = () => {
  for (const upstream of ['modrinth', 'curseforge', 'curseforge-web'])
    api.stack.simulator.faults.set(upstream, { kind: 'refuse' })
}

interface Step {
  activity_id: string
  step: string
  state: string
  attempts: number
  failure: string | null
  next_attempt_at: string | null
}
interface Run {
  workflow_id: string
  run_id: string
  pipeline: string
  outcome: string
  counts: Record<string, { why: string[]; reasons: { code: string }[] }>
  steps: Step[]
  link: string
}
const run = async (id: string) => {
  const { body } = await api.get(`/api/runs/${encodeURIComponent(id)}`)
  return (body as { run: Run }).run
}
const retrying = async () =>
  ((await api.get('/api/retrying')).body as { retrying: (Step & { run_workflow_id: string })[] }).retrying
const started = async (body?: object): Promise<string> => {
  const answer = await api.post(`/api/pipelines/${ID}/runs`, body)
  expect(answer).toMatchObject({ status: 201 })
  return (answer.body as Run).workflow_id
}
const records = (workflowId: string) =>
  api.stack.database.select<{ outcome: string }>(
    sql`select outcome from pipeline_runs where workflow_id = ${workflowId}`,
  )

describe('a run', () => {
  it('is started with its parameters, and shown with its steps by each of its names', async () => {
    const id = await started({ boundSeconds: 200 })
    await api.stack.client.workflow.getHandle(id).result()
    const { events } = await api.stack.client.workflow.getHandle(id).fetchHistory()
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input
    expect(Buffer.from(input?.payloads?.[0]?.data ?? []).toString()).toContain('"boundSeconds":200')
    const shown = await run(id)
    expect(shown).toMatchObject({ workflow_id: id, pipeline: ID, outcome: 'complete' })
    expect(new Set(shown.steps.map(({ state }) => state))).toEqual(new Set(['done']))
    expect(shown.link).toContain(encodeURIComponent(id))
    expect(await run(shown.run_id)).toEqual(shown)
    const { body } = await api.get('/api/pipelines')
    expect((body as { pipelines: unknown[] }).pipelines[0]).toMatchObject({
      id: ID,
      enabled: true,
      last_run: { workflow_id: id, outcome: 'complete' },
      open_run: null,
      schedule: { state: 'active', next_start: expect.any(String) as string },
      params: { properties: { boundSeconds: { type: 'integer' } } },
      no_backfill: expect.any(String) as string,
    })
  })

  it('that was skipped since another one was going on hides nothing of how the pipeline is', async () => {
    await api.stack.database.db.execute(sql`
      insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, error_type, error_message)
      values ('failed-1', 'before', ${ID}, 'schedule', now() - interval '2 hours', now(), 'failed', 'RunFailed', 'no'),
        ('skipped-1', 'later', ${ID}, 'schedule', now() - interval '1 hour', now(), 'skipped', 'AlreadyRunning', 'no')`)
    const { body } = await api.get('/api/pipelines')
    const { pipelines } = body as { pipelines: { id: string; last_run: Run | null }[] }
    expect(pipelines.find(({ id }) => id === ID)?.last_run).toMatchObject({
      run_id: 'failed-1',
    })
  })

  it('that waits for its upstream is listed, is not joined by another, is retried at once, and is cancelled', async () => {
    refuseAll()
    const events = await openEvents(api.server.address)
    const id = await started()
    const before = await until(async () => (await retrying()).find(({ attempts }) => attempts >= 2))
    expect(before).toMatchObject({
      run_workflow_id: id,
      failure: expect.stringMatching(/^UpstreamUnavailable: /) as string,
    })
    const shown = await until(async () =>
      (await run(id)).steps.find(
        ({ activity_id, next_attempt_at }) => activity_id === before.activity_id && next_attempt_at !== null,
      ),
    )
    expect(shown).toMatchObject({ step: before.step, state: 'waiting' })
    expect(await api.post(`/api/pipelines/${ID}/runs`)).toMatchObject({
      status: 409,
      body: { detail: `${id} is going on: wait until it has ended, or cancel it.` },
    })
    const { runId } = await api.stack.client.workflow.getHandle(id).describe()
    const told = JSON.stringify({ pipeline: ID, workflowId: id, runId })
    await until(() => events.text.includes(`event: activity\ndata: ${told}\n`))
    events.close()
    const { activity_id } = before
    const again = `/api/runs/${encodeURIComponent(id)}/activities`
    expect(await api.post(`${again}/${activity_id}/retry`)).toEqual({
      status: 202,
      body: { workflow_id: id, activity_id },
    })
    await until(async () => {
      const after = (await retrying()).find((one) => one.activity_id === activity_id)
      return after?.attempts === 1
    })
    expect(await api.post(`${again}/9999/retry`)).toMatchObject({ status: 404 })
    expect(await api.post(`/api/runs/${encodeURIComponent(id)}/cancel`)).toEqual({
      status: 202,
      body: { workflow_id: id },
    })
    await until(async () => (await records(id))[0]?.outcome === 'cancelled')
    // Its record is closed a moment before its workflow.
    await until(async () => (await api.post(`/api/runs/${encodeURIComponent(id)}/cancel`)).status === 404)
    expect(await retrying()).toEqual([])
  })

  it('that is partial says why, in words and as codes', async () => {
    api.stack.simulator.faults.set('curseforge-web', { kind: 'challenge', status: 403 })
    const id = await started()
    await api.stack.client.workflow.getHandle(id).result()
    const { outcome, counts } = await run(id)
    expect(outcome).toBe('partial')
    expect(counts['modpacks']?.reasons[0]).toMatchObject({ code: 'failure', values: { type: 'Blocked' } })
    expect(counts['modpacks']?.why[0]).toMatch(/^Blocked: /)
  })

  it.each([
    [`/api/pipelines/${ID}/runs`, { boundSecond: 3 }, 400, 'Did you mean "boundSeconds"?'],
    [`/api/pipelines/${ID}/runs`, { boundSeconds: 'soon' }, 400, 'boundSeconds: '],
    ['/api/pipelines/library-context/runs', { domain: 'cooking' }, 400, 'There is no domain "cooking"'],
    ['/api/pipelines/none/runs', {}, 404, '/api/openapi.json lists what there is.'],
    ['/api/runs/none/cancel', {}, 404, 'No run "none" is going on'],
  ])('%s refuses %j in words', async (path, body, status, says) => {
    const answer = await api.post(path, body)
    expect(answer.status).toBe(status)
    expect((answer.body as { detail: string }).detail).toContain(says)
    expect((await api.stack.client.workflow.count('ExecutionStatus = "Running"')).count).toBe(0)
  })

  it('that nobody knows is not found', async () => {
    expect(await api.get('/api/runs/mod-stats-never')).toMatchObject({
      status: 404,
      body: { detail: 'There is no run "mod-stats-never"; /api/runs and "./almanac runs" list them.' },
    })
  })
})

describe('the list of runs', () => {
  const pages = async (query: string) => {
    const found: string[] = []
    let next: string | null = null
    do {
      const { body } = await api.get(`/api/runs?limit=2${query}${next === null ? '' : `&after=${next}`}`)
      const page = body as { runs: { run_id: string }[]; next: string | null }
      found.push(...page.runs.map(({ run_id }) => run_id))
      next = page.next
    } while (next !== null)
    return found
  }

  it('comes newest first, page by page, each once, also if some began at the same moment', async () => {
    await api.stack.database.db.execute(sql`
      insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
      select 'r' || n, 'w' || n, case when n % 2 = 0 then ${ID} else 'match-results' end, 'manual',
        timestamptz '2026-11-01 00:00:00.0005Z' + (n / 3) * interval '1 microsecond', now(), case when n = 4 then 'failed' else 'complete' end
      from generate_series(1, 7) n`)
    expect(await pages('')).toEqual(['r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1'])
    expect(await pages(`&pipeline=${ID}`)).toEqual(['r6', 'r4', 'r2'])
    expect(await pages('&outcome=failed')).toEqual(['r4'])
    expect(await pages('&each=2')).toEqual(['r7', 'r6', 'r5', 'r4'])
    expect(await pages('&each=1&outcome=complete')).toEqual(['r7', 'r6'])
    expect(await pages('&after=gone')).toEqual([])
  })
})
