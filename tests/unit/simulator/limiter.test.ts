import { describe, expect, it } from 'vitest'
import { createLimiter } from '../../../simulator/limiter.ts'

describe('the rate limiter', () => {
  it('the rate limiter allows a burst, then refuses, and says when the next request may come', () => {
    const limiter = createLimiter({ limit: 300, periodMs: 60_000 })
    const burst = Array.from({ length: 301 }, () => limiter('a', 0))
    expect(burst.every(({ allowed }) => allowed)).toBe(true)
    expect(burst.slice(0, 2).map(({ remaining }) => remaining)).toEqual([299, 298])
    expect(burst.at(-1)?.remaining).toBe(0)
    expect(limiter('a', 0)).toEqual({ allowed: false, remaining: 0, retryAfterMs: 200, resetMs: 60_200 })
    expect(limiter('a', 199).allowed).toBe(false)
    expect(limiter('a', 200).allowed).toBe(true)
    expect(limiter('a', 200).allowed).toBe(false)
  })

  it('the rate limiter is full again after its period', () => {
    const limiter = createLimiter({ limit: 10, periodMs: 1_000 })
    for (let request = 0; request < 20; request += 1) limiter('a', 0)
    expect(limiter('a', 1_200).remaining).toBeGreaterThanOrEqual(9)
  })

  it('the rate limiter counts each client separately', () => {
    const limiter = createLimiter({ limit: 1, periodMs: 1_000 })
    limiter('a', 0)
    limiter('a', 0)
    expect(limiter('a', 0).allowed).toBe(false)
    expect(limiter('b', 0).allowed).toBe(true)
  })
})
