import { describe, expect, it } from 'vitest'
import { sentence } from '../../../../wording/sentence.ts'
import { HOUR_MS } from '../../../../core/durations.ts'
import {
  gapsOf,
  silentPairs,
  type AskedPage,
  type BrokenHour,
} from '../../../../activities/crypto-forecast/known-gaps.ts'
const START = Date.parse('2026-03-01T00:00:00Z')
const hours = (from: number, to: number) => ({
  crypto: 'bitcoin',
  fromMs: START + from * HOUR_MS,
  toMs: START + to * HOUR_MS,
})
const page = (from: number, to: number, isTrusted = true): AskedPage => ({ ...hours(from, to), isTrusted })
const found = (missing: [number, number], held: [number, number] | undefined, asked: AskedPage[]) => {
  const of = new Map(held === undefined ? [] : [['bitcoin', hours(...held)]])
  const { gaps, why } = gapsOf({ missing: [hours(...missing)], held: of, asked })
  return {
    gaps: gaps.map(({ hour }) => (hour - START) / HOUR_MS),
    why: why.length,
    reasons: new Set(gaps.map(({ reason }) => reason)),
  }
}
const NONE = { gaps: [], why: 0, reasons: new Set() }
const DOUBTED = { ...NONE, why: 1 }
const INSIDE = new Set(['the exchange has no candle of this hour'])
const BEFORE = new Set(['before the first candle of the pair'])

describe('missing hours', () => {
  it('hours missing between the candles of a response are gaps', () => {
    expect(found([10, 11], [0, 500], [page(0, 500)])).toEqual({ gaps: [10, 11], why: 0, reasons: INSIDE })
  })

  it('hours missing over two responses are gaps', () => {
    expect(found([999, 1_000], [0, 1_500], [page(0, 999), page(1_000, 1_500)]).gaps).toEqual([999, 1_000])
  })

  it('hours are no gaps if one response was empty or had a rejected row', () => {
    expect(found([10, 11], [0, 500], [page(10, 12, false)])).toEqual(DOUBTED)
    expect(found([999, 1_000], [0, 1_500], [page(0, 999), page(1_000, 1_500, false)])).toEqual(DOUBTED)
  })

  it('hours that were not requested are no gaps', () => {
    expect(found([10, 11], [0, 500], [page(20, 30)])).toEqual(DOUBTED)
    expect(found([10, 11], [0, 500], [{ ...page(0, 500), crypto: 'ethereum' }])).toEqual(DOUBTED)
  })

  it('hours after the newest candle, and before any candle, are no gaps yet', () => {
    expect(found([10, 11], [0, 9], [page(0, 11)])).toEqual(NONE)
    expect(found([0, 11], undefined, [page(0, 11, false)])).toEqual(NONE)
  })

  it('more than three days are too many for a gap', () => {
    expect(found([10, 81], [0, 500], [page(0, 500)]).gaps).toHaveLength(72)
    expect(found([10, 82], [0, 500], [page(0, 500)])).toEqual(DOUBTED)
  })

  const framing = (from: number, to: number, first: number, last: number): AskedPage => ({
    ...page(from, to),
    firstMs: START + first * HOUR_MS,
    lastMs: START + last * HOUR_MS,
  })
  const empty = (from: number, to: number): AskedPage => ({ ...page(from, to, false), isEmpty: true })

  it('any number of hours between two candles of one response are gaps', () => {
    expect(found([10, 400], [0, 500], [framing(9, 401, 9, 401)]).gaps).toHaveLength(391)
    expect(found([10, 400], [0, 500], [framing(9, 401, 401, 401)])).toEqual(DOUBTED)
    expect(found([10, 400], [0, 500], [framing(9, 401, 9, 9)])).toEqual(DOUBTED)
  })

  it('any number of hours over empty responses are gaps if candles frame them', () => {
    const asked = [framing(9, 1_008, 9, 9), empty(1_009, 2_008), framing(2_009, 2_501, 2_501, 2_501)]
    expect(found([10, 2_500], [0, 3_000], asked).gaps).toHaveLength(2_491)
    expect(found([10, 2_500], [0, 3_000], [...asked.slice(0, 1), page(1_009, 2_501, false)])).toEqual(DOUBTED)
  })

  it('an hour whose row is broken is a gap once the exchange repeats the row, and no fault of the others', () => {
    const broken = (isRepeated: boolean): BrokenHour => ({
      ...{ crypto: 'bitcoin', hour: START + 10 * HOUR_MS, reason: '(row): is not an hour long', isRepeated },
    })
    const gaps = (isRepeated: boolean) =>
      gapsOf({
        missing: [hours(10, 11)],
        held: new Map([['bitcoin', hours(0, 500)]]),
        asked: [page(0, 500)],
        broken: [broken(isRepeated)],
      })
    expect(gaps(false)).toEqual({
      gaps: [{ crypto: 'bitcoin', hour: START + 11 * HOUR_MS, reason: [...INSIDE][0] }],
      why: [],
    })
    expect(gaps(true).gaps.map(({ reason }) => reason)).toEqual([
      "the exchange's candle (row): is not an hour long",
      [...INSIDE][0],
    ])
  })

  it('any number of hours before the first candle are gaps if the response with that candle shows them', () => {
    const asked = [page(0, 999, false), page(1_000, 1_999, false), page(2_000, 2_999)]
    const { gaps, why, reasons } = found([0, 2_500], [2_501, 2_999], asked)
    expect([gaps.length, why, reasons]).toEqual([2_501, 0, BEFORE])
  })

  it('hours before the first candle are no gaps if they end with an empty response', () => {
    expect(found([0, 999], [1_000, 1_500], [page(0, 999, false), page(1_000, 1_500)])).toEqual(DOUBTED)
  })
})

describe('a pair of which the exchange tells nothing', () => {
  const silent = (missing: [number, number], held?: [number, number]) =>
    silentPairs(
      {
        missing: [hours(...missing)],
        held: new Map(held === undefined ? [] : [['bitcoin', hours(...held)]]),
      },
      START + 100 * HOUR_MS,
      () => 'BTCUSDT',
    ).map((one) => sentence(one))

  it('is named with the hour of its last word, from three hours on', () => {
    expect(silent([98, 100], [0, 97])).toEqual([
      'Binance has had no candle of BTCUSDT since 2026-03-05T02:00Z (3 hours): if the pair was delisted, set another symbol in almanac.yaml or remove the coin',
    ])
    expect(silent([99, 100], [0, 98])).toEqual([])
  })

  it('is named if it never had a candle', () => {
    expect(silent([0, 100])).toHaveLength(1)
  })

  it('is not named for a hole in the past', () => {
    expect(silent([10, 50], [0, 100])).toEqual([])
    expect(silent([10, 50], [0, 9])).toEqual([])
  })
})
