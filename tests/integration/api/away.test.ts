/** What the API says while a server is away: what the other knows, and which one is missing. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun } from '../../../client/runs.ts'
import { startApi } from '../../../api/server.ts'
import type { Config } from '../../../config/load-config.ts'
import { PIPELINES, type Pipeline } from '../../../pipelines/index.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'

const ID = 'mod-stats'
/** Most of what a route waits for a server, with room for a busy machine. */
const ANSWER_MS = 30_000
/** Nothing listens there. */
const NOWHERE = { temporal: '127.0.0.1:9', database: 'postgresql://nobody@127.0.0.1:9/none' }

let stack: TestStack
let workflowId: string
beforeAll(async () => {
  stack = await startTestStack()
  const run = await startRun(stack.client, PIPELINES.find(({ id }) => id === ID) as Pipeline, 'manual')
  ;({ workflowId } = run)
  await stack.database.db.execute(sql`
    insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
    values (${run.firstExecutionRunId}, ${workflowId}, ${ID}, 'manual', now(), now(), 'complete')`)
})
afterAll(async () => {
  await stack.client.workflow.getHandle(workflowId).terminate()
  await stack.stop()
})

/** Answers of a server that reaches one of the two, or none. */
async function answers(env: Partial<Config['env']>, paths: string[]) {
  const config = { ...stack.config, env: { ...stack.config.env, ...env } }
  const server = await startApi(config, { port: 0 }, { error: () => undefined })
  try {
    return await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(`${server.address}${path}`)
        return { status: response.status, body: (await response.json()) as never }
      }),
    )
  } finally {
    await server.close()
  }
}

const PATHS = () => [
  '/api/pipelines',
  `/api/runs/${encodeURIComponent(workflowId)}`,
  '/api/runs',
  '/api/schedules',
]

/** The other pipelines, of which nothing is expected. */
const OTHERS = PIPELINES.slice(1).map(() => ({}))

describe('without Temporal', () => {
  it('records are shown, and what it knows is missing by name', async () => {
    const found = await answers({ TEMPORAL_ADDRESS: NOWHERE.temporal }, PATHS())
    const away = [
      { server: 'temporal', why: 'Temporal does not answer at 127.0.0.1:9; check TEMPORAL_ADDRESS.' },
    ]
    expect(found).toMatchObject([
      {
        status: 200,
        body: {
          away,
          pipelines: [
            {
              id: ID,
              last_run: { workflow_id: workflowId },
              schedule: { state: 'unknown', next_start: null },
            },
            ...OTHERS,
          ],
        },
      },
      { status: 200, body: { away, run: { outcome: 'complete', steps: [] } } },
      { status: 200, body: { runs: [{ workflow_id: workflowId }] } },
      { status: 503, body: { detail: away[0]?.why, server: 'temporal' } },
    ])
  })
})

describe('without the database', () => {
  it('Temporal is asked, and what it has stored is missing by name', async () => {
    const found = await answers({ DATABASE_URL: NOWHERE.database }, PATHS())
    const away = [{ server: 'database' }]
    expect(found).toMatchObject([
      {
        status: 200,
        body: { away, pipelines: [{ last_run: null, schedule: { state: 'active' } }, ...OTHERS] },
      },
      { status: 200, body: { away, run: { workflow_id: workflowId, outcome: 'running', counts: {} } } },
      { status: 503, body: { title: 'Service Unavailable', server: 'database' } },
      { status: 200, body: { schedules: [{ pipeline: ID }, ...OTHERS] } },
    ])
  })
})

describe('without both', () => {
  it('a run cannot be shown, and the pipelines are', async () => {
    const env = { TEMPORAL_ADDRESS: NOWHERE.temporal, DATABASE_URL: NOWHERE.database }
    const [pipelines, run] = await answers(env, PATHS())
    expect(pipelines).toMatchObject({ status: 200, body: { pipelines: [{ id: ID }, ...OTHERS] } })
    expect(run?.status).toBe(503)
  })
})

