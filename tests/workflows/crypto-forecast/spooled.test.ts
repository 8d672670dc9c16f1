/** Runs of crypto-forecast whose rows lie in the spool, and runs that compute what follows from them once they came out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSpooled } from '../../../core/run-outcome.ts'
import { startTimeSkipping, type TimeSkipping } from '../../support/time-skipping.ts'
import {
  closings,
  counted,
  DERIVED,
  fakeCryptoSteps,
  outcomes,
  refused,
  ROWS,
  runCryptoForecast,
  SOURCES,
} from './fake-crypto-steps.ts'

let time: TimeSkipping
beforeAll(async () => {
  time = await startTimeSkipping()
})
afterAll(async () => {
  await time.stop()
})

const spooled = async () => withSpooled(await counted({ written: 0 }), ROWS)

describe('a source with spooled rows', () => {
  it.each(Object.entries(SOURCES))(
    'leaves to the drain all that is computed from spooled rows of %s',
    async (source, step) => {
      const steps = fakeCryptoSteps(time, { [step]: spooled })
      const { ending } = await runCryptoForecast(time, steps)
      const expected = Object.keys(SOURCES).map((name) => [name, name === source ? 'partial' : 'complete'])
      expect(outcomes(ending)).toEqual({ ...Object.fromEntries(expected), prices: 'skipped' })
      expect(ending.outcome).toBe('partial')
      expect(ending.counts[source]).toMatchObject({ spooled: ROWS, written: 0 })
      expect(ending.counts['prices']?.why).toEqual([
        'left to the drain: rows of this run are in the spool, and the rest is computed from them',
      ])
      for (const derived of Object.values(DERIVED)) expect(steps.callsOf(derived), derived).toEqual([])
      expect(closings(steps)).toEqual([ending])
    },
  )

  it('spooled rows are no failure, even if every other source fails', async () => {
    const steps = fakeCryptoSteps(time, {
      collectBinance: spooled,
      collectCoinGecko: refused,
      collectFearGreed: refused,
      compareSpotPrices: refused,
    })
    const { ending } = await runCryptoForecast(time, steps)
    expect(ending.outcome).toBe('partial')
  })
})

describe('a run after a drain', () => {
  it('a run after a drain contacts no source and recomputes all derived rows', async () => {
    const steps = fakeCryptoSteps(time)
    const { ending } = await runCryptoForecast(time, steps, { derive: true })
    for (const source of Object.values(SOURCES)) expect(steps.callsOf(source), source).toEqual([])
    expect(ending.outcome).toBe('complete')
    expect(Object.keys(ending.counts)).toEqual(Object.keys(DERIVED))
    for (const derived of Object.values(DERIVED)) expect(steps.callsOf(derived), derived).toHaveLength(1)
  })
})
