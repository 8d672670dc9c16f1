/** What figures of forecasts become: the numbers of a line, and sentences that claim no more than they show. */
import { describe, expect, it } from 'vitest'
import type { BacktestResult } from '../../../../activities/crypto-forecast/model/backtest.ts'
import {
  storedForecasts,
  testedForecasts,
  type ForecastFigures,
} from '../../../../client/crypto-forecast/figures.ts'
import { figuresTable } from '../../../../cli/crypto-forecast/figures-table.ts'
import { verdicts } from '../../../../client/crypto-forecast/verdicts.ts'

/** A model that is 3 % better than the naive forecast in 512 hours, far beyond chance, with the interval as promised. */
const GOOD: ForecastFigures = {
  crypto: 'bitcoin',
  horizon: '1h',
  modelVersion: 'ridge-1',
  made: 513,
  scored: 512,
  waiting: 1,
  hitRate: 0.5625,
  moved: 512,
  mae: 97,
  naiveMae: 100,
  skill: 0.03,
  gainDeviation: 10,
  coverage: 0.8,
  intervals: 512,
  decisions: { BUY: 3, SELL: 1, HOLD: 509 },
}
const sentence = (change: Partial<ForecastFigures>) => verdicts([{ ...GOOD, ...change }])[0]

describe('the sentence on the naive forecast', () => {
  it('says that a model beats the naive forecast only if the gain is clear of chance', () => {
    expect(sentence({})).toBe(
      'bitcoin 1h: beats the naive forecast (skill 0.030 over 512 forecasts); the 80 % interval held 80.0 % of 512: as promised',
    )
    // Two standard errors of 512 gains that scatter by 34 are 3.005, and by 33.9 they are 2.996.
    expect(sentence({ gainDeviation: 34 })).toContain(
      'is better than the naive forecast (skill 0.030 over 512 forecasts), but not beyond chance',
    )
    expect(sentence({ gainDeviation: 33.9 })).toContain('beats the naive forecast')
  })

  it.each([
    [-0.021, 'skill -0.021'],
    [0, 'skill 0.000'],
    [-Infinity, 'skill -Infinity'],
  ])('says that a model with a skill of %d does not beat the naive forecast', (skill, said) => {
    expect(sentence({ skill })).toContain(`bitcoin 1h: does not beat the naive forecast (${said} over 512`)
  })

  it('counts overlapping daily forecasts made every hour as few', () => {
    const day = { horizon: '24h', gainDeviation: 8 }
    // 512 hours hold 21.3 days: two standard errors are 3.46; of 512 forecasts of an hour they would be 0.71.
    expect(sentence(day)).toContain('not beyond chance')
    expect(sentence({ gainDeviation: 8 })).toContain('beats the naive forecast')
  })

  it.each([
    ['1h', 29, 30],
    ['1h', 0, 30],
    ['24h', 167, 168],
  ])('says that %s with %d scored is too few, and how many are needed', (horizon, scored, needed) => {
    expect(sentence({ horizon, scored, intervals: scored })).toBe(
      `bitcoin ${horizon}: too few to judge (${scored} scored; ${needed} are needed)`,
    )
    expect(sentence({ horizon, scored: needed, intervals: needed })).not.toContain('too few')
  })
})

describe('the sentence on the interval', () => {
  it.each([
    // Two standard errors of 0.8 in 512 are 3.54 points.
    ['1h', 0.71, 'held 71.0 % of 512: too narrow'],
    ['1h', 0.764, 'held 76.4 % of 512: too narrow'],
    ['1h', 0.765, 'held 76.5 % of 512: as promised'],
    ['1h', 0.835, 'held 83.5 % of 512: as promised'],
    ['1h', 0.836, 'held 83.6 % of 512: too wide'],
    // Of 21.3 days they are 17.3 points.
    ['24h', 0.64, 'held 64.0 % of 512 (21 without overlap): as promised'],
    ['24h', 0.62, 'held 62.0 % of 512 (21 without overlap): too narrow'],
  ])('judges the interval of %s by a coverage of %d and its count', (horizon, coverage, said) => {
    expect(sentence({ horizon, coverage })?.split('; ')[1]).toBe(`the 80 % interval ${said}`)
  })

  it('omits the interval if too few forecasts had one', () => {
    expect(sentence({ intervals: 29 })).not.toContain('interval')
    expect(sentence({ intervals: 0, coverage: NaN })).not.toContain('interval')
  })
})

