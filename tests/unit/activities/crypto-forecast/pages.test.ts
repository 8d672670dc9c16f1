import { cryptoForecast } from '../../../../pipelines/crypto-forecast.ts'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../../core/durations.ts'
import { pagesOf, wantedHours } from '../../../../activities/crypto-forecast/binance-candles.ts'
const START = Date.parse('2026-03-01T00:00:00Z')
/** Hours counted from the start, both included. */
const hours = (from: number, to: number, crypto = 'bitcoin') => ({
  crypto,
  fromMs: START + from * HOUR_MS,
  toMs: START + to * HOUR_MS,
})

describe('the pages of missing hours', () => {
  it('requests no page if no hour is missing', () => {
    expect(pagesOf([])).toEqual([])
  })

  it('requests pages of a thousand hours each, and the rest', () => {
    expect(pagesOf([hours(0, 2_499)])).toEqual([hours(0, 999), hours(1_000, 1_999), hours(2_000, 2_499)])
  })

  it('requests one page for exactly a thousand missing hours, and two beyond', () => {
    expect(pagesOf([hours(0, 999)])).toEqual([hours(0, 999)])
    expect(pagesOf([hours(0, 1_000)])).toEqual([hours(0, 999), hours(1_000, 1_000)])
  })

  it('requests several stretches in one page as long as one response can hold them', () => {
    expect(pagesOf([hours(3, 3), hours(10, 12), hours(990, 1_010)])).toEqual([
      hours(3, 1_002),
      hours(1_003, 1_010),
    ])
  })

  it('a page begins at a wanted hour, so that a long time between two stretches is not requested', () => {
    expect(pagesOf([hours(0, 0), hours(5_000, 5_001)])).toEqual([hours(0, 0), hours(5_000, 5_001)])
  })

  it('a page is of one coin', () => {
    expect(pagesOf([hours(0, 1), hours(0, 1, 'ethereum'), hours(5, 5, 'ethereum')])).toEqual([
      hours(0, 1),
      hours(0, 5, 'ethereum'),
    ])
  })

  it('requests every missing hour once', () => {
    const stretches = [hours(0, 700), hours(702, 1_500), hours(1_502, 4_000), hours(9_000, 9_000)]
    const asked = new Map<number, number>()
    for (const { fromMs, toMs } of pagesOf(stretches)) {
      expect((toMs - fromMs) / HOUR_MS).toBeLessThan(1_000)
      for (let at = fromMs; at <= toMs; at += HOUR_MS) asked.set(at, (asked.get(at) ?? 0) + 1)
    }
    for (const { fromMs, toMs } of stretches)
      for (let at = fromMs; at <= toMs; at += HOUR_MS) expect(asked.get(at)).toBe(1)
  })
})

describe('the wanted hours', () => {
  const settings = cryptoForecast.section.parse({ history_days: 60, coins: [{ id: 'bitcoin', code: 'BTC' }] })
  const at = (moment: string, backfill?: { from: string; to: string }) => {
    const { fromMs, toMs } = wantedHours(
      { settings, clock: () => new Date(moment) },
      backfill && { ...backfill, onlyMissing: false },
    )
    return [new Date(fromMs).toISOString(), new Date(toMs).toISOString()]
  }

  it('the wanted hours end with the newest closed hour and lie within the kept history', () => {
    const [from = '', to] = at('2026-07-20T10:10:00Z')
    expect(to).toBe('2026-07-20T09:00:00.000Z')
    expect(from).toBe('2026-05-21T11:00:00.000Z')
    expect(Date.parse('2026-07-20T10:10:00Z') - Date.parse(from)).toBeLessThanOrEqual(60 * DAY_MS)
  })

  it('the wanted hours end an hour earlier one moment before the hour closes', () => {
    expect(at('2026-07-20T09:59:59.999Z')[1]).toBe('2026-07-20T08:00:00.000Z')
    expect(at('2026-07-20T10:00:00.000Z')[1]).toBe('2026-07-20T09:00:00.000Z')
  })

  it('the wanted hours of a backfill are full, closed hours within the request', () => {
    const backfill = { from: '2026-07-01T00:30:00Z', to: '2026-07-02T05:30:00Z' }
    expect(at('2026-07-20T10:10:00Z', backfill)).toEqual([
      '2026-07-01T01:00:00.000Z',
      '2026-07-02T05:00:00.000Z',
    ])
    const ahead = { from: '2026-07-20T00:00:00Z', to: '2027-01-01T00:00:00Z' }
    expect(at('2026-07-20T10:10:00Z', ahead)[1]).toBe('2026-07-20T09:00:00.000Z')
  })
})
