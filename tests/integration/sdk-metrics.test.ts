/** The metrics of Temporal's SDK: on a port of their own, which another process may hold. */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../local/taken-port.ts'
import { startCommand } from '../support/command.ts'
import { hasPromtool } from '../support/promtool.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(async () => {
  await stack.stop()
})

it(
  'a worker serves them at its port; another one says that the port is taken, and works without',
  { tags: 'long' },
  async () => {
    const port = await freePort()
    const env = { ...stack.env, TEMPORAL_METRICS_PORT: String(port) }
    const first = startCommand(['worker'], env)
    await first.said(/polling/)
    const second = startCommand(['worker'], env)
    await second.said(/polling/)
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    for (const one of [second, first]) one.kill('SIGTERM')
    await Promise.all([first.ended, second.ended])
    expect(text).toMatch(/^temporal_worker_task_slots_available\{/m)
    expect(first.output()).not.toContain('TEMPORAL_METRICS_PORT')
    expect(second.output()).toMatch(new RegExp(`no metrics .* at port ${port} .*TEMPORAL_METRICS_PORT`))
    if (!hasPromtool) return
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text })
    expect([status, `${String(stdout)}${String(stderr)}`]).toEqual([0, ''])
  },
)
