/**
 * The report of each model waits in the database until it is delivered to MLflow, once; a forecast never waits for it.
 */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../../../core/failures.ts'
import { freePort } from '../../../local/taken-port.ts'
import { createMlflow, type Mlflow, type MlflowRun } from '../../../upstreams/mlflow/mlflow.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import {
  outcomesOf,
  startCryptoStack,
  whyOf,
  type CryptoStack,
  STACK_COINS,
} from '../../support/crypto-forecast/crypto-stack.ts'
import {
  describeMlflow,
  startMlflowServer,
  type MlflowProcess,
} from '../../support/crypto-forecast/mlflow.ts'
import { eachVariant } from '../../support/each-variant.ts'

const TEN = '2026-07-20T10:10:00Z'
const AGAIN = '2026-07-20T10:40:00Z'
const ELEVEN = '2026-07-20T11:10:00Z'
/** Of two horizons. */
const MODELS = 2 * STACK_COINS.length

/** The client of a worker; a test replaces what is behind it. */
let deliver: Mlflow['deliver']
let delivered: MlflowRun[]
let crypto: CryptoStack
let worker: RunningWorker
beforeAll(async () => {
  crypto = await startCryptoStack({ at: TEN })
  worker = await crypto.startWorker({
    dependencies: { mlflow: { deliver: (experiment, run, signal) => deliver(experiment, run, signal) } },
  })
})
afterAll(async () => {
  await worker.stop()
  await crypto.stop()
})
beforeEach(async () => {
  delivered = []
  deliver = record
  await crypto.reset()
})

const record: Mlflow['deliver'] = (experiment, run) => {
  expect(experiment).toBe('cryptobot_ridge')
  delivered.push(run)
  return Promise.resolve({ runId: 'run', notes: [] })
}
const collectAt = (at: string) => {
  crypto.moveTo(at)
  return crypto.collect()
}
const waiting = async () => (await crypto.stack.database.select(sql`select from mlflow_outbox`)).length
const forecasts = async () => (await crypto.stack.database.select(sql`select from predictions`)).length

describe('a reachable MLflow', () => {
  it('reports every model to MLflow once, in the same run, even if the hour is run twice', async () => {
    expect((await collectAt(TEN)).counts['mlflow']).toMatchObject({ outcome: 'complete', written: MODELS })
    expect(delivered).toHaveLength(MODELS)
    expect(new Set(delivered.map(({ deliveryId }) => deliveryId)).size).toBe(MODELS)
    expect(await waiting()).toBe(0)
    const again = await collectAt(AGAIN)
    expect(again.outcome).toBe('complete')
    expect(delivered).toHaveLength(MODELS)
    expect(await forecasts()).toBe(MODELS)
  })

  it('delivers the parameters, metrics and files of the stored forecast to MLflow', async () => {
    await collectAt(TEN)
    const stored = await crypto.stack.database.select<{
      mae: number
      naive: number
      last: number
      from: string
    }>(sql`
      select model_mae as mae, naive_mae as naive, last_price as last, train_from::text as from from predictions
      where crypto = 'bitcoin' and horizon = '24h'`)
    const run = delivered.find(({ runName }) => /^bitcoin_btc_20260720_101000_24h$/.test(runName))
    expect(run?.params).toMatchObject({
      crypto_name: 'bitcoin',
      crypto_code: 'btc',
      horizon: '24h',
      alpha: '1',
    })
    expect(new Date(run?.params['train_from'] ?? '')).toEqual(new Date(stored[0]?.from ?? NaN))
    expect(run?.metrics).toMatchObject({
      mae_test: stored[0]?.mae,
      naive_mae: stored[0]?.naive,
      last_price: stored[0]?.last,
    })
    expect(Object.keys(run?.artifacts ?? {})).toEqual(
      expect.arrayContaining(['model/MLmodel', 'features_used.txt']),
    )
    expect(Number(run?.params['n_features'])).toBe(
      run?.artifacts['features_used.txt']?.trim().split('\n').length,
    )
  })

  it('sets aside one report that MLflow refuses, delivers the others, and the run says why', async () => {
    deliver = (experiment, run, signal) =>
      run.deliveryId.startsWith('ethereum-1h')
        ? Promise.reject(new Failure('UpstreamRejected', 'INVALID_PARAMETER_VALUE'))
        : record(experiment, run, signal)
    const ending = await collectAt(TEN)
    expect(ending.outcome).toBe('partial')
    expect(delivered).toHaveLength(MODELS - 1)
    expect(whyOf(ending, 'mlflow')).toBe('UpstreamRejected: INVALID_PARAMETER_VALUE')
    expect(ending.counts['mlflow']).toMatchObject({ written: MODELS - 1, rejected: 1 })
    expect(await waiting()).toBe(0)
    const aside = await crypto.stack.database.select<{ reason: string; id: string }>(sql`
      select reason, row->>'deliveryId' as id from quarantine where source = 'mlflow'`)
    expect(aside).toHaveLength(1)
    expect(aside[0]?.reason).toBe('UpstreamRejected: INVALID_PARAMETER_VALUE')
    expect(aside[0]?.id).toMatch(/^ethereum-1h-/)
  })
})

