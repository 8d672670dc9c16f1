/** A calendar says of each day what is expected and present, and which intervals are missing. */
import { describe, expect, it } from 'vitest'
import { calendarOf, type LineFacts } from '../../../api/gaps/calendar.ts'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'

const at = (moment: string) => Date.parse(`2026-${moment}Z`)
const iso = (ms: number) => new Date(ms).toISOString().slice(5, 16)

const hours = (facts: Partial<LineFacts>): LineFacts => ({
  everyMs: HOUR_MS,
  perInterval: 1,
  fromMs: at('11-01T22:00'),
  untilMs: at('11-02T03:00'),
  present: new Map(),
  known: new Set(),
  ...facts,
})
const there = (...moments: string[]) => new Map(moments.map((moment) => [at(moment), 1]))
const stretches = (facts: LineFacts) =>
  calendarOf(facts).missing.map(({ fromMs, toMs, intervals }) => [iso(fromMs), iso(toMs), intervals])

describe('hours', () => {
  it('are counted by UTC day, from the first to the last that is expected', () => {
    const facts = hours({ present: there('11-01T22:00', '11-01T23:00', '11-02T01:00') })
    expect(calendarOf(facts).days).toEqual([
      { day: '2026-11-01', expected: 2, present: 2, excused: 0 },
      { day: '2026-11-02', expected: 3, present: 1, excused: 0 },
    ])
  })

  it('that are missing in a row are one stretch, the newest first', () => {
    const facts = hours({ present: there('11-01T23:00', '11-02T02:00') })
    expect(stretches(facts)).toEqual([
      ['11-02T00:00', '11-02T02:00', 2],
      ['11-01T22:00', '11-01T23:00', 1],
    ])
  })

  it('that the source does not have are excused, unless another has filled them', () => {
    const known = new Set([at('11-01T22:00'), at('11-01T23:00')])
    const facts = hours({
      known,
      present: there('11-01T22:00', '11-02T00:00', '11-02T01:00', '11-02T02:00'),
    })
    expect(calendarOf(facts)).toEqual({
      days: [
        { day: '2026-11-01', expected: 1, present: 1, excused: 1 },
        { day: '2026-11-02', expected: 3, present: 3, excused: 0 },
      ],
      missing: [],
    })
  })

  it('are missing in part while less is there than an hour counts, and never count more', () => {
    const facts = hours({
      perInterval: 60,
      untilMs: at('11-02T00:00'),
      present: new Map([
        [at('11-01T22:00'), 61],
        [at('11-01T23:00'), 59],
      ]),
    })
    expect(calendarOf(facts).days).toEqual([{ day: '2026-11-01', expected: 120, present: 119, excused: 0 }])
    expect(stretches(facts)).toEqual([['11-01T23:00', '11-02T00:00', 1]])
  })
})

it('a day that is not over is expected only as far as it is there', () => {
  const days = (present: ReadonlyMap<number, number>) =>
    calendarOf({
      ...hours({ present, fromMs: at('11-01T00:00'), untilMs: at('11-02T00:00') }),
      everyMs: DAY_MS,
    }).days
  expect(days(there('11-01T00:00')).map(({ day }) => day)).toEqual(['2026-11-01'])
  expect(days(there('11-02T00:00'))).toEqual([
    { day: '2026-11-01', expected: 1, present: 0, excused: 0 },
    { day: '2026-11-02', expected: 1, present: 1, excused: 0 },
  ])
})

it('a calendar that has not begun is empty', () => {
  expect(calendarOf(hours({ untilMs: at('11-01T22:00') }))).toEqual({ days: [], missing: [] })
})
