/** What a crypto-forecast run does, and in which order; a step that fails stops what depends on it and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CryptoForecastActivities } from '../../../activities/crypto-forecast/index.ts'
import { Failure } from '../../../core/failures.ts'
import { NOTHING, type SourceCounts } from '../../../core/run-outcome.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  closings,
  counted,
  DERIVED,
  fakeCryptoSteps,
  forecasts,
  late,
  outcomes,
  PARTS,
  refused,
  ROWS,
  runCryptoForecast,
  SOURCES,
  type CryptoSteps,
} from './fake-crypto-steps.ts'
import { finishedBefore } from '../history-order.ts'
import { failureReason, textReason } from '../../../core/reason.ts'

/** Events in the history of a run in which nothing fails, MLflow included: it shows on one page of the Web UI. */
const HISTORY_LIMIT = 90
/** The steps before the last one that are no part of the collection: the record's opening and the metrics file. */
const BOOKENDS = 2

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const fakes = (own?: Partial<CryptoForecastActivities>) => fakeCryptoSteps(time, own)
const runOnce = (steps: CryptoSteps) => runCryptoForecast(time, steps)

/** A run in which this step needs a second attempt and so ends after those that began with it. */
const withLate = (step: keyof CryptoForecastActivities) =>
  fakes({
    forecastPrices: () => forecasts(1),
    ...(step === 'forecastPrices' ? { [step]: late(() => forecasts(1)) } : { [step]: late(counted) }),
  })

