import { describe, expect, it } from 'vitest'
import { MAX_BAN_MS, MAX_RETRY_MS, resetMs, retryAfterMs } from '../../../upstreams/retry-after.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const EPOCH_S = NOW.getTime() / 1_000

describe('when to ask again', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['delta seconds', { 'retry-after': '30' }, 30_000],
    ['zero is a second: the window is still closed', { 'retry-after': '0' }, 1_000],
    ['negative is a second', { 'retry-after': '-5' }, 1_000],
    ['fractions', { 'retry-after': '2.5' }, 2_500],
    ['more than a quarter of an hour is clamped', { 'retry-after': '86400' }, MAX_RETRY_MS],
    ['an HTTP date', { 'retry-after': 'Sun, 01 Mar 2026 12:01:30 GMT' }, 90_000],
    ['an HTTP date in the past', { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 1_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a number with trailing text', { 'retry-after': '12-' }, undefined],
    ['empty', { 'retry-after': '' }, undefined],
    ['nothing', {}, undefined],
    ['reset in seconds (Modrinth)', { 'x-ratelimit-reset': '42' }, 42_000],
    ['reset as an epoch (GitHub)', { 'x-ratelimit-reset': String(EPOCH_S + 120) }, 120_000],
    ['an epoch in the past', { 'x-ratelimit-reset': String(EPOCH_S - 120) }, 1_000],
    ['the unprefixed header first', { 'ratelimit-reset': '5', 'x-ratelimit-reset': '50' }, 5_000],
    ['Retry-After over the reset', { 'retry-after': '7', 'x-ratelimit-reset': '50' }, 7_000],
    ['the reset if Retry-After is unreadable', { 'retry-after': 'soon', 'x-ratelimit-reset': '50' }, 50_000],
    [
      'the second header if the first is unreadable',
      { 'ratelimit-reset': 'x', 'x-ratelimit-reset': '9' },
      9_000,
    ],
  ])('retries after the delay: %s', (_name, headers, expected) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(expected)
  })

  it('reads the reset alone without Retry-After', () => {
    expect(resetMs(new Headers({ 'retry-after': '7', 'x-ratelimit-reset': '50' }), NOW)).toBe(50_000)
  })

  it.each<[string, Record<string, string>, number]>([
    ['in full', { 'retry-after': '86400' }, 86_400_000],
    ['up to three days', { 'retry-after': '999999999' }, MAX_BAN_MS],
    ['for two minutes if nothing names its end', {}, 120_000],
    ['by an HTTP date', { 'retry-after': 'Sun, 01 Mar 2026 14:00:00 GMT' }, 7_200_000],
  ])('a ban (418) is obeyed %s', (_name, headers, expected) => {
    expect(retryAfterMs(new Headers(headers), NOW, 418)).toBe(expected)
  })

  it('any other refusal is limited to a quarter of an hour', () => {
    expect(retryAfterMs(new Headers({ 'retry-after': '86400' }), NOW, 429)).toBe(MAX_RETRY_MS)
    expect(retryAfterMs(new Headers(), NOW, 429)).toBeUndefined()
  })

  it('measures a named time by the clock of the upstream that named it', () => {
    const aDayAhead = new Date(NOW.getTime() + 86_400_000)
    const inTenMinutes = (NOW.getTime() + 600_000) / 1_000
    const date = NOW.toUTCString()
    expect(resetMs(new Headers({ date, 'x-ratelimit-reset': String(inTenMinutes) }), aDayAhead)).toBe(600_000)
    const until = new Date(NOW.getTime() + 30_000).toUTCString()
    expect(retryAfterMs(new Headers({ date, 'retry-after': until }), aDayAhead)).toBe(30_000)
  })
})
