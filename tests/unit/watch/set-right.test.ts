/** A clock that was ahead and is set right: the watch goes on at once. */
import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { follow } from '../../../watch/alerts.ts'
import type { Finding } from '../../../watch/finding.ts'
import { setRight } from '../../../watch/set-right.ts'
import type { WatchState } from '../../../watch/state.ts'
import { reason } from '../../../wording/reason.ts'

const NOW = Date.parse('2026-11-02T00:00:00Z')
const FINDING: Finding = {
  key: 'unsound it',
  kind: 'unsound',
  pipeline: 'it',
  what: reason('alert-unsound', { pipeline: 'it', breaches: [], others: 0 }),
}
const at = (now: number) => ({ now, mute: new Set<never>(), silences: [] })
const stateAt = (lookedAt: number, change: Partial<WatchState> = {}): WatchState => ({
  since: NOW - DAY_MS,
  lookedAt,
  alerts: {},
  space: {},
  waiting: [],
  newsUntil: {},
  ...change,
})

it('what was found first while it was a day ahead is told after its hold-off', () => {
  const ahead = NOW + DAY_MS
  const state = setRight(stateAt(ahead, { alerts: follow({}, [FINDING], at(ahead)).alerts }), NOW)
  const told = follow(state.alerts, [FINDING], at(NOW + 11 * MINUTE_MS)).messages
  expect(told.map(({ event }) => event)).toEqual(['began'])
})

it('what ended while it was ahead is over, and took no negative time', () => {
  const began = follow(
    follow({}, [FINDING], at(NOW - HOUR_MS)).alerts,
    [FINDING],
    at(NOW - 40 * MINUTE_MS),
  ).alerts
  const ended = follow(began, [], at(NOW + DAY_MS)).alerts
  const { alerts } = setRight(stateAt(NOW + DAY_MS, { alerts: ended }), NOW)
  const [over] = follow(alerts, [], at(NOW + 11 * MINUTE_MS)).messages
  expect(over?.event).toBe('over')
  expect(over === undefined ? 0 : over.at - over.since).toBeGreaterThan(0)
})

it('what a channel did not take is tried as soon as it would have been', () => {
  const waiting = [
    { id: 'x', channel: 'c', message: {} as never, tries: 1, nextAt: NOW + DAY_MS + MINUTE_MS },
  ]
  expect(setRight(stateAt(NOW + DAY_MS, { waiting }), NOW).waiting[0]?.nextAt).toBe(NOW + MINUTE_MS)
})

it('a state of a right clock is left as it is', () => {
  const state = stateAt(NOW - MINUTE_MS)
  expect(setRight(state, NOW)).toBe(state)
})