describe('the activities of a run', () => {
  it('starts all sources at once', async () => {
    const { events } = await runOnce(fakes())
    const before = finishedBefore(events)
    for (const step of Object.values(SOURCES)) expect(before(step), step).toEqual(['openCryptoForecast'])
  })

  it.each(Object.values(SOURCES))('computes the prices once %s has ended, too', async (source) => {
    const { events } = await runOnce(withLate(source))
    expect(finishedBefore(events)('computePrices')).toEqual(
      ['openCryptoForecast', ...Object.values(SOURCES)].sort(),
    )
  })

  it('starts all that needs the prices at once when they are there', async () => {
    const { events } = await runOnce(withLate('computePrices'))
    const before = finishedBefore(events)
    const stored = ['openCryptoForecast', ...Object.values(SOURCES), 'computePrices'].sort()
    const { prices, ...beside } = DERIVED
    expect(prices).toBe('computePrices')
    for (const step of Object.values(beside)) expect(before(step), step).toEqual(stored)
  })

  it.each(['checkPrices', 'exportFeatures', 'forecastPrices', 'scorePredictions', 'reportToMlflow'] as const)(
    'closes the record once %s has ended, too',
    async (last) => {
      const steps = withLate(last)
      const { ending, events } = await runOnce(steps)
      const before = finishedBefore(events)
      const all = new Set(steps.calls.map(({ step }) => step))
      all.delete('closeCryptoForecast')
      expect(all.size).toBe(PARTS.length + BOOKENDS)
      expect(before('closeCryptoForecast')).toEqual([...all].sort())
      expect(before('reportToMlflow')).toContain('forecastPrices')
      expect(closings(steps)).toEqual([ending])
    },
  )

  it('collects again if an hour closes meanwhile, so that the forecast is made from the newest one', async () => {
    await time.skipTo(9, 59)
    let passes = 0
    const stale = { ...NOTHING, outcome: 'failed' as const, why: [textReason('too old')] }
    const steps = fakes({
      // A minute and more of attempts.
      collectCoinGecko: late(counted, 7),
      forecastPrices: () => (passes++ === 0 ? Promise.resolve({ counts: stale, reports: 0 }) : forecasts()),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(steps.callsOf('collectBinance')).toHaveLength(2)
    // Binance counts what the run has stored in total, the others what they stored this time.
    expect(ending.counts).toMatchObject({
      binance: { written: ROWS },
      'fear-greed': { written: 2 * ROWS },
      prices: { written: 2 * ROWS },
    })
  })

  it('does not collect again if the forecast was made before the hour closed', async () => {
    await time.skipTo(9, 59)
    const steps = fakes({ scorePredictions: late(counted, 7) })
    expect((await runOnce(steps)).ending.outcome).toBe('complete')
    expect(steps.callsOf('collectBinance')).toHaveLength(1)
  })

  it('fits into a history of one page', async () => {
    const { ending, events } = await runOnce(fakes({ forecastPrices: () => forecasts(6) }))
    expect(Object.keys(ending.counts)).toEqual(PARTS)
    expect(events.length).toBeLessThanOrEqual(HISTORY_LIMIT)
  })

  it('reports its parts in one order, whatever ends first', async () => {
    const steps = fakes({
      collectBinance: late(counted, 3),
      collectCoinGecko: late(counted, 2),
      collectFearGreed: late(counted),
      checkPrices: late(counted, 3),
      exportFeatures: late(counted, 2),
      forecastPrices: late(() => forecasts(1)),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('complete')
    expect(Object.keys(ending.counts)).toEqual(PARTS)
    expect(closings(steps).map((closing) => Object.keys(closing?.counts ?? {}))).toEqual([PARTS])
  })

  it('reports its parts in one order even if the run fails', async () => {
    const steps = fakes({
      collectBinance: late(refused, 2),
      collectCoinGecko: late(refused),
      collectFearGreed: refused,
      compareSpotPrices: refused,
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('failed')
    expect(Object.keys(ending.counts)).toEqual(Object.keys(SOURCES))
    expect(ending.error?.message.split(' | ').map((message) => message.split(':')[0])).toEqual(
      Object.keys(SOURCES),
    )
  })

  it('runs only metrics and record if another run holds the lock', async () => {
    const skipped = { type: 'AlreadyRunning', message: 'already running: crypto-forecast-1' }
    const steps = fakes({
      openCryptoForecast: () => Promise.resolve({ skipped: { reason: failureReason(skipped) } }),
    })
    const { ending } = await runOnce(steps)
    expect(ending).toEqual({ outcome: 'skipped', counts: {}, error: skipped })
    expect(steps.calls.map(({ step }) => step)).toEqual([
      'openCryptoForecast',
      'writeMetricsFile',
      'closeCryptoForecast',
    ])
  })
})

describe('a source that fails for good', () => {
  it.each(Object.entries(SOURCES))(
    'continues as a partial run when %s fails for good',
    async (name, step) => {
      const steps = fakes({ [step]: refused })
      const { ending } = await runOnce(steps)
      const { [name]: failed, ...rest } = ending.counts
      expect(ending.outcome).toBe('partial')
      expect(failed).toEqual({
        outcome: 'failed',
        fetched: 0,
        written: 0,
        rejected: 0,
        why: ['UpstreamRejected: The upstream refuses the question.'],
      })
      expect(Object.keys(rest)).toEqual(PARTS.filter((part) => part !== name && part !== 'mlflow'))
      for (const counts of Object.values(rest))
        expect(counts).toMatchObject({ outcome: 'complete', written: ROWS })
      expect(steps.callsOf(step)).toHaveLength(1)
    },
  )

  it('still computes prices from the other price source if Fear & Greed came', async () => {
    const steps = fakes({ collectBinance: refused, collectCoinGecko: refused, compareSpotPrices: refused })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(outcomes(ending)).toEqual({
      binance: 'failed',
      coingecko: 'failed',
      'fear-greed': 'complete',
      spot: 'failed',
      prices: 'complete',
      checks: 'complete',
      csv: 'complete',
      forecasts: 'complete',
      scores: 'complete',
    })
  })

  it('fails a run without any source, names each and computes nothing', async () => {
    const why = [textReason('neither source told a price')]
    const silent: Partial<SourceCounts> = { outcome: 'failed', fetched: 0, written: 0, why }
    const steps = fakes({
      collectBinance: refused,
      collectCoinGecko: refused,
      collectFearGreed: refused,
      compareSpotPrices: () => counted(silent),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('failed')
    const reason = 'UpstreamRejected: The upstream refuses the question.'
    const messages = ['binance', 'coingecko', 'fear-greed'].map((name) => `${name}: ${reason}`)
    expect(ending.error?.type).toBe('RunFailed')
    expect(ending.error?.message.split(' | ').sort()).toEqual([
      ...messages,
      'spot: neither source told a price',
    ])
    expect(new Set(steps.calls.map(({ step }) => step))).toEqual(
      new Set(['openCryptoForecast', ...Object.values(SOURCES), 'writeMetricsFile', 'closeCryptoForecast']),
    )
    expect(closings(steps)).toEqual([ending])
  })
})

describe('an activity of our own that fails for good', () => {
  it('makes no forecast when the prices fail, and does the rest with stored rows', async () => {
    const steps = fakes({
      computePrices: () => Promise.reject(new Failure('Conflict', 'A price is not a number.')),
    })
    const { ending } = await runOnce(steps)
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['prices']?.why).toEqual(['Conflict: A price is not a number.'])
    expect(ending.counts['forecasts']).toEqual({
      outcome: 'skipped',
      fetched: 0,
      written: 0,
      rejected: 0,
      why: ['the prices could not be computed'],
    })
    expect(steps.callsOf('forecastPrices')).toEqual([])
    for (const name of ['checks', 'csv', 'scores'] as const) {
      expect(ending.counts[name]?.outcome).toBe('complete')
      expect(steps.callsOf(DERIVED[name])).toHaveLength(1)
    }
  })

  it.each(['checks', 'csv', 'forecasts', 'scores'] as const)(
    'leaves a partial run with all other parts done when %s fail',
    async (name) => {
      const steps = fakes({
        [DERIVED[name]]: () => Promise.reject(new Failure('DiskFull', 'No space left.')),
      })
      const { ending } = await runOnce(steps)
      expect(ending.outcome).toBe('partial')
      expect(ending.counts[name]).toMatchObject({ outcome: 'failed', why: ['DiskFull: No space left.'] })
      for (const [other, { outcome }] of Object.entries(ending.counts))
        expect(outcome, other).toBe(other === name ? 'failed' : 'complete')
      expect(Object.keys(ending.counts)).toEqual(PARTS.filter((part) => part !== 'mlflow'))
      expect(steps.callsOf('reportToMlflow')).toEqual([])
    },
  )

  it('gives up an activity with a defect of ours after five attempts', async () => {
    const steps = fakes({ scorePredictions: () => Promise.reject(new TypeError('undefined is not a price')) })
    const { ending } = await runOnce(steps)
    expect(steps.callsOf('scorePredictions').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5])
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['scores']?.why).toEqual(['Unclassified: TypeError: undefined is not a price'])
  })
})
