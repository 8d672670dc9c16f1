/** The watch on a real stack: what is broken in it is told to a webhook, and that it is over. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applySchedules } from '../../../client/schedules.ts'
import { HOUR_MS, MINUTE_MS } from '../../../core/durations.ts'
import { createWatch, type Watch } from '../../../watch/watch.ts'
import { readState } from '../../../watch/state.ts'
import { startCommand } from '../../support/command.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'

const OURS = 'mod-stats'
const quiet = { warn: () => undefined, error: () => undefined }

let receiver: WebhookReceiver
let stack: TestStack
let proxy: DatabaseProxy
let worker: ReturnType<typeof startCommand>
let watch: Watch
/** How far the clock of the watch is ahead. */
let ahead = 0

beforeAll(async () => {
  receiver = await startWebhookReceiver()
  stack = await startTestStack({
    sections: { alerts: { channels: [{ name: 'team', webhook: `${receiver.url}/hook` }] } },
    env: { ALERT_SECRET: 'a-secret-of-the-test' },
  })
  proxy = await startDatabaseProxy(stack.database.url)
  await startWorker()
  const config = { ...stack.config, env: { ...stack.config.env, DATABASE_URL: proxy.url } }
  watch = createWatch(config, quiet, { now: () => Date.now() + ahead })
})
afterAll(async () => {
  worker.kill('SIGTERM')
  await worker.ended
  await watch.close()
  await proxy.goOffline()
  await stack.stop()
  await receiver.close()
})
beforeEach(async () => {
  // What another test left is over before the next one begins.
  await pass(3 * HOUR_MS)
  await settled()
  receiver.taken.length = 0
})

async function startWorker(): Promise<void> {
  worker = startCommand(['worker'], stack.env)
  await worker.said(/polling/)
}

/** Moves the clock of the watch on, with a look every ten minutes. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10 * MINUTE_MS) {
    ahead += Math.min(left, 10 * MINUTE_MS)
    await watch.look()
  }
}

/** Looks until nothing stands but what no test is about: a stack without runs and backups. */
async function settled(): Promise<void> {
  await until(async () => {
    await watch.look()
    const { alerts } = readState(stack.config.stateDir, 0)
    return Object.values(alerts).every(({ finding: { kind } }) => ALWAYS.includes(kind))
  })
}
const ALWAYS = ['backup-late', 'run-late']

const told = () =>
  receiver.taken
    .map(({ body }) => JSON.parse(body) as { event: string; key: string; text: string; title: string })
    .filter(({ key }) => !ALWAYS.some((kind) => key.startsWith(kind)))
const events = () => told().map(({ event, key }) => `${event} ${key}`)

describe('the watch', () => {
  it(
    'tells of a killed worker that is not started again, and when one is there again',
    { tags: 'long' },
    async () => {
      worker.kill('SIGKILL')
      await worker.ended
      const killedAt = Date.now()
      await until(async () => {
        await watch.look()
        return events().length > 0
      })
      expect(events()).toEqual(['began worker-away'])
      expect(Date.now() - killedAt).toBeLessThan(2 * MINUTE_MS)
      expect(told()[0]?.text).toContain('up')
      await startWorker()
      await until(async () => {
        await watch.look()
        return !('worker-away' in standing())
      })
      await pass(10 * MINUTE_MS)
      expect(events()).toEqual(['began worker-away', 'over worker-away'])
    },
  )

  it(
    'sends one message of a database that is away for an hour, and one when it is back',
    { tags: 'long' },
    async () => {
      await proxy.goOffline()
      await pass(HOUR_MS)
      expect(events()).toEqual(['began database-away'])
      await proxy.comeBack()
      await pass(20 * MINUTE_MS)
      expect(events()).toEqual(['began database-away', 'over database-away'])
    },
  )

  it('brings a message to a receiver that was away for an hour, once', async () => {
    receiver.setAway(true)
    await proxy.goOffline()
    await pass(HOUR_MS)
    receiver.setAway(false)
    expect(events()).toEqual([])
    await pass(HOUR_MS)
    expect(events()).toEqual(['began database-away'])
    await proxy.comeBack()
    await pass(20 * MINUTE_MS)
    expect(events()).toEqual(['began database-away', 'over database-away'])
  })

  it('tells of a schedule that somebody deleted, and of no other fault with it', async () => {
    await stack.client.schedule.getHandle(OURS).delete()
    await pass(20 * MINUTE_MS)
    expect(events()).toEqual([`began schedule-gone ${OURS}`])
    await applySchedules(stack.client, stack.config)
    await pass(20 * MINUTE_MS)
    expect(events()).toEqual([`began schedule-gone ${OURS}`, `over schedule-gone ${OURS}`])
  })

  it('forgets nothing and repeats nothing after a restart', { tags: 'long' }, async () => {
    await proxy.goOffline()
    await pass(20 * MINUTE_MS)
    const config = { ...stack.config, env: { ...stack.config.env, DATABASE_URL: proxy.url } }
    const another = createWatch(config, quiet, { now: () => Date.now() + ahead })
    ahead += 10 * MINUTE_MS
    await another.look()
    await proxy.comeBack()
    for (let looks = 0; looks < 2; looks++) {
      ahead += 10 * MINUTE_MS
      await another.look()
    }
    await another.close()
    expect(events()).toEqual(['began database-away', 'over database-away'])
  })
})

function standing() {
  const { alerts } = readState(stack.config.stateDir, 0)
  return Object.fromEntries(Object.entries(alerts).filter(([, { clearSince }]) => clearSince === null))
}