it('names the model if two of them forecast the same coin and horizon, and else omits it', () => {
  const others = [{ modelVersion: 'served-2' }, { horizon: '24h' }].map((change) => ({ ...GOOD, ...change }))
  const subjects = verdicts([GOOD, ...others]).map((line) => line.split(':')[0])
  expect(subjects).toEqual(['bitcoin 1h ridge-1', 'bitcoin 1h served-2', 'bitcoin 24h'])
})

describe('a line of figures', () => {
  it('a line of figures shows shares of the forecasts that each figure counts', () => {
    const counts = { made: 10, scored: 8, moved: 6, hits: 3, intervals: 4, held: 3, buy: 1, sell: 2, hold: 7 }
    const names = { crypto: 'bitcoin', horizon: '1h', modelVersion: 'ridge-1' }
    expect(storedForecasts({ ...names, ...counts, mae: 90, naiveMae: 120, gainDeviation: 5 })).toEqual({
      ...names,
      made: 10,
      scored: 8,
      waiting: 2,
      hitRate: 0.5,
      moved: 6,
      mae: 90,
      naiveMae: 120,
      skill: 0.25,
      gainDeviation: 5,
      coverage: 0.75,
      intervals: 4,
      decisions: { BUY: 1, SELL: 2, HOLD: 7 },
    })
  })

  it('a line of figures shows the scatter of the gains of a backtest over the naive forecast', () => {
    const times = { fittedMs: 0, baseMs: 0, targetMs: 0, decision: 'HOLD', lower: 0, upper: 200 } as const
    // Gains over the naive forecast: 2 - 1 = 1, 2 - 0 = 2, 0 - 3 = -3; their mean is 0, their squares make 14.
    const forecasts = [
      { ...times, predicted: 101, lastPrice: 100, actual: 102 },
      { ...times, predicted: 98, lastPrice: 100, actual: 98 },
      { ...times, predicted: 103, lastPrice: 100, actual: 100 },
    ]
    const decisions = {
      BUY: { count: 0, right: 0 },
      SELL: { count: 0, right: 0 },
      HOLD: { count: 3, right: 1 },
    }
    const result: BacktestResult = {
      horizonMs: 3_600_000,
      count: 3,
      mae: 4 / 3,
      naiveMae: 4 / 3,
      skill: 0,
      hitRate: 1,
      directionCount: 2,
      coverage: 1,
      decisions,
      forecasts,
    }
    const figures = testedForecasts('bitcoin', '1h', result)
    expect(figures.gainDeviation).toBeCloseTo(Math.sqrt(7), 12)
    expect(figures).toMatchObject({ made: 3, scored: 3, waiting: 0, moved: 2, decisions: { HOLD: 3 } })
  })

  it('a line of figures shows errors of any size with four digits, and nothing if nothing is scored', () => {
    const cheap = { ...GOOD, crypto: 'shiba-inu', mae: 0.00000123456, naiveMae: 1234.56 }
    const none = { ...GOOD, scored: 0, moved: 0, intervals: 0, hitRate: NaN, coverage: NaN }
    const rows = figuresTable([cheap, { ...none, mae: NaN, naiveMae: NaN, skill: NaN }], () => 'USD').split(
      '\n',
    )
    expect(rows[1]).toContain('0.000001235')
    expect(rows[1]).toContain('1,235')
    expect(rows[1]).toContain('56.3 % of 512')
    expect(rows[2]?.split(/\s+/)).toEqual(['bitcoin', '1h', 'ridge-1', '513', '0', '1', '3/1/509'])
  })
})
