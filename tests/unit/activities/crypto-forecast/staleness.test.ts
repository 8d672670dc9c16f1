import { describe, expect, it } from 'vitest'
import { staleness } from '../../../../activities/crypto-forecast/make-forecasts.ts'
import { sentence } from '../../../../wording/sentence.ts'

const NEWEST = '2026-07-20T09:00:00Z'
const of = (newest: string | undefined, now: string) => {
  const openMs = Float64Array.from(newest === undefined ? [] : [Date.parse(newest)])
  const reason = staleness({ openMs }, Date.parse(now))
  return reason && sentence(reason)
}

describe('a forecast', () => {
  it.each(['2026-07-20T10:00:00Z', '2026-07-20T10:10:00Z', '2026-07-20T10:59:59.999Z'])(
    'forecasts from the newest closed candle at %s',
    (now) => {
      expect(of(NEWEST, now)).toBeUndefined()
    },
  )

  it('makes no forecast from an older candle, and says how old it is', () => {
    expect(of(NEWEST, '2026-07-20T11:00:00Z')).toBe('no forecast from a candle that is 1 hour old')
    expect(of(NEWEST, '2026-07-21T10:10:00Z')).toBe('no forecast from a candle that is 24 hours old')
  })

  it('makes no forecast without a candle', () => {
    expect(of(undefined, NEWEST)).toBe('no candle to forecast from')
  })
})
