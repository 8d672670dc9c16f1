/** The state of the stack over HTTP: each figure as the servers and the disk have it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tellDamaged, tellFailed, tellMade } from '../../../backup/known.ts'
import { startApi } from '../../../api/server.ts'
import { spoolFolder } from '../../../db/spool/spool.ts'
import { startTestApi, type TestApi } from '../../support/api.ts'
import { until } from '../../support/until.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ schedules: false })
})
afterAll(async () => {
  await api.stop()
})

it('tells the servers, the disks and the spool, with the reason of a dead letter', async () => {
  const { config, database } = api.stack
  const folder = spoolFolder(config.dataDir)
  const damaged = join(folder, 'damaged')
  mkdirSync(damaged, { recursive: true })
  writeFileSync(join(damaged, '2026-11-01.segment'), 'no segment')
  writeFileSync(join(damaged, '2026-11-01.segment.reason.txt'), 'its head is cut off\n')
  const [version] = await database.select<{ is: string }>(sql`select current_setting('server_version') as is`)
  const { status, body } = await api.get('/api/stack')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    database: { version: version?.is, bytes: expect.any(Number) as number },
    temporal: { workers: [] },
    spool: {
      folder,
      bytes: 'no segment'.length + 'its head is cut off\n'.length,
      waiting: 0,
      oldest_at: null,
      dead_letters: [{ name: '2026-11-01.segment', reason: 'its head is cut off', holds: null }],
      dead_letter_count: 1,
    },
    disks: [{ name: 'state' }, { name: 'data' }],
    away: [],
  })
  expect(await api.get('/api/spool/2026-11-01.segment')).toMatchObject({
    status: 200,
    body: { is_dead_letter: true, content: { damage: expect.any(String) as string } },
  })
  expect(await api.get('/api/spool/2026-11')).toMatchObject({ status: 404 })
  const worker = await api.stack.startWorker()
  const workers = async () => {
    const { body } = await api.get('/api/stack')
    return (body as { temporal: { workers: { polled_at: string }[] } }).temporal.workers
  }
  // It is known once its first poll has arrived.
  await until(async () => (await workers()).length === 1)
  await worker.stop()
})

it('tells the last good backup, a try that failed after it, and kept ones that are damaged', async () => {
  const { dataDir } = api.stack.config
  const backups = async () => ((await api.get('/api/stack')).body as { backups: object }).backups
  expect(await backups()).toEqual({ made_at: null, is_late: true, failed: null, damaged: [] })
  const madeAt = new Date()
  tellMade(dataDir, { file: 'almanac.tar', madeAt })
  expect(await backups()).toEqual({
    made_at: madeAt.toISOString(),
    is_late: false,
    failed: null,
    damaged: [],
  })
  tellFailed(dataDir, { at: madeAt, type: 'DiskFull', message: 'no room' })
  tellDamaged(dataDir, ['older.tar'])
  expect(await backups()).toMatchObject({
    made_at: madeAt.toISOString(),
    failed: { at: madeAt.toISOString(), why: expect.stringContaining('no room') as string },
    damaged: ['older.tar'],
  })
  tellMade(dataDir, { file: 'almanac.tar', madeAt: new Date(0) })
  expect(await backups()).toMatchObject({ is_late: true })
})

it('tells what is left if both servers are away', async () => {
  const { config } = api.stack
  // Nothing listens at the discard port.
  const env = {
    ...config.env,
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
  }
  const server = await startApi({ ...config, env }, { port: 0 }, { error: () => undefined })
  const response = await fetch(`${server.address}/api/stack`)
  await server.close()
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    database: null,
    temporal: null,
    spool: { dead_letter_count: 1 },
    away: expect.arrayContaining([
      expect.objectContaining({ server: 'database' }),
      expect.objectContaining({ server: 'temporal' }),
    ]) as unknown[],
  })
})
