/** The disk of a stack is full: what cannot be kept is named, the watch goes on and tells of it, and later runs store everything. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun, type RunHandle } from '../../../client/runs.ts'
import { viewRun } from '../../../client/run-view.ts'
import { MINUTE_MS } from '../../../core/durations.ts'
import { PIPELINES, type Pipeline } from '../../../pipelines/index.ts'
import { readState } from '../../../watch/state.ts'
import { createWatch, startWatch, type Watch } from '../../../watch/watch.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'

/** What counts as enough, of which nothing is used; and what is full. */
const ROOMY = 4_096
const SMALL = 4

const [collected] = PIPELINES as readonly [Pipeline]
const probe = mountSmallDisk(SMALL)
probe?.remove()
const title = `a full disk${probe === undefined ? ' (skipped: no file system can be mounted here)' : ''}`

describe.skipIf(probe === undefined)(title, () => {
  let disk: SmallDisk
  let receiver: WebhookReceiver
  let proxy: DatabaseProxy
  let stack: TestStack
  let worker: RunningWorker
  let watch: Watch
  let logged: string[]
  let ahead = 0
  const log = { warn: () => undefined, error: (_: object, message: string) => logged.push(message) }

  beforeAll(async () => {
    disk = mountSmallDisk(ROOMY) as SmallDisk
    receiver = await startWebhookReceiver()
    stack = await startTestStack({
      sections: { alerts: { channels: [{ name: 'team', webhook: receiver.url }] } },
      env: { ALMANAC_STATE_DIR: join(disk.folder, 'state'), DATA_DIR: join(disk.folder, 'data') },
    })
    proxy = await startDatabaseProxy(stack.database.url)
    worker = await stack.startWorker({
      env: { DATABASE_URL: proxy.url },
      dependencies: { retryBudgetMs: 0 },
    })
    logged = []
    watch = createWatch(stack.config, log, { now: () => Date.now() + ahead })
    await watch.look()
  })
  afterAll(async () => {
    await watch.close()
    await worker.stop()
    await stack.stop()
    await proxy.goOffline()
    await receiver.close()
    disk.remove()
  })

  const stateFile = () => join(stack.config.stateDir, 'watch.json')
  const events = () =>
    receiver.taken
      .map(({ body }) => JSON.parse(body) as { event: string; key: string })
      .filter(({ key }) => key.startsWith('disk-low') || key === 'watch-forgets')
      .map(({ event, key }) => `${event} ${key.split(' ')[0] ?? ''}`)
  async function pass(minutes: number): Promise<void> {
    for (let left = minutes; left > 0; left -= 5) {
      ahead += 5 * MINUTE_MS
      await watch.look()
    }
  }
  const failureOf = async ({ workflowId }: RunHandle) => {
    const view = await viewRun(stack.client, undefined, stack.config, workflowId)
    return view?.steps.map(({ failure }) => failure).find((failure) => failure?.startsWith('DiskFull'))
  }
  /** Without those of runs, which differ each time, what was checked in them, and the counts of calls, which the worker writes once a minute. */
  const storedRows = async () =>
    (
      await stack.database.select<{ name: string; rows: string }>(sql`
        select relname as name, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', relname),
          false, true, '')))[1]::text as rows
        from pg_stat_user_tables where schemaname = 'public' order by 1`)
    ).filter(({ name }) => !/^(pipeline_runs|raw_payloads|run_events|check_results|upstream_.*)$/.test(name))

  it('is told once by a watch that cannot write, and so is that it is over', async () => {
    disk.resize(SMALL)
    disk.fill()
    const before = readFileSync(stateFile(), 'utf8')
    await pass(30)
    expect(events()).toEqual(['began disk-low'])
    expect(readFileSync(stateFile(), 'utf8')).toBe(before)
    expect(readdirSync(stack.config.stateDir).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(logged).toEqual(['the watch goes on, and cannot keep what it told'])
    disk.free()
    disk.resize(ROOMY)
    await pass(10)
    expect(events()).toEqual(['began disk-low', 'over disk-low'])
    expect(readState(stack.config.stateDir, 0).lookedAt).toBeGreaterThan(Date.now() + 30 * MINUTE_MS)
  })

  it('keeps no watch from beginning: it goes on without its lock', async () => {
    disk.resize(SMALL)
    disk.fill()
    logged = []
    receiver.taken.length = 0
    const started = startWatch(stack.config, log)
    await until(() => events().includes('began disk-low'))
    await started.stop()
    expect(logged[0]).toContain('goes on without its lock')
    disk.free()
    disk.resize(ROOMY)
  })

  it('fails a run by name while the database is away, and the next run stores everything', async () => {
    const good = await endingOf(await startRun(stack.client, collected, 'manual'))
    const stored = await storedRows()
    await stack.database.db.execute(
      sql.raw(`truncate ${stored.map(({ name }) => name).join(', ')} restart identity cascade`),
    )
    await proxy.goOffline()
    disk.resize(SMALL)
    disk.fill()
    const failing = await startRun(stack.client, collected, 'manual')
    const failure = await until(() => failureOf(failing))
    expect(failure).toContain(disk.folder)
    expect(failure).toMatch(/are needed, .* are free/)
    expect(failure).toContain('Free 2 GB or more on its disk.')
    disk.free()
    disk.resize(ROOMY)
    await proxy.comeBack()
    expect((await endingOf(failing)).outcome).not.toBe('complete')
    const again = await endingOf(await startRun(stack.client, collected, 'manual'))
    expect([good.outcome, again.outcome]).toEqual(['complete', 'complete'])
    expect(await storedRows()).toEqual(stored)
  })
})
