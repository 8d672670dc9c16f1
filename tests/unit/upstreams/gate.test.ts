import { describe, expect, it } from 'vitest'
import { createGate, UNNAMED_DELAY_MS, type GateOptions } from '../../../upstreams/gate.ts'
import type { Sleep } from '../../../upstreams/sleep.ts'
import { calm, rejection } from './loopback.ts'

/** A gate on a clock that moves only when somebody sleeps. */
function gateInTest(options: Partial<GateOptions> = {}) {
  let now = 1_000_000
  const slept: number[] = []
  const sleep: Sleep = (ms, signal) => {
    signal.throwIfAborted()
    slept.push(ms)
    now += ms
    return Promise.resolve()
  }
  const gate = createGate({ reserve: 0, clock: () => new Date(now), elapsed: () => now, sleep, ...options })
  return { gate, slept }
}

const quota = (remaining: number, resetSeconds: number): Headers =>
  new Headers({ 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': String(resetSeconds) })

describe('the gate of an upstream', () => {
  it('lets requests through at once while nothing is known', async () => {
    const { gate, slept } = gateInTest()
    for (let turn = 0; turn < 20; turn += 1) (await gate.wait(calm()))()
    expect(slept).toEqual([])
  })

  it('waits for the reset when only the reserve is left, and continues after it', async () => {
    const { gate, slept } = gateInTest({ reserve: 10 })
    const leave = await gate.wait(calm())
    gate.observe(quota(10, 42), 200)
    leave()
    ;(await gate.wait(calm()))()
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([42_000])
  })

  it('spends what is left down to the reserve without another header', async () => {
    const { gate, slept } = gateInTest({ reserve: 2 })
    const leave = await gate.wait(calm())
    gate.observe(quota(5, 30), 200)
    leave()
    for (let turn = 0; turn < 3; turn += 1) (await gate.wait(calm()))()
    expect(slept).toEqual([])
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([30_000])
  })

  it('counts its own requests in flight against the remaining quota', async () => {
    const { gate, slept } = gateInTest({ concurrency: 8 })
    const turns = await Promise.all([1, 2, 3].map(() => gate.wait(calm())))
    gate.observe(quota(3, 20), 200)
    turns[0]?.()
    // Two of the three are taken by the requests still in flight.
    await gate.wait(calm())
    expect(slept).toEqual([])
    await gate.wait(calm())
    expect(slept).toEqual([20_000])
  })

  it.each<[string, number, Record<string, string>, number]>([
    ['a 429 with Retry-After', 429, { 'retry-after': '12' }, 12_000],
    ['a 429 with the reset alone', 429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '33' }, 33_000],
    ['a 429 that says nothing', 429, {}, UNNAMED_DELAY_MS],
    ['a 503 with Retry-After', 503, { 'retry-after': '4' }, 4_000],
  ])('stays closed after %s', async (_name, status, headers, expected) => {
    const { gate, slept } = gateInTest()
    const leave = await gate.wait(calm())
    gate.observe(new Headers(headers), status)
    leave()
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([expected])
  })

  it('stays open after an ordinary 503', async () => {
    const { gate, slept } = gateInTest()
    gate.observe(new Headers(), 503)
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([])
  })

  it('stays closed for the configured delay if a refusal names none', async () => {
    const { gate, slept } = gateInTest({ unnamedDelayMs: 60_000 })
    gate.observe(new Headers(), 429)
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([60_000])
  })

  it('stays closed for the whole of a ban (418), longer than any other refusal', async () => {
    const { gate, slept } = gateInTest()
    gate.observe(new Headers({ 'retry-after': '172800' }), 418)
    expect(await rejection(gate.wait(calm()))).toMatchObject({
      type: 'RateLimited',
      retryAfterMs: 172_800_000,
    })
    expect(slept).toEqual([])
  })

  it('closes for as long as a client read, and a shorter time does not open it', async () => {
    const { gate, slept } = gateInTest()
    gate.closeFor(30_000)
    gate.closeFor(10_000)
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([30_000])
  })

  it('opens when its time is over, also if the clock was a month ahead when it closed', async () => {
    let machineMs = Date.parse('2026-03-31T00:00:00Z')
    const { gate, slept } = gateInTest({ clock: () => new Date(machineMs), minIntervalMs: 2_000 })
    const leave = await gate.wait(calm())
    gate.observe(quota(0, 30), 200)
    leave()
    machineMs = Date.parse('2026-03-01T00:00:00Z')
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([30_000])
  })

  it('returns a wait that is too long as RateLimited, with the delay', async () => {
    const { gate, slept } = gateInTest({ concurrency: 1 })
    gate.observe(quota(0, 600), 200)
    expect(await rejection(gate.wait(calm()))).toMatchObject({ type: 'RateLimited', retryAfterMs: 600_000 })
    expect(slept).toEqual([])
    // The refused caller left its place.
    expect(await rejection(gate.wait(calm()))).toMatchObject({ type: 'RateLimited' })
  })

  it('keeps requests apart, counted from the end of the one before', async () => {
    const { gate, slept } = gateInTest({ concurrency: 1, minIntervalMs: 2_000 })
    ;(await gate.wait(calm()))()
    ;(await gate.wait(calm()))()
    ;(await gate.wait(calm()))()
    expect(slept).toEqual([2_000, 2_000])
  })

  it('the gate never exceeds its concurrency, first come first served', async () => {
    const { gate } = gateInTest({ concurrency: 2 })
    let open = 0
    let most = 0
    const order: number[] = []
    const turn = async (number: number): Promise<void> => {
      const leave = await gate.wait(calm())
      order.push(number)
      open += 1
      most = Math.max(most, open)
      await Promise.resolve()
      open -= 1
      leave()
    }
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map(turn))
    expect(most).toBe(2)
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('an aborted waiter leaves the queue with its reason, and the gate serves the next', async () => {
    const { gate } = gateInTest({ concurrency: 1 })
    const leave = await gate.wait(calm())
    const controller = new AbortController()
    const reason = new Error('cancelled by the run')
    const second = rejection(gate.wait(controller.signal))
    const third = gate.wait(calm())
    controller.abort(reason)
    expect(await second).toBe(reason)
    leave()
    ;(await third)()
    ;(await gate.wait(calm()))()
  })

  it('ends a wait for the reset on abort, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled while waiting')
    const sleep: Sleep = (_ms, signal) => {
      controller.abort(reason)
      signal.throwIfAborted()
      return Promise.resolve()
    }
    const { gate } = gateInTest({ concurrency: 1, sleep })
    gate.observe(quota(0, 5), 200)
    expect(await rejection(gate.wait(controller.signal))).toBe(reason)
  })
})