describe('an unreachable MLflow', () => {
  it('an unreachable MLflow fails no forecast; waiting reports are delivered, oldest first, when it returns', async () => {
    deliver = createMlflow({
      baseUrl: `http://127.0.0.1:${await freePort()}`,
      userAgent: 'almanac-test',
    }).deliver
    const ending = await collectAt(TEN)
    expect(ending.outcome).toBe('partial')
    expect(outcomesOf(ending)).toMatchObject({ forecasts: 'complete', mlflow: 'partial', checks: 'complete' })
    expect(whyOf(ending, 'mlflow')).toMatch(/^UpstreamUnavailable: /)
    expect(whyOf(ending, 'mlflow')).toContain(`${MODELS} reports wait for the next run`)
    expect([await forecasts(), await waiting()]).toEqual([MODELS, MODELS])

    deliver = record
    expect(await collectAt(ELEVEN)).toMatchObject({ outcome: 'complete' })
    expect(await waiting()).toBe(0)
    const ends = delivered.map(({ endMs }) => endMs)
    expect(ends).toEqual([
      ...Array<number>(MODELS).fill(Date.parse(TEN)),
      ...Array<number>(MODELS).fill(Date.parse(ELEVEN)),
    ])
  })
})

describe('an address that is not MLflow', () => {
  eachVariant(['NotFound', 'PayloadInvalid', 'CredentialsRejected', 'Blocked', 'Misconfigured'] as const)(
    'loses no report when a server that is not MLflow responds with %s',
    async (type) => {
      deliver = () => Promise.reject(new Failure(type, 'This is another service.'))
      const ending = await collectAt(TEN)
      expect(ending.counts['mlflow']).toMatchObject({ outcome: 'partial', written: 0, rejected: 0 })
      expect(whyOf(ending, 'mlflow')).toContain(`${MODELS} reports wait for the next run`)
      expect([await forecasts(), await waiting()]).toEqual([MODELS, MODELS])
    },
  )
})

describeMlflow('a real MLflow', () => {
  let server: MlflowProcess
  beforeAll(async () => {
    server = await startMlflowServer()
    return () => server.stop()
  })

  it('MLflow holds a finished run and a registered version of every model', async () => {
    deliver = createMlflow({ baseUrl: server.url, userAgent: 'almanac-test' }).deliver
    const ending = await collectAt(TEN)
    expect(ending.outcome, JSON.stringify(ending.counts['mlflow'])).toBe('complete')
    expect(ending.counts['mlflow']).toMatchObject({ outcome: 'complete', written: MODELS })
    expect(await waiting()).toBe(0)
    const response = await fetch(`${server.url}/api/2.0/mlflow/registered-models/search`)
    const { registered_models: models } = (await response.json()) as {
      registered_models: { name: string; latest_versions: { version: string }[] }[]
    }
    expect(models).toHaveLength(MODELS)
    for (const { latest_versions: versions } of models) expect(versions).toMatchObject([{ version: '1' }])
  })
})
