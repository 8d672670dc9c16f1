import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createMlflow, type MlflowRun } from '../../../../upstreams/mlflow/mlflow.ts'
import { batchesOf } from '../../../../upstreams/mlflow/mlflow-batches.ts'
import { calm, loopback, rejection, sendHtml, sendJson, type Asked } from '../loopback.ts'

const RUN: MlflowRun = {
  deliveryId: 'bitcoin/1h/2026-11-21T10:00:00Z',
  runName: 'bitcoin_btc',
  startMs: 1,
  endMs: 2,
  params: { alpha: '1.0' },
  metrics: { mae: 1.5 },
  tags: {},
  artifacts: { 'model/a b.txt': 'text', 'list.txt': '' },
  registerAs: 'bitcoin',
}

type Answer = { status?: number; body: unknown } | ((response: ServerResponse) => void)

const info = (changed: object = {}) => ({
  run_id: 'r1',
  status: 'RUNNING',
  artifact_uri: 'mlflow-artifacts:/7/r1/artifacts',
  start_time: '1',
  ...changed,
})

/** A server's good answers, with 64-bit numbers as text as some servers write them. */
const GOOD: Record<string, Answer> = {
  'experiments/get-by-name': { body: { experiment: { experiment_id: '7', lifecycle_stage: 'active' } } },
  'runs/search': { body: {} },
  'runs/create': { body: { run: { info: info(), data: {} } } },
  'runs/log-batch': { body: {} },
  artifacts: { body: {} },
  'model-versions/search': { body: {} },
  'registered-models/create': { body: { registered_model: { name: 'bitcoin' } } },
  'model-versions/create': { body: { model_version: { name: 'bitcoin', version: '3' } } },
  'runs/update': { body: { run_info: info({ status: 'FINISHED', end_time: '2' }) } },
}

const error = (status: number, code: string): Answer => ({
  status,
  body: { error_code: code, message: 'why' },
})