describe('what a gate has heard', () => {
  const at = (ms: number) => new Date(1_000_000 + ms)

  it('is nothing before the first answer, and no budget if an answer has none', () => {
    const { gate } = gateInTest()
    expect(gate.heard()).toBeUndefined()
    gate.observe(new Headers(), 200)
    expect(gate.heard()).toEqual({ at: at(0) })
  })

  it('is the budget until the true end of its window, which the gate itself does not wait for', () => {
    const { gate } = gateInTest()
    gate.observe(new Headers({ ...Object.fromEntries(quota(7, 3_000)), 'x-ratelimit-limit': '60' }), 200)
    gate.observe(new Headers(), 500)
    expect(gate.heard()).toEqual({
      at: at(0),
      budget: { limit: 60, remaining: 7, resetsAt: at(3_000_000) },
    })
  })

  it.each([['1e400'], ['9'.repeat(400)], ['1.5']])('is no budget if %s should remain', (remaining) => {
    const { gate } = gateInTest()
    gate.observe(new Headers({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '5' }), 200)
    expect(gate.heard()?.budget).toBeUndefined()
  })

  it('is the refusal that closed it, and for how long', async () => {
    const { gate } = gateInTest()
    gate.observe(new Headers({ 'retry-after': '30' }), 429)
    const closed = { at: at(0), until: at(30_000), status: 429 }
    expect(gate.heard()?.closed).toEqual(closed)
    gate.closeFor(10_000)
    expect(gate.heard()?.closed).toEqual(closed)
    ;(await gate.wait(calm()))()
    gate.closeFor(5_000)
    expect(gate.heard()?.closed).toEqual({ at: at(30_000), until: at(35_000), status: undefined })
  })
})
