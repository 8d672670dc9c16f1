/** How long a crypto-forecast run waits for an unavailable source, and what it does not do for a past period. */
import { defineSearchAttributeKey } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import type { CryptoForecastActivities } from '../../../activities/crypto-forecast/index.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { TASK_QUEUE } from '../../../client/task-queue.ts'
import { Failure } from '../../../core/failures.ts'
import { HOURLY_BOUND_MS, HOURLY_SOURCE_MS } from '../../../workflows/crypto-forecast.ts'
import type { RunInput } from '../../../core/run.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  closings,
  counted,
  fakeCryptoSteps,
  forecasts,
  outcomes,
  refused,
  ROWS,
  runCryptoForecast,
  SOURCES,
  startMs,
  type CryptoSteps,
} from './fake-crypto-steps.ts'
import { unavailable } from '../mod-stats/fake-steps.ts'
/** The longest pause between two attempts of a source; its last attempt is no further from its bound. */
const LONGEST_PAUSE_MS = 2 * MINUTE_MS
/** How late a start may be made up for, as the pipeline's schedule says it to its runs. */
const LATEST_MS = 54 * MINUTE_MS
const PARTS_OF_A_BACKFILL = ['binance', 'coingecko', 'fear-greed', 'prices', 'checks', 'csv', 'scores']
/** Set by the server where a schedule starts a run; here by the test. */
const SCHEDULED_FOR = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME')

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const fakes = (own?: Partial<CryptoForecastActivities>) => fakeCryptoSteps(time, own)
const runOnce = (steps: CryptoSteps, params?: Record<string, unknown>) =>
  runCryptoForecast(time, steps, params)

/** A run as a schedule starts it, this long after its time. */
async function startedFor(lateMs: number): Promise<{ steps: CryptoSteps; ending: EndingInWords }> {
  const steps = fakes()
  const worker = await time.createWorker(steps.activities)
  const input: RunInput = { trigger: 'schedule', latestMs: LATEST_MS }
  const scheduledFor = new Date((await time.now()) - lateMs)
  const ending = await worker.runUntil(async () =>
    endingOf(
      await time.client.workflow.start('cryptoForecastWorkflow', {
        taskQueue: TASK_QUEUE,
        workflowId: `crypto-forecast-${scheduledFor.toISOString()}`,
        args: [input],
        typedSearchAttributes: [{ key: SCHEDULED_FOR, value: scheduledFor }],
      }),
    ),
  )
  return { steps, ending }
}

describe('an unavailable source', () => {
  it('waits twelve minutes for an unavailable source, and continues without it', async () => {
    const steps = fakes({ collectCoinGecko: () => Promise.reject(unavailable()) })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['coingecko']?.why).toEqual(['UpstreamUnavailable: The upstream does not answer.'])
    for (const [name, { outcome }] of Object.entries(ending.counts))
      expect(outcome, name).toBe(name === 'coingecko' ? 'failed' : 'complete')
    const begun = startMs(steps)
    const lastMs = steps.callsOf('collectCoinGecko').at(-1)?.atMs ?? 0
    expect(lastMs).toBeGreaterThanOrEqual(begun + HOURLY_SOURCE_MS - LONGEST_PAUSE_MS)
    expect(lastMs).toBeLessThanOrEqual(begun + HOURLY_SOURCE_MS)
    const [computed] = steps.callsOf('computePrices')
    expect(computed?.atMs).toBeGreaterThanOrEqual(lastMs)
    expect(computed?.atMs).toBeLessThan(begun + HOURLY_SOURCE_MS + MINUTE_MS)
  })

  it('a source that comes back within its time leaves the run complete', async () => {
    const steps: CryptoSteps = fakes({
      async collectBinance() {
        if ((await time.now()) < startMs(steps) + 9 * MINUTE_MS) throw unavailable()
        return counted()
      },
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(steps.callsOf('forecastPrices')).toHaveLength(1)
  })

  it('a backfill waits for a source for as long as leaves time to compute', async () => {
    const steps: CryptoSteps = fakes({
      async collectBinance() {
        if ((await time.now()) < startMs(steps) + 25 * MINUTE_MS) throw unavailable()
        return counted()
      },
    })
    const { ending } = await runOnce(steps, { from: '2025-11-01', to: '2025-11-02' })
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['binance']?.written).toBe(ROWS)
    expect(steps.callsOf('computePrices')[0]?.atMs).toBeGreaterThan(startMs(steps) + HOURLY_SOURCE_MS)
  })
})

