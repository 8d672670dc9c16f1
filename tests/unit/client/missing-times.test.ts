import { describe, expect, it, vi } from 'vitest'
import { missingTimes, type LocalTime } from '../../../client/missing-times.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/durations.ts'
import { LONG_UNIT_MS } from '../../support/bounds.ts'

// Some hundred thousand questions about zones.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const ZONES = Intl.supportedValuesOf('timeZone')
const FIRST_YEAR = 2026
const YEARS = 2
/** Shorter than the time between two changes of any zone. */
const STEP_MS = 10 * DAY_MS

/** What clocks show, as if it were UTC. */
function shownBy(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  })
  return (atMs) => Date.parse(`${format.format(atMs).replace(', ', 'T')}Z`)
}

/** The changes at which clocks go forward: what they show just before, and by how much they jump. */
function jumpsOf(timeZone: string): { from: number; by: number }[] {
  const shown = shownBy(timeZone)
  const offset = (atMs: number) => shown(atMs) - atMs
  const jumps = []
  const end = Date.UTC(FIRST_YEAR + YEARS, 0, 1)
  for (let start = Date.UTC(FIRST_YEAR, 0, 1); start < end; start += STEP_MS) {
    const by = offset(start + STEP_MS) - offset(start)
    if (by <= 0) continue
    let [before, after] = [start, start + STEP_MS]
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS
      if (offset(middle) === offset(start)) before = middle
      else after = middle
    }
    jumps.push({ from: after + offset(start), by })
  }
  return jumps
}

const moment = ({ year, month, day, hour, minute }: LocalTime) => Date.UTC(year, month - 1, day, hour, minute)
const text = (atMs: number) => new Date(atMs).toISOString().slice(0, 16)

describe('a time of day that the clocks jump over', () => {
  it.each([
    ['Europe/Paris', 2, 0, ['2026-03-29T03:00', '2027-03-28T03:00']],
    ['Europe/Paris', 2, 59, ['2026-03-29T03:59', '2027-03-28T03:59']],
    ['Europe/Paris', 3, 0, []],
    ['Europe/Paris', 1, 59, []],
    ['America/New_York', 2, 30, ['2026-03-08T03:30', '2027-03-14T03:30']],
    ['Australia/Lord_Howe', 2, 0, ['2026-10-04T02:30', '2027-10-03T02:30']],
    ['Africa/Cairo', 0, 30, ['2026-04-24T01:30', '2027-04-30T01:30']],
    ['UTC', 2, 0, []],
  ])('is another one on that day: %s, %i:%i', (timezone, hour, minute, expected) => {
    const found = missingTimes({ hour, minute, timezone }, FIRST_YEAR, YEARS)
    expect(found.map((one) => text(moment(one)))).toEqual(expected)
  })

  /** Returns how many changes there are. */
  function comparesAll(zones: string[]): number {
    let jumps = 0
    for (const timezone of zones) {
      const expected = jumpsOf(timezone).flatMap(({ from, by }) => {
        jumps++
        const at = Math.floor(from / DAY_MS) * DAY_MS + 2 * 60 * MINUTE_MS
        return at >= from && at < from + by ? [text(at + by)] : []
      })
      const found = missingTimes({ hour: 2, minute: 0, timezone }, FIRST_YEAR, YEARS)
      expect(
        found.map((one) => text(moment(one))),
        timezone,
      ).toEqual(expected)
    }
    return jumps
  }

  it('is found at each change of every eighth zone of the world, for the default time, and at no other', () => {
    expect(comparesAll(ZONES.filter((_, place) => place % 8 === 0))).toBeGreaterThan(20)
  })

  it(
    'is found at each change of each zone of the world, for the default time, and at no other',
    { tags: 'long' },
    () => {
      expect(comparesAll(ZONES)).toBeGreaterThan(100)
    },
  )
})
