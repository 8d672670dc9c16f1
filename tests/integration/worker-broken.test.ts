/** A worker that breaks while a command waits for its runs: the command ends, and says what happened. */
import type { Worker as Thread } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../support/command.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

/** The threads of this process; the SDK's, in which the workflows run, is the only one. */
const threads: Thread[] = []
const keep = (thread: Thread) => threads.push(thread)

let stack: TestStack
beforeAll(async () => {
  process.on('worker', keep)
  stack = await startTestStack()
})
afterAll(async () => {
  process.off('worker', keep)
  await stack.stop()
})

describe('a worker that breaks while runs wait', () => {
  it('up --once ends with what was found and what to do, and closes its connections', async () => {
    const { simulator } = stack
    simulator.faults.set('curseforge', { kind: 'status', status: 503 })
    const up = command(['up', '--once', '--only', 'mod-stats'], stack.env)
    await until(() => simulator.requests.count({ upstream: 'curseforge' }) > 1)
    for (const thread of threads) await thread.terminate()
    simulator.faults.clear()
    const { code, stdout, stderr } = await up
    expect(stderr).toMatch(/^The worker broke \(.*worker thread exited\); its runs go on with the next one: /)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toMatch(/\nstopped; all data is kept\n$/)
    expect(stdout).not.toContain('could not stop')
    expect(code).toBe(1)
  })
})