describe('the bound of a run', () => {
  it.each([
    ['forty minutes', {}, HOURLY_BOUND_MS],
    ['what its starter says', { boundSeconds: 90 }, 90 * SECOND_MS],
  ])('closes the record with what it has at a bound of %s', async (_, params, boundMs) => {
    const away = new Failure('DatabaseUnavailable', 'The database does not answer.')
    const steps = fakes({ computePrices: () => Promise.reject(away) })
    const { ending } = await runOnce(steps, params)
    expect(ending.outcome).toBe('partial')
    for (const name of Object.keys(SOURCES)) expect(ending.counts[name]?.written).toBe(ROWS)
    expect(outcomes(ending)).toMatchObject({ prices: 'failed', forecasts: 'skipped', scores: 'complete' })
    expect(closings(steps)).toEqual([ending])
    const begun = startMs(steps)
    const tried = steps.callsOf('computePrices').map(({ atMs }) => atMs)
    expect(Math.max(...tried)).toBeLessThanOrEqual(begun + boundMs)
    // Half the bound where the pauses between two attempts still double.
    expect(Math.max(...tried)).toBeGreaterThan(begun + boundMs / 2)
    expect(steps.callsOf('closeCryptoForecast')[0]?.atMs).toBeLessThan(begun + boundMs + MINUTE_MS)
  })

  it('the bound of a run also limits its sources if it is shorter than their time', async () => {
    const steps = fakes({ collectBinance: () => Promise.reject(unavailable()) })
    const { ending } = await runOnce(steps, { boundSeconds: 90 })
    expect(ending.outcome).toBe('partial')
    expect(outcomes(ending)).toMatchObject({ binance: 'failed', coingecko: 'complete', prices: 'complete' })
    const lastMs = steps.callsOf('collectBinance').at(-1)?.atMs
    expect(lastMs).toBeLessThanOrEqual(startMs(steps) + 90 * SECOND_MS)
    expect(closings(steps)).toEqual([ending])
  })
})
describe('a run for a time that is over', () => {
  it.each([
    [
      { from: '2025-11-01', to: '2025-11-02T10:00:00Z', onlyMissing: true },
      { from: '2025-11-01', to: '2025-11-02T10:00:00Z', onlyMissing: true },
    ],
    [
      { from: '2025-11-01', to: '2025-11-02' },
      { from: '2025-11-01', to: '2025-11-02', onlyMissing: false },
    ],
  ])('asks the sources for %j, and forecasts nothing', async (params, backfill) => {
    const steps = fakes({ forecastPrices: () => forecasts(6) })
    const { ending } = await runOnce(steps, params)
    expect(ending.outcome).toBe('complete')
    expect(Object.keys(ending.counts)).toEqual(PARTS_OF_A_BACKFILL)
    for (const step of ['collectBinance', 'collectCoinGecko', 'collectFearGreed'] as const)
      expect(steps.callsOf(step).map(({ input, run }) => [input, run])).toEqual([
        [{ run: steps.calls[0]?.run, backfill }, steps.calls[0]?.run],
      ])
    for (const step of ['compareSpotPrices', 'forecastPrices', 'reportToMlflow'] as const)
      expect(steps.callsOf(step)).toEqual([])
  })

  it('a backfill without an end ends at its own start', async () => {
    const steps = fakes()
    await runOnce(steps, { from: '2025-11-01' })
    const startedAt = steps.calls[0]?.run?.startedAt
    expect(startedAt).toBeDefined()
    expect(steps.callsOf('collectBinance')[0]?.input).toMatchObject({ backfill: { to: startedAt } })
  })

  it('a backfill fails if every source that it asks fails', async () => {
    const steps = fakes({ collectBinance: refused, collectCoinGecko: refused, collectFearGreed: refused })
    const { ending } = await runOnce(steps, { from: '2025-11-01', to: '2025-11-02' })
    expect(ending.outcome).toBe('failed')
    expect(steps.callsOf('computePrices')).toEqual([])
  })

  it('a backfill leaves the metrics file to the runs that collect the newest hour', async () => {
    const steps = fakes()
    const { ending } = await runOnce(steps, { from: '2025-11-01', to: '2025-11-02' })
    expect(ending.outcome).toBe('complete')
    expect(steps.callsOf('writeMetricsFile')).toEqual([])
    expect(steps.callsOf('closeCryptoForecast')).toHaveLength(1)
  })

  it('a backfill of the schedule collects the newest hours and forecasts nothing', async () => {
    const longOver = await startedFor(LATEST_MS + 10 * MINUTE_MS)
    expect(longOver.ending.outcome).toBe('complete')
    expect(Object.keys(longOver.ending.counts)).toEqual(PARTS_OF_A_BACKFILL)
    const { run } = longOver.steps.calls[0] ?? {}
    expect(longOver.steps.callsOf('collectBinance').map(({ input }) => input)).toEqual([{ run }])
  })

  it('a run that an outage delayed within its hour is no backfill', async () => {
    const { steps } = await startedFor(LATEST_MS - MINUTE_MS)
    for (const step of ['compareSpotPrices', 'forecastPrices'] as const)
      expect(steps.callsOf(step)).toHaveLength(1)
  })
})
