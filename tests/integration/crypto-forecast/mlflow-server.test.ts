/** Delivery to a real `mlflow server`, and predictions of the delivered model through a real `mlflow models serve`. */
import { beforeAll, expect, it } from 'vitest'
import { modelFiles } from '../../../activities/crypto-forecast/mlflow-model.ts'
import { predictOne, type RidgeModel } from '../../../activities/crypto-forecast/model/ridge.ts'
import { createMlflow, type MlflowRun } from '../../../upstreams/mlflow/mlflow.ts'
import { createModelServer } from '../../../upstreams/mlflow/model-server.ts'
import {
  describeMlflow,
  startMlflowServer,
  startModelServer,
  type MlflowProcess,
} from '../../support/crypto-forecast/mlflow.ts'
import { eachVariant } from '../../support/each-variant.ts'
import { calm, loopback, rejection, type Asked } from '../../unit/upstreams/loopback.ts'

const USER_AGENT = 'almanac-test'
const END = Date.parse('2026-11-21T10:10:05Z')

const RIDGE: RidgeModel = {
  features: ['price', 'macdSignal', 'volumeAvg7d'],
  medians: [91_234.5, -0.125, 1.5e9],
  means: [88_000.123456789, 0.1, 1.25e9],
  scales: [4_321.987654321, 12.5, 3.3e8],
  coefficients: [1_234.567890123, -0.001, 17.25],
  intercept: 90_000.000001,
}
/** The same columns as the served model calls them. */
const SERVED_FEATURES = ['price', 'macd_signal', 'volume_avg_7d']

const run = (deliveryId: string, changed: Partial<MlflowRun> = {}): MlflowRun => ({
  deliveryId,
  runName: 'bitcoin_btc_20261121_101000',
  startMs: END - 5_000,
  endMs: END,
  params: { crypto_name: 'bitcoin', alpha: '1.0', empty: '' },
  metrics: { mae_test: 123.456789012345, skill: NaN, naive_mae: -0.5 },
  tags: { horizon: '1h', 'almanac.words': 'Ä "quoted" \\ text' },
  artifacts: { 'model/MLmodel': 'flavors: {}\n', 'features_used.txt': 'price\nBackstübchen\n' },
  ...changed,
})

