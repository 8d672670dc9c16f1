/** The league of the demo begins half an hour ago, and goes on where an earlier demo has seen it. */
import { expect, it } from 'vitest'
import { demoLeague } from '../../../../simulator/match-results/demo.ts'

const MINUTE_MS = 60_000
const NOW = Date.UTC(2026, 10, 30, 12)

/** Minutes before now that the passes of a demo see. */
function minutesSeen(seenMinutesAgo?: number): number[] {
  const league = demoLeague(() => new Date(NOW))
  if (seenMinutesAgo !== undefined) league.resume(new Date(NOW - seenMinutesAgo * MINUTE_MS))
  return Array.from({ length: league.passes }, (_, pass) => {
    if (pass > 0) league.nextPass()
    return (NOW - league.clock().getTime()) / MINUTE_MS
  })
}

it('a demo sees each minute of the last half hour, the last one now', () => {
  const all = minutesSeen()
  expect(all).toHaveLength(30)
  expect(all.slice(0, 2)).toEqual([30, 29])
  expect(all.slice(-2)).toEqual([2, 0])
  expect(minutesSeen(45)).toEqual(all)
})

it('a demo sees only what an earlier one has not, and now in any case', () => {
  expect(minutesSeen(5)).toEqual([4, 3, 2, 0])
  expect(minutesSeen(4.5)).toEqual([4, 3, 2, 0])
  expect(minutesSeen(0.1)).toEqual([0])
  expect(minutesSeen(-10)).toEqual([0])
})
