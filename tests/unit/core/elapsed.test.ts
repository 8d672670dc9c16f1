/** Spans measured on a clock that people set. */
import { expect, it } from 'vitest'
import { isWithin } from '../../../core/elapsed.ts'

it.each([
  [0, 59, true],
  [0, 60, false],
  [100, 60, false],
  [-Infinity, 0, false],
])('a moment at %d counts at %d as within 60: %s', (at, now, is) => {
  expect(isWithin(at, now, 60)).toBe(is)
})