describeMlflow('a real MLflow', () => {
  let server: MlflowProcess
  beforeAll(async () => {
    server = await startMlflowServer()
    return () => server.stop()
  })

  const client = (baseUrl = server.url) => createMlflow({ baseUrl, userAgent: USER_AGENT })

  const ask = async (method: 'GET' | 'POST', path: string, input: object): Promise<unknown> => {
    const url = new URL(`${server.url}/api/2.0/${path}`)
    if (method === 'GET') url.search = new URLSearchParams(Object.entries(input)).toString()
    const body = method === 'GET' ? null : JSON.stringify(input)
    const response = await fetch(url, { method, body, headers: { 'content-type': 'application/json' } })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return path.startsWith('mlflow-artifacts') ? text : (JSON.parse(text) as unknown)
  }

  interface Stored {
    info: { run_id: string; status: string; run_name: string; start_time: number; end_time: number }
    data: Record<'metrics' | 'params' | 'tags', { key: string; value: unknown }[]>
  }
  const experimentId = async (name: string): Promise<string> => {
    const answer = await ask('GET', 'mlflow/experiments/get-by-name', { experiment_name: name })
    return (answer as { experiment: { experiment_id: string } }).experiment.experiment_id
  }
  const runsOf = async (experiment: string): Promise<Stored[]> => {
    const input = { experiment_ids: [await experimentId(experiment)] }
    return ((await ask('POST', 'mlflow/runs/search', input)) as { runs?: Stored[] }).runs ?? []
  }
  const versionsOf = async (runId: string): Promise<{ name: string; version: string; source: string }[]> => {
    const answer = await ask('GET', 'mlflow/model-versions/search', { filter: `run_id = '${runId}'` })
    return (answer as { model_versions?: [] }).model_versions ?? []
  }
  const pairs = (list: { key: string; value: unknown }[]) =>
    Object.fromEntries(list.map(({ key, value }) => [key, value]))
  const artifact = (experiment: string, runId: string, path: string) =>
    ask('GET', `mlflow-artifacts/artifacts/${experiment}/${runId}/artifacts/${path}`, {})

  /** One run, complete, nothing twice. */
  const expectWhole = async (experiment: string, sent: MlflowRun): Promise<void> => {
    const [stored, ...others] = await runsOf(experiment)
    if (stored === undefined) throw new Error('no run')
    const { info, data } = stored
    expect(others).toEqual([])
    expect(info).toMatchObject({
      status: 'FINISHED',
      run_name: sent.runName,
      start_time: sent.startMs,
      end_time: sent.endMs,
    })
    expect(pairs(data.params)).toEqual(sent.params)
    expect(pairs(data.metrics)).toEqual({ ...sent.metrics, skill: 'NaN' })
    expect(pairs(data.tags)).toMatchObject({ ...sent.tags, 'almanac.delivery_id': sent.deliveryId })
    const input = { run_id: info.run_id, metric_key: 'mae_test' }
    const history = (await ask('GET', 'mlflow/metrics/get-history', input)) as { metrics: unknown[] }
    expect(history.metrics).toHaveLength(1)
    const id = await experimentId(experiment)
    for (const [path, text] of Object.entries(sent.artifacts))
      expect(await artifact(id, info.run_id, path), path).toBe(text)
    expect(await versionsOf(info.run_id)).toMatchObject([
      {
        name: sent.registerAs,
        version: '1',
        source: `mlflow-artifacts:/${id}/${info.run_id}/artifacts/model`,
      },
    ])
  }

  it('MLflow has everything of a delivered run, and nothing twice when it is delivered again', async () => {
    const sent = run('twice/1', { registerAs: 'twice' })
    const first = await client().deliver('twice', sent, calm())
    await expectWhole('twice', sent)
    expect(first).toMatchObject({ version: '1', notes: [] })
    expect(await client().deliver('twice', sent, calm())).toEqual(first)
    await expectWhole('twice', sent)
  })

  it('delivers parameters, tags and metrics to MLflow in more than one request', async () => {
    const many = (count: number, value: (index: number) => string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value(index)]))
    const metrics = Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`m${index}`, index / 7]))
    const sent = run('many', {
      params: many(250, (index) => 'p'.repeat(6_000 - index)),
      tags: many(150, (index) => 't'.repeat(5_000 - index)),
      metrics,
    })
    await client().deliver('many', sent, calm())
    const [stored] = await runsOf('many')
    expect(pairs(stored?.data.params ?? [])).toEqual(sent.params)
    expect(pairs(stored?.data.tags ?? [])).toMatchObject(sent.tags)
    expect(pairs(stored?.data.metrics ?? [])).toEqual(metrics)
  })

  it('MLflow registers a second version for a second run of the same model', async () => {
    const deliver = (id: string) => client().deliver('versions', run(id, { registerAs: 'versions' }), calm())
    expect((await deliver('a')).version).toBe('1')
    expect((await deliver('b')).version).toBe('2')
    expect((await deliver('a')).version).toBe('1')
  })

  it('two concurrent first deliveries create one MLflow experiment', async () => {
    const ids = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (id) => (await client().deliver('race', run(id), calm())).runId),
    )
    expect((await runsOf('race')).map(({ info }) => info.run_id).toSorted()).toEqual(ids.toSorted())
  })

  it('reports a deleted MLflow experiment with a remedy that works', async () => {
    await client().deliver('deleted', run('a'), calm())
    const id = await experimentId('deleted')
    await ask('POST', 'mlflow/experiments/delete', { experiment_id: id })
    expect(await rejection(client().deliver('deleted', run('b'), calm()))).toMatchObject({
      type: 'Misconfigured',
      details: { experimentId: id },
    })
    await ask('POST', 'mlflow/experiments/restore', { experiment_id: id })
    await client().deliver('deleted', run('b'), calm())
    expect(await runsOf('deleted')).toHaveLength(2)
  })

  it("names MLflow's own error when the values of a delivered run are changed", async () => {
    const deliver = (alpha: string, endMs: number) =>
      client(forwarder.baseUrl).deliver('changed', run('a', { params: { alpha }, endMs }), calm())
    const forwarder = await faulty((asked) => asked.url.endsWith('/runs/update') && 'before')
    await rejection(deliver('1.0', END))
    expect(await rejection(deliver('2.0', END))).toMatchObject({
      type: 'UpstreamRejected',
      details: { status: 400, errorCode: 'INVALID_PARAMETER_VALUE' },
    })
  })

  /** A proxy to the server that loses a request, or its response. */
  const faulty = (lose: (asked: Asked, number: number) => 'before' | 'after' | false) =>
    loopback((response, asked, number) => {
      const fault = lose(asked, number)
      if (fault === 'before') {
        response.destroy()
        return
      }
      const { method, url, body } = asked
      const type = asked.headers['content-type']
      const headers = type === undefined ? {} : { 'content-type': type }
      void fetch(server.url + url, { method, headers, body: method === 'GET' ? null : body }).then(
        async (answer) => {
          const text = await answer.text()
          if (fault === 'after') response.destroy()
          else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
        },
      )
    })

  eachVariant(['after', 'before'] as const)(
    'MLflow has one whole run when a delivery that broke off %s a request is repeated',
    async (moment) => {
      const whole = await faulty(() => false)
      const first = run('whole', { registerAs: `whole-${moment}` })
      await client(whole.baseUrl).deliver(`whole-${moment}`, first, calm())
      // Experiment (2), run (2), values, two files, version (3), end.
      expect(whole.asked).toHaveLength(11)
      for (let lost = 1; lost <= whole.asked.length; lost++) {
        const name = `broken-${moment}-${lost}`
        const sent = run('broken', { registerAs: name })
        const way = await faulty((_, number) => number === lost && moment)
        expect(await rejection(client(way.baseUrl).deliver(name, sent, calm()))).toMatchObject({
          type: 'UpstreamUnavailable',
        })
        await client(way.baseUrl).deliver(name, sent, calm())
        await expectWhole(name, sent)
      }
    },
  )

  it('serves the registered model, which predicts what ours predicts', async () => {
    const about = { crypto: 'bitcoin', horizon: '1h', version: 'ridge-1', createdMs: END }
    const sent = run('served', {
      artifacts: modelFiles({ ...RIDGE, features: SERVED_FEATURES }, about),
      registerAs: 'served',
    })
    const { version } = await client().deliver('served', sent, calm())
    const scoring = await startModelServer(server.url, `models:/served/${version ?? ''}`)
    try {
      const ask = createModelServer({ url: `${scoring.url}/invocations`, userAgent: USER_AGENT })
      const columns = ['volume_avg_7d', 'crypto', 'price', 'macd_signal', 'rsi']
      const rows = [
        [1.1e9, 'bitcoin', 87_500.25, 3.25, 55],
        [null, 'bitcoin', 92_000, null, null],
        [2e9, 'bitcoin', 1, 0, 0],
      ]
      const predictions = await ask.predict(columns, rows, calm())
      expect(predictions).toHaveLength(rows.length)
      for (const [index, row] of rows.entries()) {
        const given = (feature: string) =>
          row[columns.indexOf(SERVED_FEATURES[RIDGE.features.findIndex((name) => name === feature)] ?? '')]
        const expected = predictOne(RIDGE, (feature) => Number(given(feature) ?? NaN))
        expect(Math.abs((predictions[index] ?? NaN) / expected - 1)).toBeLessThan(1e-12)
      }
      expect(await rejection(ask.predict(['price'], [[1]], calm()))).toMatchObject({
        type: 'UpstreamRejected',
        details: { reason: 'ValueError: The input lacks the columns: macd_signal, volume_avg_7d' },
      })
      expect(await rejection(ask.predict(columns, [['many', 'bitcoin', 1, 1, 1]], calm()))).toMatchObject({
        type: 'UpstreamRejected',
      })
    } finally {
      await scoring.stop()
    }
    await expect(fetch(scoring.url)).rejects.toThrow()
  })
})
