/** A request to stop: one press, two presses, and npm, under which one press comes twice. */
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { stopController, type OnStop } from '../../../cli/stop-request.ts'
import { withTerminal } from '../../../cli/terminal.ts'

let signals: EventEmitter
let heard: string[]
beforeEach(() => {
  vi.useFakeTimers()
  signals = new EventEmitter()
  heard = []
})
afterEach(() => {
  vi.useRealTimers()
})

const onStop: OnStop = {
  first: () => heard.push('first'),
  second: () => {
    heard.push('second')
    return Promise.resolve()
  },
}
const controller = (options?: OnStop) =>
  withTerminal({ env: {}, stdout: process.stdout, stderr: process.stderr, signals }, () =>
    stopController(options),
  )
const press = async (afterMs = 0) => {
  await vi.advanceTimersByTimeAsync(afterMs)
  signals.emit('SIGINT', 'SIGINT')
  await vi.advanceTimersByTimeAsync(0)
}

describe('a request to stop', () => {
  it('is answered at once', async () => {
    const { signal } = controller(onStop)
    await press()
    expect(signal.aborted).toBe(true)
    expect(heard).toEqual(['first'])
  })

  it('a signal that comes twice, as under npm, is one request', async () => {
    controller(onStop)
    await press()
    await press(100)
    expect(heard).toEqual(['first'])
  })

  it('a second press ends it', async () => {
    controller(onStop)
    await press()
    await press(1_000)
    expect(heard).toEqual(['first', 'second'])
  })

  it('without an answer to the second press, the system’s own applies', async () => {
    controller()
    await press()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(signals.listenerCount('SIGINT')).toBe(0)
  })
})
