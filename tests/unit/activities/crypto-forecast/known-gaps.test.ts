import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../../core/durations.ts'
import { gapsOf, type AskedPage } from '../../../../activities/crypto-forecast/known-gaps.ts'
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

  it('any number of hours before the first candle are gaps if the response with that candle shows them', () => {
    const asked = [page(0, 999, false), page(1_000, 1_999, false), page(2_000, 2_999)]
    const { gaps, why, reasons } = found([0, 2_500], [2_501, 2_999], asked)
    expect([gaps.length, why, reasons]).toEqual([2_501, 0, BEFORE])
  })

  it('hours before the first candle are no gaps if they end with an empty response', () => {
    expect(found([0, 999], [1_000, 1_500], [page(0, 999, false), page(1_000, 1_500)])).toEqual(DOUBTED)
  })
})