const pathOf = ({ url }: Asked): string =>
  url.includes('/mlflow-artifacts/')
    ? 'artifacts'
    : new URL(url, 'http://x').pathname.replace(/^.*\/api\/2\.0\/mlflow\//, '')

/** A tracking server whose answers are the good ones but for those given; a list is answered one after the other. */
async function tracking(answers: Record<string, Answer | Answer[]> = {}, options: { token?: string } = {}) {
  const counts = new Map<string, number>()
  const server = await loopback((response, asked) => {
    const path = pathOf(asked)
    const count = counts.get(path) ?? 0
    counts.set(path, count + 1)
    const given = answers[path] ?? GOOD[path]
    const answer = Array.isArray(given) ? given[Math.min(count, given.length - 1)] : given
    if (typeof answer === 'function') answer(response)
    else sendJson(response, answer?.body ?? {}, answer === undefined ? 404 : (answer.status ?? 200))
  })
  const deliver = (run: MlflowRun = RUN) =>
    createMlflow({ baseUrl: server.baseUrl, userAgent: 'almanac-test', ...options }).deliver(
      'cryptobot',
      run,
      calm(),
    )
  return { ...server, deliver, paths: () => server.asked.map(pathOf) }
}

describe('a delivery', () => {
  it('a delivery ends the MLflow run last, after values, files and version', async () => {
    const { deliver, paths, asked } = await tracking()
    expect(await deliver()).toEqual({ runId: 'r1', version: '3', notes: [] })
    expect(paths()).toEqual([
      'experiments/get-by-name',
      'runs/search',
      'runs/create',
      'runs/log-batch',
      'artifacts',
      'artifacts',
      'model-versions/search',
      'registered-models/create',
      'model-versions/create',
      'runs/update',
    ])
    const folder = '/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts'
    expect(asked.slice(4, 6)).toMatchObject([
      { method: 'PUT', url: `${folder}/model/a%20b.txt`, body: 'text' },
      { method: 'PUT', url: `${folder}/list.txt`, body: '' },
    ])
    expect(asked.slice(2, 4).map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        experiment_id: '7',
        start_time: 1,
        run_name: 'bitcoin_btc',
        tags: [{ key: 'almanac.delivery_id', value: RUN.deliveryId }],
      },
      {
        run_id: 'r1',
        metrics: [{ key: 'mae', value: 1.5, timestamp: 2, step: 0 }],
        params: [{ key: 'alpha', value: '1.0' }],
        tags: [],
      },
    ])
    expect(JSON.parse(asked[8]?.body ?? '')).toEqual({
      name: 'bitcoin',
      source: 'mlflow-artifacts:/7/r1/artifacts/model',
      run_id: 'r1',
    })
    expect(JSON.parse(asked[9]?.body ?? '')).toMatchObject({ run_id: 'r1', status: 'FINISHED', end_time: 2 })
  })

  it('continues the run that an earlier delivery left, and its version', async () => {
    const { deliver, paths } = await tracking({
      'runs/search': { body: { runs: [{ info: info(), data: {} }] } },
      'model-versions/search': {
        body: {
          model_versions: [
            { name: 'other', version: '1' },
            { name: 'bitcoin', version: 12 },
            { name: 'bitcoin', version: 9 },
          ],
        },
      },
    })
    expect(await deliver()).toMatchObject({ runId: 'r1', version: '9' })
    expect(paths()).not.toContain('runs/create')
    expect(paths()).not.toContain('model-versions/create')
    expect(paths().at(-1)).toBe('runs/update')
  })

  it('a delivery sends no metric again that the MLflow run has', async () => {
    const metrics = [{ key: 'mae', value: 'NaN', timestamp: '2', step: '0' }]
    const { deliver, asked } = await tracking({
      'runs/search': { body: { runs: [{ info: info(), data: { metrics } }] } },
    })
    await deliver({ ...RUN, metrics: { mae: NaN, skill: 1 } })
    expect(JSON.parse(asked[2]?.body ?? '')).toMatchObject({
      params: [{ key: 'alpha', value: '1.0' }],
      metrics: [{ key: 'skill', value: 1, timestamp: 2, step: 0 }],
    })
  })

  it('delivering a finished run changes nothing', async () => {
    const tags = [{ key: 'almanac.note', value: 'No files.' }]
    const { deliver, paths } = await tracking({
      'runs/search': { body: { runs: [{ info: info({ status: 'FINISHED' }), data: { tags } }] } },
    })
    expect(await deliver()).toEqual({ runId: 'r1', notes: ['No files.'] })
    expect(paths()).toEqual(['experiments/get-by-name', 'runs/search', 'model-versions/search'])
  })

  it('requests no version without a registered model', async () => {
    const { deliver, paths } = await tracking()
    const run = { ...RUN }
    delete run.registerAs
    expect(await deliver(run)).toEqual({ runId: 'r1', notes: [] })
    expect(paths().filter((path) => /model/.test(path))).toEqual([])
  })

  it('rejects an id that could change the meaning of a search before anything is sent', async () => {
    const { deliver, asked } = await tracking()
    await rejection(deliver({ ...RUN, deliveryId: "a' OR tags.x = 'b" }))
    expect(asked).toEqual([])
  })
})

describe('an experiment', () => {
  const missing = error(404, 'RESOURCE_DOES_NOT_EXIST')
  const exists = error(400, 'RESOURCE_ALREADY_EXISTS')

  it('creates a missing experiment', async () => {
    const { deliver, asked } = await tracking({
      'experiments/get-by-name': missing,
      'experiments/create': { body: { experiment_id: 8 } },
    })
    await deliver()
    expect(JSON.parse(asked[1]?.body ?? '')).toEqual({ name: 'cryptobot' })
    expect(JSON.parse(asked[2]?.body ?? '')).toMatchObject({ experiment_ids: ['8'] })
  })

  it('reads an experiment again that another process created at the same moment', async () => {
    const found = GOOD['experiments/get-by-name'] ?? missing
    const { deliver, asked } = await tracking({
      'experiments/get-by-name': [missing, found],
      'experiments/create': exists,
    })
    await deliver()
    expect(JSON.parse(asked[3]?.body ?? '')).toMatchObject({ experiment_ids: ['7'] })
  })

  it('retries when an experiment both exists and does not', async () => {
    const { deliver } = await tracking({
      'experiments/get-by-name': missing,
      'experiments/create': exists,
    })
    expect(await rejection(deliver())).toMatchObject({ type: 'UpstreamUnavailable' })
  })

  it('reports a deleted experiment with the command that restores it', async () => {
    const { deliver, asked } = await tracking({
      'experiments/get-by-name': { body: { experiment: { experiment_id: 7, lifecycle_stage: 'deleted' } } },
    })
    expect(await rejection(deliver())).toMatchObject({
      type: 'Misconfigured',
      message: expect.stringContaining('mlflow experiments restore -x 7') as string,
    })
    expect(asked).toHaveLength(1)
  })
})

