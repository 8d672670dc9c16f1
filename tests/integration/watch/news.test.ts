/** Summaries for channels that ask for them: the night of the libraries, the scores of a day. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'
import { createWatch } from '../../../watch/watch.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'

const quiet = { warn: () => undefined, error: () => undefined }
const ALL = ['library-context', 'crypto-forecast'] as const

let receiver: WebhookReceiver
let stack: TestStack
beforeAll(async () => {
  receiver = await startWebhookReceiver()
  stack = await startTestStack({
    sections: {
      alerts: {
        channels: [
          { name: 'asks', webhook: `${receiver.url}/asks`, news: [...ALL], severity: 'critical' },
          { name: 'does-not', webhook: `${receiver.url}/does-not`, severity: 'critical' },
        ],
      },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  await receiver.close()
})

it('a night and the scores of a day are told once, to the channel that asks for them', async () => {
  const { db } = stack.database
  const start = Math.floor(Date.now() / DAY_MS) * DAY_MS
  let now = start - DAY_MS
  const watch = createWatch(stack.config, quiet, { now: () => now })
  await watch.look()
  const night = {
    type: 'library-night',
    lists: [{ domain: 'astronomy', date: '2026-11-30', size: 9, entered: ['a/new'], left: [], moved: [] }],
    made: [],
    failed: [],
    unchanged: 9,
    waiting: [],
    clonedBytes: 0,
    seconds: 1,
  }
  await db.execute(sql`
    insert into run_events (run_id, type, pipeline, payload, created_at)
    values ('r1', 'library-night', 'library-context', ${JSON.stringify(night)}, ${new Date(start).toISOString()})`)
  const target = new Date(start - 5 * HOUR_MS).toISOString()
  await db.execute(sql`
    insert into prediction_scores (crypto, horizon, target_time, model_version, actual_price, error, naive_error,
      direction_right, within_interval, observed_at, run_id)
    values ('bitcoin', '1h', ${target}::timestamptz, 'ridge-1', 100, -2, 3, true, true, ${target}::timestamptz, 'r2'),
      ('bitcoin', '24h', ${target}::timestamptz, 'imported/other', 100, -9, 9, true, true, ${target}::timestamptz, 'r2')`)
  now = start + 2 * HOUR_MS
  await watch.look()
  await watch.look()
  await watch.close()
  const news = receiver.taken
    .map(({ path, body }) => ({
      path,
      ...(JSON.parse(body) as { event: string; title: string; text: string }),
    }))
    .filter(({ event }) => event === 'news')
  expect(news.map(({ path, title, text }) => [path, title, text])).toEqual([
    ['/asks', 'Libraries: 0 contexts made, 0 failed, 9 unchanged', 'astronomy: 9 libraries; new: a/new'],
    [
      '/asks',
      `Forecasts for ${target.slice(0, 10)}, against saying that the price stays`,
      'bitcoin 1h: off by 2 on average, the other by 3 (1 forecast)',
    ],
  ])
})
