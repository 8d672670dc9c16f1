/** A night: a backup that counts, old rows gone, sizes stored; each part fails alone. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun } from '../../../client/runs.ts'
import { MINUTE_MS } from '../../../core/durations.ts'
import { pipelineById, type Pipeline } from '../../../pipelines/index.ts'
import { createWatch, type Watch } from '../../../watch/watch.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { command } from '../../support/command.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'

const housekeeping = pipelineById('housekeeping') as Pipeline

let stack: TestStack
let worker: RunningWorker
let receiver: WebhookReceiver
let watch: Watch
/** How far the clock of the watch is ahead. */
let ahead = 0
beforeAll(async () => {
  receiver = await startWebhookReceiver()
  stack = await startTestStack({
    sections: {
      housekeeping: {
        keep_days: { quarantine: 30, matches: 5, nothing: 1 },
        thin_days: { price_comparisons: 30, nowhere: 1 },
      },
      alerts: { channels: [{ name: 'team', webhook: receiver.url }] },
    },
  })
  const quiet = { warn: () => undefined, error: () => undefined }
  watch = createWatch(stack.config, quiet, { now: () => Date.now() + ahead })
  worker = await stack.startWorker()
  mkdirSync(join(stack.config.dataDir, 'csv'), { recursive: true })
  writeFileSync(oldFile(), '2020-01-01;1\n')
  await stack.database.db.execute(sql`
    insert into quarantine (source, reason, row, row_hash, observed_at, run_id)
    select 'tests', 'none', '{}', n::text, now() - n * interval '1 day', 'of-tests' from generate_series(1, 40) n`)
  await stack.database.db.execute(sql`
    insert into price_comparisons (crypto, timestamp, observed_at, run_id)
    select 'bitcoin', date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '40 days' + n * interval '1 hour',
      now(), 'of-tests' from generate_series(0, 2) n`)
})
afterAll(async () => {
  await watch.close()
  await worker.stop()
  await stack.stop()
  await receiver.close()
})

const oldFile = () => join(stack.config.dataDir, 'csv', 'prices.csv')
const night = async () => endingOf(await startRun(stack.client, housekeeping, 'manual'))
const backups = () => readdirSync(stack.config.backupDir).filter((name) => name.endsWith('.tar'))
/** What the watch tells of backups within half an hour. */
async function toldOfBackups(): Promise<string[]> {
  receiver.taken.length = 0
  for (let looks = 0; looks < 3; looks++) {
    await watch.look()
    ahead += 15 * MINUTE_MS
  }
  return receiver.taken
    .map(({ body }) => JSON.parse(body) as { event: string; key: string; title: string })
    .filter(({ key }) => key.startsWith('backup'))
    .map(({ event, key, title }) => `${event} ${key}: ${title}`)
}
const rejectedRows = async () =>
  (await stack.database.select<{ rows: number }>(sql`select count(*)::int as rows from quarantine`))[0]?.rows

describe('a night', () => {
  it('says first what would go', async () => {
    const { stdout, code } = await command(['run', 'housekeeping', '--dry-run', '--json'], stack.env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      removed: { quarantine: 10, price_comparisons: 2 },
      files: { archived: [oldFile()], removed: [] },
    })
    expect(existsSync(oldFile())).toBe(true)
    expect(await rejectedRows()).toBe(40)
  })

  it('backs up what it then removes, and names tables that lose nothing by age', async () => {
    const { counts, outcome } = await night()
    expect(outcome).toBe('partial')
    expect(counts['backup']).toMatchObject({ outcome: 'complete', why: [] })
    expect(counts['backup']?.fetched).toBeGreaterThanOrEqual(40)
    expect(counts['rows']).toMatchObject({
      outcome: 'partial',
      written: 12,
      why: [
        'keep_days names matches, of which nothing is removed by age (a row a match)',
        'keep_days names nothing, and there is no such table',
        'thin_days names nowhere, which has at most one row a day of each thing',
      ],
    })
    expect(await rejectedRows()).toBe(30)
    expect(counts['files']).toMatchObject({ outcome: 'complete', written: 1 })
    expect(existsSync(oldFile())).toBe(false)
    expect(readdirSync(join(stack.config.dataDir, 'archives'))).toHaveLength(1)
    expect(backups()).toHaveLength(1)
    const [sizes] = await stack.database.select<{ tables: number; rows: number; disks: number }>(sql`
      select count(*)::int as tables, max(rows) filter (where table_name = 'quarantine')::int as rows,
        (select count(*)::int from disk_sizes where free_bytes between 1 and bytes) as disks from table_sizes`)
    expect(sizes?.tables).toBeGreaterThan(20)
    expect(sizes?.disks).toBeGreaterThan(0)
  })

  it('names an older backup that was damaged, after it has made the new one', { tags: 'long' }, async () => {
    await night()
    const before = backups()
    const [older = ''] = before
    appendFileSync(join(stack.config.backupDir, older), 'x')
    const { counts } = await night()
    expect(counts['backup']).toMatchObject({ outcome: 'failed' })
    expect(counts['backup']?.why.join()).toContain(`${older} is damaged`)
    expect(counts['sizes']).toMatchObject({ outcome: 'complete' })
    expect(backups()).toHaveLength(before.length + 1)
    expect(await toldOfBackups()).toEqual([
      `began backup-damaged: A kept backup is no longer as written: ${older}`,
    ])
    rmSync(join(stack.config.backupDir, older))
    await night()
    expect(await toldOfBackups()).toEqual([expect.stringMatching(/^over backup-damaged: /)])
  })

  it('counts no backup whose rows differ once restored; the last good one stays, and that is told', async () => {
    const good = backups()
    // What is generated anew when the table is restored is not what was stored.
    await stack.database.db
      .execute(sql`create function other_each_time() returns text immutable language plpgsql
      as $$ begin return clock_timestamp()::text; end $$`)
    await stack.database.db.execute(
      sql`create table odd (a int, b text generated always as (other_each_time()) stored)`,
    )
    await stack.database.db.execute(sql`insert into odd (a) values (1)`)
    const { counts } = await night()
    expect(counts['backup']?.outcome).toBe('failed')
    expect(counts['backup']?.why.join()).toContain('public.odd: rows 1, of which some differ')
    expect(backups()).toEqual(good)
    expect(await toldOfBackups()).toEqual([
      expect.stringMatching(/^began backup-failed: The backup of .* does not count: .*of which some differ/),
    ])
    await stack.database.db.execute(sql`drop table odd`)
    await night()
    expect(await toldOfBackups()).toEqual([expect.stringMatching(/^over backup-failed: /)])
    expect(backups().length).toBe(good.length + 1)
  })
})