describe('files', () => {
  it.each([
    ['on the disk of the server', 'file:///srv/mlruns/7/r1/artifacts'],
    ['in a folder', '/srv/mlruns/7/r1/artifacts'],
    ['in a bucket', 's3://bucket/7/r1/artifacts'],
    ["behind another server's door", 'mlflow-artifacts://other.example:5000/7/r1/artifacts'],
    ["behind another server's address", 'https://other.example/api/2.0/mlflow-artifacts/artifacts/7/r1'],
  ])('%s leave a note with the run, and no version points to nothing', async (_, uri) => {
    const { deliver, paths, asked } = await tracking({
      'runs/create': { body: { run: { info: info({ artifact_uri: uri }) } } },
    })
    const { version, notes } = await deliver()
    expect(version).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('--serve-artifacts')])
    expect(paths().filter((path) => /artifacts|model/.test(path))).toEqual([])
    expect(JSON.parse(asked.at(-2)?.body ?? '')).toMatchObject({
      tags: [{ key: 'almanac.note', value: notes[0] }],
    })
    expect(paths().at(-1)).toBe('runs/update')
  })

  it('puts files behind the full address of the same server', async () => {
    const { deliver, asked } = await tracking({
      'runs/create': (response) => {
        const host = `127.0.0.1:${response.socket?.localPort ?? 0}`
        const artifact_uri = `http://${host}/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/`
        sendJson(response, { run: { info: info({ artifact_uri }) } })
      },
    })
    expect(await deliver()).toMatchObject({ notes: [], version: '3' })
    expect(asked[4]?.url).toBe('/api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/model/a%20b.txt')
  })

  it('leaves a note for files that a server does not pass on', async () => {
    const { deliver, paths } = await tracking({
      artifacts: (response) => {
        response.writeHead(503).end('Endpoint disabled: the server runs with `--no-serve-artifacts`')
      },
    })
    expect((await deliver()).notes).toEqual([expect.stringContaining('--no-serve-artifacts')])
    expect(paths().at(-1)).toBe('runs/update')
  })

  it('leaves the MLflow run open if files cannot be stored now', async () => {
    const { deliver, paths } = await tracking({ artifacts: { status: 503, body: 'busy' } })
    expect(await rejection(deliver())).toMatchObject({ type: 'UpstreamUnavailable' })
    expect(paths()).not.toContain('runs/update')
  })
})

describe('an error', () => {
  it.each<[string, string, Answer, string, string | undefined]>([
    [
      'a changed parameter',
      'runs/log-batch',
      error(400, 'INVALID_PARAMETER_VALUE'),
      'UpstreamRejected',
      'INVALID_PARAMETER_VALUE',
    ],
    [
      'a run that went',
      'runs/update',
      error(404, 'RESOURCE_DOES_NOT_EXIST'),
      'NotFound',
      'RESOURCE_DOES_NOT_EXIST',
    ],
    [
      'an address without MLflow',
      'experiments/get-by-name',
      { status: 404, body: 'nothing' },
      'NotFound',
      undefined,
    ],
    ['a refused token', 'runs/search', error(401, 'UNAUTHENTICATED'), 'CredentialsRejected', undefined],
    ['a missing right', 'runs/create', error(403, 'PERMISSION_DENIED'), 'CredentialsRejected', undefined],
    ['too many requests', 'runs/create', error(429, 'REQUEST_LIMIT_EXCEEDED'), 'RateLimited', undefined],
    [
      'a busy server',
      'model-versions/create',
      error(503, 'TEMPORARILY_UNAVAILABLE'),
      'UpstreamUnavailable',
      undefined,
    ],
    ['a fault inside', 'runs/search', error(500, 'INTERNAL_ERROR'), 'UpstreamUnavailable', undefined],
    ['an answer without its run', 'runs/create', { body: {} }, 'PayloadInvalid', undefined],
  ])('names an error of %s', async (_, path, answer, type, errorCode) => {
    const { deliver } = await tracking({ [path]: answer })
    const failure = await rejection(deliver())
    expect(failure).toMatchObject({ type, ...(errorCode === undefined ? {} : { details: { errorCode } }) })
  })

  it('reports the page of a sign-in proxy', async () => {
    const { deliver } = await tracking({
      'experiments/get-by-name': (response) => {
        sendHtml(response, '<html><body>Sign in</body></html>')
      },
    })
    expect(await rejection(deliver())).toMatchObject({ type: 'PayloadInvalid' })
  })

  it('an abort keeps its reason and leaves the run open', async () => {
    const abort = new AbortController()
    const reason = new Error('cancelled')
    const { baseUrl, paths } = await tracking({
      'runs/log-batch': () => {
        abort.abort(reason)
      },
    })
    const client = createMlflow({ baseUrl, userAgent: 'x' })
    expect(await rejection(client.deliver('cryptobot', RUN, abort.signal))).toBe(reason)
    expect(paths().at(-1)).toBe('runs/log-batch')
  })
})

