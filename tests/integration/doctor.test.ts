/** `almanac doctor` on real servers: everything ready, missing tables, missing schedules, no servers. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Check } from '../../cli/doctor/check.ts'
import { checkDatabase } from '../../cli/doctor/database.ts'
import { examine, type Examination } from '../../cli/doctor/examine.ts'
import { applySchedules } from '../../client/schedules.ts'
import type { Config } from '../../config/load-config.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { takeRunLock } from '../../db/queries/runs.ts'
import { pipelineRuns } from '../../db/schema/runs.ts'
import { freePort } from '../../local/taken-port.ts'
import { packageRoot } from '../../system/package-root.ts'
import { createTestDatabase } from '../support/database.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'

describe('almanac doctor', () => {
  let stack: TestStack
  beforeAll(async () => {
    stack = await startTestStack()
  })
  afterAll(async () => {
    await stack.stop()
  })

  const examined = (changed: Partial<Config['env']> = {}) =>
    examine(() => ({ ...stack.config, env: { ...stack.config.env, ...changed } }))
  const ofDatabase = async (name: string) =>
    (await checkDatabase(stack.config)).find((check) => check.name === name)
  const found = ({ checks }: Examination, name: string): Check | undefined =>
    checks.find((check) => check.name === name)

  it('doctor passes on a ready stack, and shows the versions', async () => {
    // No real key is at hand, and the test stack's is not one.
    const examination = await examined({ CURSEFORGE_API_KEY: undefined })
    expect(examination.checks.filter(({ state }) => state === 'bad')).toEqual([])
    expect(examination.passed).toBe(true)
    expect(found(examination, 'database')?.found).toMatch(/^PostgreSQL 18\.\d/)
    expect(found(examination, 'tables')?.found).toMatch(/^(\d+) of \1 migrations$/)
    expect(found(examination, 'Temporal')?.found).toMatch(/^server \d+\.\d+\.\d+ at 127\.0\.0\.1:\d+$/)
    expect(found(examination, 'schedules')?.found).toContain('mod-stats active')
    expect(found(examination, 'schedules')?.found).toContain('crypto-forecast paused')
    expect(found(examination, 'clock')?.state).toBe('ok')
  })

  it('doctor warns while no worker polls, and names the worker that does', async () => {
    expect(found(await examined(), 'worker')?.state).toBe('warn')
    const worker = await stack.startWorker()
    try {
      await expect.poll(async () => found(await examined(), 'worker')?.state).toBe('ok')
    } finally {
      await worker.stop()
    }
  })

  it('doctor names an open record whose run is gone', { tags: 'long' }, async () => {
    expect(found(await examined(), 'run records')?.state).toBe('ok')
    const { db } = stack.database
    const startedAt = new Date(Date.now() - 10 * MINUTE_MS).toISOString()
    const run = { runId: randomUUID(), workflowId: 'mod-stats-gone', pipeline: 'mod-stats' }
    await takeRunLock(db, { ...run, trigger: 'manual', startedAt })
    try {
      expect(found(await examined(), 'run records')).toMatchObject({
        state: 'bad',
        found: expect.stringContaining('mod-stats-gone') as string,
      })
    } finally {
      await db.delete(pipelineRuns)
    }
  })

  it(
    'doctor does not take a worker that polled a moment ago for one that works',
    { tags: 'long' },
    async () => {
      const worker = await stack.startWorker()
      try {
        await expect.poll(async () => found(await examined(), 'worker')?.state).toBe('ok')
      } finally {
        await worker.stop()
      }
      expect(found(await examined(), 'worker')).toMatchObject({
        state: 'warn',
        found: expect.stringContaining('does not take work now') as string,
      })
    },
  )

  it('doctor tries to write, and reads every table', async () => {
    const { db } = stack.database
    const name = new URL(stack.database.url).pathname.slice(1)
    await db.execute(sql.raw(`alter database ${name} set default_transaction_read_only = on`))
    try {
      expect(await ofDatabase('writing')).toMatchObject({
        state: 'bad',
        found: expect.stringContaining('read-only') as string,
      })
    } finally {
      await db.execute(sql.raw(`alter database ${name} reset default_transaction_read_only`))
    }
    expect((await ofDatabase('writing'))?.state).toBe('ok')
    await db.execute(sql`alter table quarantine rename to quarantine_away`)
    try {
      expect(await ofDatabase('tables')).toMatchObject({
        state: 'bad',
        found: expect.stringContaining('quarantine') as string,
      })
    } finally {
      await db.execute(sql`alter table quarantine_away rename to quarantine`)
    }
    expect(await stack.database.select(sql`select 1 from run_events`)).toEqual([])
  })

  it('doctor counts rows that lie ahead, and names the command that mends them', async () => {
    await stack.database.db
      .execute(sql`insert into fear_greed_index (date, value, classification, observed_at, run_id)
      values ('2026-03-10', 1, 'Fear', now() + interval '30 days', 'wrong')`)
    try {
      expect(await ofDatabase('times')).toMatchObject({
        state: 'warn',
        found: expect.stringContaining('fear_greed_index 1') as string,
        remedy: expect.stringContaining('db mend-times') as string,
      })
    } finally {
      await stack.database.db.execute(sql`truncate fear_greed_index`)
    }
  })

  it('doctor, runs and schedules list end by themselves while servers hang', { tags: 'long' }, async () => {
    const hanging = createServer()
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
    const { port } = hanging.address() as AddressInfo
    const sockets = new Set<Socket>()
    hanging.on('connection', (socket) => sockets.add(socket))
    const env = {
      ...process.env,
      ...stack.env,
      DATABASE_URL: `postgresql://someone:x@127.0.0.1:${port}/almanac`,
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    }
    const exitCode = (...words: string[]) =>
      new Promise<number | null>((resolve) => {
        const command = execFile(
          process.execPath,
          [join(packageRoot, 'bin', 'almanac.mjs'), ...words],
          { env, timeout: MINUTE_MS, killSignal: 'SIGKILL' },
          () => {
            resolve(command.exitCode)
          },
        )
      })
    try {
      // 3: a server is unavailable. What hangs is killed after a minute, and has no exit code.
      const codes = await Promise.all([exitCode('doctor'), exitCode('runs'), exitCode('schedules', 'list')])
      expect(codes).toEqual([1, 3, 3])
    } finally {
      for (const socket of sockets) socket.destroy()
      hanging.close()
    }
  })

  it('doctor says how to migrate an empty database', async () => {
    const empty = await createTestDatabase({ migrated: false })
    try {
      const examination = await examined({ DATABASE_URL: empty.url })
      expect(examination.passed).toBe(false)
      expect(found(examination, 'database')?.state).toBe('ok')
      expect(found(examination, 'tables')).toMatchObject({
        state: 'bad',
        remedy: expect.stringContaining('db migrate') as string,
      })
    } finally {
      await empty.drop()
    }
  })

  it('doctor says how to restore a missing schedule', async () => {
    await stack.client.schedule.getHandle('mod-stats').delete()
    try {
      expect(found(await examined(), 'schedules')).toMatchObject({
        state: 'bad',
        remedy: expect.stringContaining('schedules apply') as string,
      })
    } finally {
      await applySchedules(stack.client, stack.config)
    }
  })

  it('doctor reports a namespace that does not exist', async () => {
    expect(found(await examined({ TEMPORAL_NAMESPACE: 'elsewhere' }), 'namespace')?.state).toBe('bad')
  })

  it('doctor reports what a server refuses', async () => {
    const check = found(await examined({ TEMPORAL_NAMESPACE: 'n'.repeat(2_000) }), 'Temporal')
    expect(check).toMatchObject({
      state: 'bad',
      found: expect.stringContaining('refused') as string,
      remedy: expect.stringContaining('TEMPORAL_NAMESPACE') as string,
    })
  })

  it('the doctor command names what is unreachable, shows no password, and exits with 1', async () => {
    const [database, temporal] = [await freePort(), await freePort()]
    const env = {
      ...process.env,
      ...stack.env,
      DATABASE_URL: `postgresql://someone:hunter2@127.0.0.1:${database}/almanac`,
      TEMPORAL_ADDRESS: `127.0.0.1:${temporal}`,
    }
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      const command = [join(packageRoot, 'bin', 'almanac.mjs'), 'doctor', '--json']
      execFile(process.execPath, command, { env }, (error, out) => {
        resolve({ code: error?.code ?? 0, stdout: out })
      })
    })
    expect(code).toBe(1)
    expect(stdout).not.toContain('hunter2')
    const examination = JSON.parse(stdout) as Examination
    expect(found(examination, 'database')?.remedy).toContain('DATABASE_URL')
    expect(found(examination, 'Temporal')?.remedy).toContain('TEMPORAL_ADDRESS')
  })
})
