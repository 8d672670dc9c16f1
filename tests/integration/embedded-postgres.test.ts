/** The embedded PostgreSQL against the real programs: first start, adoption, crash, taken port, foreign data. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres, type PostgresOptions, type RunningPostgres } from '../../local/postgres.ts'
import { identify } from '../../local/process-identity.mjs'
import { waitForEnd } from '../../local/server-process.ts'
import { freePort } from '../../local/taken-port.ts'

const STOP_MS = 300_000

let folder: string
let dataDir: string
let running: RunningPostgres[] = []

beforeEach(() => {
  // mkdtemp makes a folder that its owner alone may enter, as a home folder of root is.
  folder = mkdtempSync(join(tmpdir(), 'almanac postgres '))
  dataDir = join(folder, 'postgres')
})
afterEach(async () => {
  for (const server of running) await server.stop()
  running = []
  rmSync(folder, { recursive: true })
})

async function start(options: Partial<PostgresOptions> & { port: number }): Promise<RunningPostgres> {
  const server = await startPostgres({ dataDir, tuning: 'test', ...options })
  running.push(server)
  return server
}

async function connect(server: RunningPostgres): Promise<Client> {
  const client = new Client({ connectionString: server.url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function valueOf(server: RunningPostgres, sql: string): Promise<unknown> {
  const client = await connect(server)
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
  await client.end()
  return rows[0]?.[0]
}

async function kill(server: RunningPostgres): Promise<void> {
  const identity = identify(server.pid)
  if (identity === undefined) throw new Error('The server is not running.')
  process.kill(server.pid, 'SIGKILL')
  expect(await waitForEnd(identity, STOP_MS)).toBe(true)
}

describe('the embedded PostgreSQL', () => {
  it('PostgreSQL creates the database in UTF-8, UTC and code point order, with checksums, on loopback only', async () => {
    const server = await start({ port: await freePort() })
    expect(await valueOf(server, 'SELECT current_database()')).toBe('almanac')
    expect(await valueOf(server, 'SHOW server_encoding')).toBe('UTF8')
    expect(await valueOf(server, 'SHOW timezone')).toBe('UTC')
    expect(
      await valueOf(server, `SELECT string_agg(c, '' ORDER BY c) FROM unnest('{é,b,A,a,B}'::text[]) c`),
    ).toBe('ABabé')
    expect(await valueOf(server, 'SHOW data_checksums')).toBe('on')
    expect(await valueOf(server, 'SHOW listen_addresses')).toBe('127.0.0.1')
  })

  it('PostgreSQL requires a random password, which only its owner can read', { tags: 'long' }, async () => {
    const server = await start({ port: await freePort() })
    expect(statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600)
    const wrong = new Client({ connectionString: server.url.replace(/:[^:@]+@/, ':wrong@') })
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' })
  })

  it('the role that works runs no program and reads no file of the machine', async () => {
    const server = await start({ port: await freePort() })
    await valueOf(server, 'CREATE TABLE taken (line text)')
    for (const foreign of [`COPY taken FROM PROGRAM 'id'`, `COPY taken FROM '/etc/passwd'`])
      await expect(valueOf(server, foreign)).rejects.toMatchObject({ code: '42501' })
    await expect(valueOf(server, `SELECT pg_read_file('/etc/passwd')`)).rejects.toMatchObject({
      code: '42501',
    })
  })

  it('takes over a database that an earlier version made as the superuser', { tags: 'long' }, async () => {
    const port = await freePort()
    const first = await start({ port })
    const earlier = new URL(first.adminUrl)
    earlier.pathname = '/almanac'
    const superuser = { ...first, url: earlier.href }
    await valueOf(superuser, 'ALTER DATABASE almanac OWNER TO almanac')
    await valueOf(superuser, 'DROP ROLE almanac_work')
    await valueOf(superuser, 'CREATE SCHEMA drizzle')
    await valueOf(superuser, `CREATE TYPE drizzle.outcome AS ENUM ('complete')`)
    await valueOf(superuser, 'CREATE TABLE drizzle.runs (id serial, outcome drizzle.outcome)')
    await valueOf(superuser, 'CREATE VIEW seen AS SELECT id FROM drizzle.runs')
    await valueOf(superuser, 'CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$')
    await first.stop()
    const second = await start({ port })
    await valueOf(second, 'ALTER TABLE drizzle.runs ADD COLUMN note text')
    await valueOf(second, `ALTER TYPE drizzle.outcome ADD VALUE 'partial'`)
    await valueOf(second, `INSERT INTO drizzle.runs (outcome) VALUES ('complete')`)
    await valueOf(second, 'DROP VIEW seen')
    await valueOf(second, 'DROP FUNCTION one()')
    expect(await valueOf(second, 'SELECT id FROM drizzle.runs')).toBe(1)
    expect(await valueOf(second, `SELECT current_setting('is_superuser')`)).toBe('off')
  })

  it('PostgreSQL starts on an empty postmaster.pid, as a full disk leaves it', { tags: 'long' }, async () => {
    const port = await freePort()
    await (await start({ port })).stop()
    writeFileSync(join(dataDir, 'postmaster.pid'), '')
    expect((await start({ port })).adopted).toBe(false)
  })

  it(
    'PostgreSQL makes a new password where an interrupted first start left an empty one',
    { tags: 'long' },
    async () => {
      writeFileSync(`${dataDir}.password`, '')
      await start({ port: await freePort() })
      expect(readFileSync(`${dataDir}.password`, 'utf8')).toMatch(/^[\w-]{32}$/)
    },
  )

  it('adopts the PostgreSQL server that already runs on its folder', async () => {
    const port = await freePort()
    const first = await start({ port })
    const second = await start({ port })
    expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url })
  })

  it('PostgreSQL keeps its data over a stop and a start', { tags: 'long' }, async () => {
    const port = await freePort()
    const first = await start({ port })
    await valueOf(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false)
    const second = await start({ port })
    expect(second.adopted).toBe(false)
    expect(await valueOf(second, 'SELECT answer FROM kept')).toBe(42)
  })

  it('PostgreSQL starts again after kill -9 with a connection open', async () => {
    const port = await freePort()
    const first = await start({ port, tuning: 'durable' })
    const client = await connect(first)
    await client.query('CREATE TABLE kept AS SELECT 42 AS answer')
    await kill(first)
    const second = await start({ port })
    expect(second.adopted).toBe(false)
    expect(await valueOf(second, 'SELECT answer FROM kept')).toBe(42)
    await client.end()
  })

  it('ignores a stale postmaster.pid whose pid is another program now', { tags: 'long' }, async () => {
    const port = await freePort()
    const first = await start({ port })
    const pidFile = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8')
    await first.stop()
    writeFileSync(join(dataDir, 'postmaster.pid'), pidFile.replace(/^\d+/, String(process.pid)))
    const second = await start({ port })
    expect(second.adopted).toBe(false)
  })

  it('moves a PostgreSQL server that was left running to the requested port', { tags: 'long' }, async () => {
    const first = await start({ port: await freePort() })
    const port = await freePort()
    const second = await start({ port })
    expect(second).toMatchObject({ adopted: false, port })
    expect(identify(first.pid)).toBeUndefined()
  })

  it('PostgreSQL names the port, its setting and its holder if the port is taken, and creates nothing', async () => {
    const port = await freePort()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const attempt = startPostgres({ dataDir, port, setting: 'POSTGRES_PORT' })
    await expect(attempt).rejects.toMatchObject({ type: 'Misconfigured' })
    await expect(attempt).rejects.toThrow(new RegExp(`Port ${port}, .*set POSTGRES_PORT`))
    if (process.platform === 'linux') await expect(attempt).rejects.toThrow(`(process ${process.pid})`)
    await new Promise((resolve) => other.close(resolve))
    expect(existsSync(dataDir)).toBe(false)
  })

  it('PostgreSQL starts over after an initdb that was killed half-way', { tags: 'long' }, async () => {
    const halfMade = join(folder, `${basename(dataDir)}.initdb-1`)
    mkdirSync(join(halfMade, 'base'), { recursive: true })
    await start({ port: await freePort() })
    expect(existsSync(halfMade)).toBe(false)
  })

  it('PostgreSQL refuses data of another major version and says what to do', async () => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'PG_VERSION'), '17\n')
    const attempt = startPostgres({ dataDir, port: await freePort() })
    await expect(attempt).rejects.toThrow(/made by PostgreSQL 17.*dump it with version 17/)
  })

  it('PostgreSQL refuses a data folder whose password is lost', { tags: 'long' }, async () => {
    const port = await freePort()
    await (await start({ port })).stop()
    writeFileSync(`${dataDir}.password`, '')
    await expect(startPostgres({ dataDir, port })).rejects.toThrow(/\.password.* is empty; put it back/)
    rmSync(`${dataDir}.password`)
    await expect(startPostgres({ dataDir, port })).rejects.toThrow(/\.password.* is missing; put it back/)
  })

  it('leaves no PostgreSQL server behind if the password is wrong', { tags: 'long' }, async () => {
    const port = await freePort()
    await (await start({ port })).stop()
    await expect(startPostgres({ dataDir, port, password: 'another' })).rejects.toThrow(/refused "almanac"/)
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false)
  })

  it('PostgreSQL rotates a large log at the next start', { tags: 'long' }, async () => {
    const log = join(dirname(dataDir), 'postgres.log')
    writeFileSync(log, 'x'.repeat(6 * 1024 * 1024))
    await start({ port: await freePort() })
    expect(statSync(`${log}.1`).size).toBe(6 * 1024 * 1024)
    expect(statSync(log).size).toBeLessThan(100_000)
  })
})