describe('a server that refuses', () => {
  const database = (change: (url: URL) => void) => {
    const url = new URL(stack.database.url)
    change(url)
    return { DATABASE_URL: url.href }
  }
  const wrongPassword = () => database((url) => (url.password = 'wrong'))
  const noDatabase = () => database((url) => (url.pathname = '/none'))
  const noNamespace = () => ({ TEMPORAL_NAMESPACE: 'none' })

  it.each([
    ['a wrong password', 'database', wrongPassword, /password authentication failed.*DATABASE_URL/],
    ['a missing database', 'database', noDatabase, /"none" does not exist.*DATABASE_URL/],
    ['a missing namespace', 'temporal', noNamespace, /refuses: ".*none.*TEMPORAL_NAMESPACE/],
  ])('because of %s is named as away', async (_why, server, env, why) => {
    const away = [{ server, why: expect.stringMatching(why) as string }]
    const paths = ['/api/pipelines', '/api/stack', server === 'database' ? '/api/runs' : '/api/schedules']
    expect(await answers(env(), paths)).toMatchObject([
      { status: 200, body: { away } },
      { status: 200, body: { away } },
      { status: 503, body: { detail: away[0]?.why } },
    ])
  })

  it('no route takes a refusal for a defect of its own', async () => {
    const config = { ...stack.config, env: { ...stack.config.env, ...wrongPassword(), ...noNamespace() } }
    const errors: unknown[] = []
    const server = await startApi(config, { port: 0 }, { error: ({ err }) => errors.push(err) })
    for (const { method, url } of server.routes)
      for (const one of [method].flat()) {
        const body = { body: '{}', headers: { 'content-type': 'application/json' } }
        const response = await fetch(server.address + url.replaceAll(/:\w+|\*/g, 'bitcoin-context.txt'), {
          method: one,
          signal: AbortSignal.timeout(ANSWER_MS),
          ...(['GET', 'HEAD'].includes(one) ? {} : body),
        })
        await response.body?.cancel()
        expect([one, url, response.status]).not.toContain(500)
      }
    await server.close()
    expect(errors).toEqual([])
  })
})

describe('the log of a run', () => {
  const line = (workflow: string, msg: string, time = Date.now()) =>
    `${JSON.stringify({ level: 30, time, workflowId: workflow, msg })}\n`

  it('has the lines of the run and of its children, oldest first', async () => {
    const path = `/api/runs/${encodeURIComponent(workflowId)}/log`
    const [missing] = await answers({}, [path])
    expect(missing).toMatchObject({ status: 404 })
    const lines = [
      line(workflowId, 'before it began', 0),
      line(workflowId, 'one'),
      line('other', `about ${workflowId}`),
      line(`${workflowId}-2`, 'another run'),
      `{"workflowId":"${workflowId}","cut`,
      `\n${line(`${workflowId}/numpy`, 'two')}`,
      ...Array.from({ length: 2_500 }, (_, n) => line('other', `filler ${n}`)),
      line(workflowId, 'three – é'),
    ]
    const log = join(stack.config.stateDir, 'almanac.log')
    // Set aside in the middle, as at midnight.
    writeFileSync(`${log}.2026-11-29T235959Z`, lines.slice(0, 100).join(''))
    writeFileSync(log, lines.slice(100).join(''))
    const server = await startApi(stack.config, { port: 0 }, { error: () => undefined })
    const response = await fetch(`${server.address}${path}`)
    const found = (await response.text()).trimEnd().split('\n')
    await server.close()
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    expect(found.map((text) => (JSON.parse(text) as { msg: string }).msg)).toEqual([
      'one',
      'two',
      'three – é',
    ])
    const elsewhere = join(stack.config.stateDir, 'elsewhere.log')
    writeFileSync(elsewhere, line(workflowId, 'there'))
    expect(await answers({ WORKER_LOG: elsewhere }, [path])).toMatchObject([{ body: { msg: 'there' } }])
  })
})
