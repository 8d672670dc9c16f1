/** Wrong tokens of an address are answered ever more slowly. */
import { beforeEach, describe, expect, it } from 'vitest'
import { createSlowdown, type Slowdown } from '../../../api/access/slowdown.ts'

let nowMs: number
let slowdown: Slowdown
beforeEach(() => {
  nowMs = 0
  slowdown = createSlowdown(() => nowMs)
})

/** Milliseconds until an address may try again. */
function wait(address: string): number {
  const before = nowMs
  for (;;) {
    try {
      slowdown.check(address)
      return nowMs - before
    } catch {
      nowMs += 500
    }
  }
}

describe('the slowdown', () => {
  it('doubles up to a minute, for that address alone', () => {
    const waits = Array.from({ length: 10 }, () => {
      slowdown.wrong('::1')
      slowdown.check('::2')
      return wait('::1')
    })
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })

  it('begins anew after a quarter of an hour', () => {
    for (let n = 0; n < 5; n++) slowdown.wrong('::1')
    nowMs += 16 * 60_000
    slowdown.wrong('::1')
    expect(wait('::1')).toBe(500)
  })

  it('forgets the addresses that were longest quiet beyond ten thousand', () => {
    slowdown.wrong('first')
    slowdown.wrong('second')
    slowdown.wrong('first')
    for (let n = 0; n < 9_999; n++) slowdown.wrong(String(n))
    expect(wait('second')).toBe(0)
    expect(wait('first')).toBe(1_000)
  })
})
