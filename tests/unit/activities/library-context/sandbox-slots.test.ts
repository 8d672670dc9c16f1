/** Slots: each number once, in the order of requests, none lost. */
import { describe, expect, it } from 'vitest'
import { createSlots } from '../../../../activities/library-context/contextmaker/slots.ts'

const never = new AbortController().signal

describe('slots', () => {
  it('slots are all different until one is released', async () => {
    const slots = createSlots(3)
    const taken = await Promise.all([slots.take(never), slots.take(never), slots.take(never)])
    expect(taken.map(({ slot }) => slot).sort()).toEqual([0, 1, 2])
  })

  it('slots go to waiters in the order of their requests', async () => {
    const slots = createSlots(1)
    const first = await slots.take(never)
    const order: string[] = []
    const second = slots.take(never).then((taken) => (order.push('second'), taken))
    const third = slots.take(never).then((taken) => (order.push('third'), taken))
    first.release()
    ;(await second).release()
    await third
    expect(order).toEqual(['second', 'third'])
  })

  it('slots are released once, however often release is called', async () => {
    const slots = createSlots(1)
    const first = await slots.take(never)
    first.release()
    first.release()
    await slots.take(never)
    const waits = new AbortController()
    const second = slots.take(waits.signal)
    waits.abort(new Error('still waiting'))
    await expect(second).rejects.toThrow('still waiting')
  })

  it('slots are not lost with a waiter who gave up', async () => {
    const slots = createSlots(1)
    const first = await slots.take(never)
    const leaves = new AbortController()
    const left = slots.take(leaves.signal)
    leaves.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    first.release()
    expect((await slots.take(never)).slot).toBe(0)
  })

  it('slots are refused to a caller who is cancelled already', async () => {
    await expect(createSlots(1).take(AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })
})
