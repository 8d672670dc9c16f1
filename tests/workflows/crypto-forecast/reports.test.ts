/** What a crypto-forecast run tells to others: its models to MLflow, its ending to whoever watches the metrics file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import type { CryptoForecastActivities } from '../../../activities/crypto-forecast/index.ts'
import { Failure } from '../../../core/failures.ts'
import { HOURLY_BOUND_MS } from '../../../workflows/crypto-forecast.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  closings,
  fakeCryptoSteps,
  forecasts,
  PARTS,
  refused,
  ROWS,
  runCryptoForecast,
  startMs,
  type CryptoSteps,
} from './fake-crypto-steps.ts'
import { unavailable } from '../mod-stats/fake-steps.ts'

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const fakes = (own?: Partial<CryptoForecastActivities>) => fakeCryptoSteps(time, own)
const runOnce = (steps: CryptoSteps) => runCryptoForecast(time, steps)

describe('MLflow', () => {
  it('does not contact MLflow without a waiting report', async () => {
    const steps = fakes({ forecastPrices: () => forecasts(0) })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(ending.counts).not.toHaveProperty('mlflow')
    expect(steps.callsOf('reportToMlflow')).toEqual([])
  })

  it('contacts MLflow once for all waiting reports of a run', async () => {
    const steps = fakes({ forecastPrices: () => forecasts(6) })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['mlflow']).toMatchObject({ outcome: 'complete', written: ROWS })
    expect(steps.callsOf('reportToMlflow')).toHaveLength(1)
  })

  it.each([
    ['fails for good', refused, 'UpstreamRejected: The upstream refuses the question.'],
    ['stays away', () => Promise.reject(unavailable()), 'UpstreamUnavailable: The upstream does not answer.'],
  ])('leaves a partial run with its forecasts if MLflow %s', async (_, reportToMlflow, why) => {
    const steps = fakes({ forecastPrices: () => forecasts(6), reportToMlflow })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['mlflow']).toMatchObject({ outcome: 'failed', why: [why] })
    expect(ending.counts['forecasts']).toMatchObject({ outcome: 'complete', written: ROWS })
    expect(closings(steps)).toEqual([ending])
    expect(steps.callsOf('closeCryptoForecast')[0]?.atMs).toBeLessThan(
      startMs(steps) + HOURLY_BOUND_MS + MINUTE_MS,
    )
  })
})

describe('the metrics file', () => {
  it.each([
    ['complete', {}],
    ['partial', { collectBinance: refused }],
    ['failed', { openCryptoForecast: () => Promise.reject(new Failure('Misconfigured', 'No tables.')) }],
  ])(
    'writes the metrics file before the record of a %s run is closed, with the same outcome',
    async (outcome, own) => {
      const steps = fakes(own)
      const { ending } = await runOnce(steps)
      expect(ending.outcome).toBe(outcome)
      expect(steps.calls.slice(-2).map(({ step }) => step)).toEqual([
        'writeMetricsFile',
        'closeCryptoForecast',
      ])
      expect(steps.calls.slice(-2).map((call) => call.ending)).toEqual([ending, ending])
    },
  )

  it('a metrics file that cannot be written makes the run partial, and its record is closed with the reason', async () => {
    const steps = fakes({
      writeMetricsFile: () => Promise.reject(new Failure('DiskFull', 'No space left.')),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(Object.keys(ending.counts)).toEqual([...PARTS.filter((part) => part !== 'mlflow'), 'metrics'])
    expect(ending.counts['metrics']).toMatchObject({ outcome: 'failed', why: ['DiskFull: No space left.'] })
    expect(closings(steps)).toEqual([ending])
  })
})
