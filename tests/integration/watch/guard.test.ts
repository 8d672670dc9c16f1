/** The page's process and the worker die apart, on a real stack: whichever lives tells of the other, and that it is back. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import { createGuard, type Guard } from '../../../watch/guard.ts'
import { readState, stateTouchedAt } from '../../../watch/state.ts'
import { startCommand, type RunningCommand } from '../../support/command.ts'
import { freePort } from '../../../local/taken-port.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'

let receiver: WebhookReceiver
let stack: TestStack
let page: RunningCommand
let guard: Guard
const logged: string[] = []
/** How far the clock of the guard is ahead. */
let ahead = 0

beforeAll(async () => {
  receiver = await startWebhookReceiver()
  stack = await startTestStack({
    sections: { alerts: { channels: [{ name: 'team', webhook: receiver.url }] } },
  })
  const log = { error: (_: object, message: string) => logged.push(message) }
  guard = createGuard(stack.config, log, { now: () => Date.now() + ahead })
  await startPage()
})
afterAll(async () => {
  page.kill('SIGTERM')
  await page.ended
  await stack.stop()
  await receiver.close()
})

async function startPage(): Promise<void> {
  const before = stateTouchedAt(stack.config.stateDir) ?? 0
  page = startCommand(['serve', '--port', String(await freePort())], stack.env)
  await page.said(/page on/)
  await until(() => (stateTouchedAt(stack.config.stateDir) ?? 0) > before)
}
/** Checks every minute of so many. */
async function pass(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left--) {
    ahead += MINUTE_MS
    await guard.check()
  }
}
/** Starts the page again, with the clock set back to its own, and checks until that is known for sure. */
async function comeBack(): Promise<void> {
  ahead = 0
  await startPage()
  for (ahead of [0, 2 * MINUTE_MS]) await guard.check()
}
const told = () =>
  receiver.taken
    .map(({ body }) => JSON.parse(body) as { event: string; key: string; title: string })
    .filter(({ key }) => key === 'watch-away')
    .map(({ event, title }) => `${event}: ${title}`)

it('a killed page that is not started again is told once, and that it is back; one that lives is not', async () => {
  await pass(2)
  expect(told()).toEqual([])
  page.kill('SIGKILL')
  await page.ended
  await pass(10)
  expect(told()).toEqual([expect.stringMatching(/^began: The page and its watch give no sign since /)])
  expect(logged).toHaveLength(1)
  await comeBack()
  expect(told().slice(1)).toEqual([expect.stringMatching(/^over: /)])
  expect(readState(stack.config.stateDir, 0).alerts).not.toHaveProperty('watch-away')
})

it('a page that is started again within minutes is not told of', { tags: 'long' }, async () => {
  receiver.taken.length = 0
  ahead = 0
  await guard.check()
  page.kill('SIGKILL')
  await page.ended
  await pass(4)
  await comeBack()
  expect(told()).toEqual([])
})