describe('credentials', () => {
  it('sends the token as Bearer', async () => {
    const { deliver, asked } = await tracking({}, { token: 't0k3n' })
    await deliver()
    expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer t0k3n']))
  })

  it('sends the credentials of the address as Basic and shows them in no message', async () => {
    const { baseUrl, asked } = await tracking({ 'runs/search': error(400, 'BAD_REQUEST') })
    const address = baseUrl.replace('//', '//anna:p%40ss%3Aword@')
    const client = createMlflow({ baseUrl: address, userAgent: 'x' })
    const failure = (await rejection(client.deliver('cryptobot', RUN, calm()))) as Error
    expect(failure.message).not.toMatch(/anna|p(@|%40)ss/)
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('anna:p@ss:word').toString('base64')}`)
  })

  it.each(['databricks', 'file:///mlruns', 'http://anna:50%@127.0.0.1'])(
    'rejects credentials with address %s, without showing the address',
    (baseUrl) => {
      const attempt = () => createMlflow({ baseUrl, userAgent: 'x' })
      expect(attempt).toThrow(expect.objectContaining({ type: 'Misconfigured' }))
      expect(attempt).not.toThrow(baseUrl)
    },
  )
})

describe('batches', () => {
  const many = <T>(count: number, value: (index: number) => T): Record<string, T> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value(index)]))

  it('batches keep every limit of a request and lose nothing', () => {
    const run = {
      params: many(250, () => 'ä'.repeat(3_000)),
      tags: many(101, () => 'x'.repeat(5_000)),
      metrics: many(3_000, (index) => index),
      endMs: 5,
    }
    const batches = batchesOf(run)
    for (const batch of batches) {
      expect(batch.params.length).toBeLessThanOrEqual(100)
      expect(batch.tags.length).toBeLessThanOrEqual(100)
      expect(batch.metrics.length + batch.params.length + batch.tags.length).toBeLessThanOrEqual(1_000)
      expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(1_000_000)
    }
    expect(batches.flatMap(({ params }) => params)).toHaveLength(250)
    expect(batches.flatMap(({ tags }) => tags)).toHaveLength(101)
    expect(batches.flatMap(({ metrics }) => metrics.map(({ value }) => value))).toEqual(
      Array.from({ length: 3_000 }, (_, index) => index),
    )
  })

  it('puts a small run in one batch, with words for what JSON has no number for', () => {
    const metrics = { a: NaN, b: Infinity, c: -Infinity, d: -0.5 }
    const [batch, ...more] = batchesOf({ params: { p: '1' }, tags: { t: '2' }, metrics, endMs: 5 })
    expect(more).toEqual([])
    expect(batch?.metrics.map(({ value }) => value)).toEqual(['NaN', 'Infinity', '-Infinity', -0.5])
  })

  it('makes no batches for a run without values', () => {
    expect(batchesOf({ params: {}, tags: {}, metrics: {}, endMs: 5 })).toEqual([])
  })
})
