/** Numbers, moments and ages as a reader writes them. */
import { describe, expect, it } from 'vitest'
import { formatIn } from '../../../dashboard/format.ts'

const english = formatIn('en-GB', 'UTC')
const french = formatIn('fr-FR', 'Europe/Paris')
const AT = Date.UTC(2026, 10, 29, 23, 5)
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Intl writes narrow and non-breaking spaces. */
const spaced = (text: string) => text.replaceAll(/\s/g, ' ')

describe('a moment', () => {
  it('names its zone', () => {
    expect(english.moment(AT)).toBe('29 Nov 2026, 23:05 UTC')
    expect(spaced(french.moment(AT))).toBe('30 nov. 2026, 00:05 UTC+1')
  })

  it('is a day of UTC in every zone if it is a day', () => {
    expect(english.day('2026-11-29')).toBe('29 Nov 2026')
    expect(spaced(formatIn('fr-FR', 'America/New_York').day('2026-11-29'))).toBe('29 nov. 2026')
  })
})

describe('an age', () => {
  it.each([
    [AT - 59_000, '59 seconds ago'],
    [AT - 3 * MINUTE_MS, '3 minutes ago'],
    [AT - 25 * HOUR_MS, '1 day ago'],
    [AT + 2 * HOUR_MS, 'in 2 hours'],
  ])('of %d is %s', (at, told) => {
    expect(english.age(at, AT)).toBe(told)
  })
})

describe('a duration', () => {
  it.each([
    [0, '< 1 s'],
    [999, '< 1 s'],
    [59_000, '59 s'],
    [80_000, '1 min 20 s'],
    [HOUR_MS, '1 h'],
    [24 * HOUR_MS, '1 d'],
    [49 * HOUR_MS + 59 * MINUTE_MS, '2 d 2 h'],
  ])('of %d ms is %s', (ms, told) => {
    // The abbreviations of units differ between versions of ICU.
    const letters = english.duration(ms).replaceAll(/(?<=\d)\s*(d|h|min|s)[a-z]*/g, ' $1')
    expect(spaced(letters)).toBe(told)
  })
})

describe('a number', () => {
  it('has the digits that its value has', () => {
    expect(english.number(1_234_567)).toBe('1,234,567')
    expect(english.number(0.123456789)).toBe('0.12345679')
    expect(english.compact(1_250_000)).toBe('1.25m')
    expect(spaced(french.number(1234.5))).toBe('1 234,5')
  })
})

describe('on the days when clocks change', () => {
  const format = formatIn('en-GB', 'Europe/Paris')
  const hours = (from: string) =>
    Array.from({ length: 4 }, (_, hour) =>
      format.clock(Date.parse(from) + hour * 3_600_000).slice('25 Oct 2026, '.length),
    )

  it('the hour that comes twice says which of both it is', () => {
    expect(hours('2026-10-24T23:00:00Z')).toEqual(['01:00', '02:00 CEST', '02:00 CET', '03:00'])
    expect(format.clock('2026-10-25T00:00:00Z')).toBe(format.moment('2026-10-25T00:00:00Z'))
  })

  it('the hour that does not come is left out', () => {
    expect(hours('2026-03-29T00:00:00Z')).toEqual(['01:00', '03:00', '04:00', '05:00'])
  })
})
