/** A worker that breaks while a command waits for its runs: the command ends, and says what happened. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCommand } from '../support/command.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

/** Ends the thread in which the SDK runs the workflows, on a signal. */
const BREAKS_ON_SIGNAL = `data:text/javascript,process.on('worker',t=>process.on('SIGUSR2',()=>t.terminate()))`

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(async () => {
  await stack.stop()
})

describe('a worker that breaks while runs wait', () => {
  it(
    'up --once ends with what was found and what to do, and closes its connections',
    { tags: 'long' },
    async () => {
      const { simulator } = stack
      simulator.faults.set('curseforge', { kind: 'status', status: 503 })
      const up = startCommand(['up', '--once', '--only', 'mod-stats'], {
        ...stack.env,
        NODE_OPTIONS: `--import=${BREAKS_ON_SIGNAL}`,
      })
      await until(() => simulator.requests.count({ upstream: 'curseforge' }) > 1)
      up.kill('SIGUSR2')
      simulator.faults.clear()
      const { code, stdout, stderr } = await up.ended
      expect(stderr).toMatch(
        /^The worker broke \(.*worker thread exited\); its runs go on with the next one: /m,
      )
      expect(stdout).toMatch(/\nstopped; all data is kept\n$/)
      expect(stdout).not.toContain('could not stop')
      expect(code).toBe(1)
    },
  )
})
