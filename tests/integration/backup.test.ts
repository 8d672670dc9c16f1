/** Backups: what is restored is what was stored, row by row and file by file; what is damaged is not taken for a backup. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DUMP, FILES, MANIFEST, pack, unpack } from '../../backup/archive.ts'
import { connected } from '../../backup/database-access.ts'
import { fingerprintOf, type Fingerprint } from '../../backup/fingerprint.ts'
import { makeBackup } from '../../backup/make.ts'
import { restoreBackup } from '../../backup/restore.ts'
import { verifyBackup } from '../../backup/verify.ts'
import { loadConfig, type Config } from '../../config/load-config.ts'
import { packageRoot } from '../../system/package-root.ts'
import { command, startCommand } from '../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { toolsDir } from '../support/tools-dir.ts'
import { until } from '../support/until.ts'

let root: string
let database: TestDatabase
let config: Config
let made: string
const others: TestDatabase[] = []

/** A stack over a database of the tests, with its own folders. */
const environmentOf = (url: string, folder: string) => ({
  PATH: process.env['PATH'] ?? '',
  DATABASE_URL: url,
  ALMANAC_STATE_DIR: join(packageRoot, '.almanac'),
  DATA_DIR: join(root, folder),
  BACKUP_DIR: join(root, 'backups'),
})
const stackOver = (url: string, folder: string): Config =>
  loadConfig({ env: environmentOf(url, folder), root: packageRoot })

const fingerprint = (url: string): Promise<Fingerprint> =>
  connected(url, async (client) => {
    await client.query('begin')
    return fingerprintOf(client)
  })

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'almanac backup '))
  database = await createTestDatabase()
  config = stackOver(database.url, 'data')
  await database.db.execute(sql`
    insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome)
    select 'run-' || n, E'a "quoted" line\\nand é 🙂 ' || n, 'none', 'manual', now() - n * interval '1.000001 hour', now(), 'failed'
    from generate_series(1, 500) n`)
  mkdirSync(join(config.dataDir, 'spool'), { recursive: true })
  writeFileSync(join(config.dataDir, 'spool', '1.segment'), Buffer.from([0, 255, 10]))
  writeFileSync(join(config.dataDir, 'with a blank.csv'), 'a,b\n')
  writeFileSync(join(config.dataDir, 'half.csv.tmp'), 'unfinished')
  ;({ file: made } = await makeBackup(config, config.backupDir))
})
afterAll(async () => {
  for (const one of [database, ...others]) await one.drop()
  rmSync(root, { recursive: true })
})

/** Scratch databases of this one: those of other tests come and go. */
const scratchDatabases = () =>
  database.select(sql`
    select datname from pg_database where starts_with(datname,
      'almanac_check_' || (select oid from pg_database where datname = current_database()) || '_')`)

/** A new database, with the tables of this version and no row. */
async function emptyStack(folder: string): Promise<Config> {
  const empty = await createTestDatabase()
  others.push(empty)
  return stackOver(empty.url, folder)
}

describe('a backup', () => {
  it('is one private file with its checksum, and nothing is left of its making', async () => {
    expect(readdirSync(config.backupDir).toSorted()).toEqual([basename(made), `${basename(made)}.sha256`])
    expect(basename(made)).toMatch(/^almanac-\d{4}-\d\d-\d\dT\d{6}Z\.tar$/)
    expect([statSync(made).mode & 0o777, statSync(config.backupDir).mode & 0o777]).toEqual([0o600, 0o700])
    expect(await scratchDatabases()).toEqual([])
  })

  it('is restored with every row and file into an empty database and folder', async () => {
    const other = await emptyStack('restored')
    const { tables } = await restoreBackup(other, made)
    expect(tables['public.pipeline_runs']?.rows).toBe(500)
    expect(await fingerprint(other.env.DATABASE_URL ?? '')).toEqual(await fingerprint(database.url))
    expect(readFileSync(join(other.dataDir, 'spool', '1.segment'))).toEqual(Buffer.from([0, 255, 10]))
    expect(readFileSync(join(other.dataDir, 'with a blank.csv'), 'utf8')).toBe('a,b\n')
    expect(existsSync(join(other.dataDir, 'half.csv.tmp'))).toBe(false)
  })

  it('is proved again on a medium that is only read, and makes nothing where there is none', async () => {
    const folder = join(root, 'medium')
    cpSync(config.backupDir, folder, { recursive: true })
    await verifyBackup(config, join(folder, basename(made)))
    expect(readdirSync(folder)).toHaveLength(2)
    await expect(verifyBackup(config, join(root, 'nowhere', 'x.tar'))).rejects.toMatchObject({
      type: 'NotFound',
    })
    expect(existsSync(join(root, 'nowhere'))).toBe(false)
  })

  it('drops the scratch database that a killed one left', async () => {
    const [{ oid } = { oid: 0 }] = await database.select<{ oid: number }>(
      sql`select oid::int as oid from pg_database where datname = current_database()`,
    )
    await database.db.execute(sql.raw(`create database almanac_check_${oid}_0123456789ab`))
    await verifyBackup(config, made)
    expect(await scratchDatabases()).toEqual([])
  })

  it('holds no other backups', { tags: 'long' }, async () => {
    const inside = join(config.dataDir, 'my backups [1]')
    await makeBackup(config, inside)
    const { file } = await makeBackup(config, inside)
    const folder = mkdtempSync(join(root, 'parts'))
    await unpack(file, folder, { env: config.programEnv })
    const { stdout } = spawnSync('tar', ['--list', '--gzip', '--file', join(folder, FILES)], {
      encoding: 'utf8',
    })
    expect(stdout).not.toMatch(/almanac-.*\.tar|\.unfinished-/)
    expect(stdout).toContain('with a blank.csv')
    rmSync(inside, { recursive: true })
  })

  it('is not restored over rows or files', async () => {
    await expect(restoreBackup(stackOver(database.url, 'nothing'), made)).rejects.toMatchObject({
      type: 'Conflict',
      message: expect.stringContaining('500 in public.pipeline_runs') as string,
    })
    const { url } = await createTestDatabase().then((one) => (others.push(one), one))
    await expect(restoreBackup(stackOver(url, 'data'), made)).rejects.toMatchObject({ type: 'Conflict' })
    expect((await fingerprint(database.url))['public.pipeline_runs']?.rows).toBe(500)
  })
})

describe('backups at the same moment', () => {
  it('are all kept, each with its checksum', { tags: 'long' }, async () => {
    const folder = join(root, 'same second')
    const both = await Promise.all([makeBackup(config, folder), makeBackup(config, folder)])
    expect(new Set(both.map(({ file }) => file)).size).toBe(2)
    expect(readdirSync(folder)).toHaveLength(4)
    for (const { file } of both) await verifyBackup(config, file)
  })
})

describe('a damaged backup', () => {
  let copy: string
  beforeEach(() => {
    copy = join(root, 'copy', basename(made))
    rmSync(join(root, 'copy'), { recursive: true, force: true })
    mkdirSync(join(root, 'copy'))
    cpSync(made, copy)
    cpSync(`${made}.sha256`, `${copy}.sha256`)
  })

  /** The copy with other parts, and a checksum that fits. */
  async function repack(change: (folder: string) => void): Promise<void> {
    const folder = join(root, 'copy', 'parts')
    mkdirSync(folder)
    await unpack(copy, folder, { env: config.programEnv })
    change(folder)
    await pack(folder, copy, { env: config.programEnv })
  }

  it('that was cut off, or lost its checksum, is refused before anything changes', async () => {
    const other = await emptyStack('cut')
    truncateSync(copy, 5_000)
    await expect(verifyBackup(config, copy)).rejects.toMatchObject({ type: 'PayloadInvalid' })
    await expect(restoreBackup(other, copy)).rejects.toMatchObject({ type: 'PayloadInvalid' })
    rmSync(`${copy}.sha256`)
    await expect(restoreBackup(other, copy)).rejects.toMatchObject({ type: 'NotFound' })
    expect((await fingerprint(other.env.DATABASE_URL ?? ''))['public.pipeline_runs']).toEqual({
      rows: 0,
      hash: '0',
    })
  })

  it('of which one byte differs is refused before anything changes', async () => {
    const other = await emptyStack('flipped')
    const bytes = readFileSync(copy)
    const at = Math.floor(bytes.length / 2)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(copy, bytes)
    const refused = restoreBackup(other, copy)
    await expect(refused).rejects.toMatchObject({ type: 'PayloadInvalid' })
    await expect(refused).rejects.toThrow(`${copy} is damaged: it does not have the checksum`)
    expect(existsSync(other.dataDir)).toBe(false)
  })

  it('whose dump cannot be read, or lacks a row, is found by restoring it', async () => {
    await repack((folder) => {
      truncateSync(join(folder, DUMP), statSync(join(folder, DUMP)).size - 2_000)
    })
    await expect(verifyBackup(config, copy)).rejects.toMatchObject({
      type: 'PayloadInvalid',
      message: expect.stringContaining('pg_restore') as string,
    })
    cpSync(made, copy)
    cpSync(`${made}.sha256`, `${copy}.sha256`)
    rmSync(join(root, 'copy', 'parts'), { recursive: true })
    await repack((folder) => {
      const manifest = join(folder, MANIFEST)
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"rows": 500', '"rows": 501'))
    })
    await expect(verifyBackup(config, copy)).rejects.toMatchObject({
      message: expect.stringContaining('public.pipeline_runs: rows 500, expected 501') as string,
    })
    rmSync(join(root, 'copy', 'parts'), { recursive: true })
  })

  it(
    'whose files cannot be read is found, and keeps nobody from restoring another',
    { tags: 'long' },
    async () => {
      await repack((folder) => {
        writeFileSync(join(folder, FILES), 'no archive')
      })
      await expect(verifyBackup(config, copy)).rejects.toMatchObject({ type: 'PayloadInvalid' })
      const other = await emptyStack('tried twice')
      await expect(restoreBackup(other, copy)).rejects.toMatchObject({ type: 'CommandFailed' })
      await restoreBackup(other, made)
      expect(await fingerprint(other.env.DATABASE_URL ?? '')).toEqual(await fingerprint(database.url))
    },
  )
})

it('almanac backup tells what it saved, keeps the newest, and runs the command after it', async () => {
  const copied = join(root, 'copied.tar')
  const env = {
    ...environmentOf(database.url, 'data'),
    BACKUP_DIR: join(root, 'kept'),
    BACKUP_KEEP: '1',
    BACKUP_WEEKS: '0',
    BACKUP_COMMAND: `cp "$BACKUP_FILE" '${copied}'`,
  }
  mkdirSync(join(root, 'kept'))
  writeFileSync(join(root, 'kept', 'almanac-2026-01-01T000000Z.tar'), 'old')
  const { code, stdout } = await command(['backup'], env)
  expect(code).toBe(0)
  expect(stdout).toMatch(/ MB: 5\d\d rows of \d+ tables as of .*, the same once restored/)
  expect(stdout).toContain('removed almanac-2026-01-01T000000Z.tar')
  const [file = '', checksum] = readdirSync(join(root, 'kept'))
  expect(checksum).toBe(`${file}.sha256`)
  expect(readFileSync(copied)).toEqual(readFileSync(join(root, 'kept', file)))
  const verified = await command(['backup', '--verify', join(root, 'kept', file)], env)
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(' is whole: ') as string })
})

describe('almanac backup that is asked to end', () => {
  it.each([
    ['SIGINT', 'while it is written', 130],
    ['SIGTERM', 'while it is restored', 143],
  ] as const)('by %s %s says so, and leaves nothing behind', async (signal, when, code) => {
    const folder = join(root, `ended by ${signal}`)
    const blocker = await lockedTable(when === 'while it is written')
    const stateDir = join(root, `state of ${signal}`)
    mkdirSync(stateDir)
    symlinkSync(toolsDir, join(stateDir, 'tools'))
    const env = { ...environmentOf(database.url, 'data'), ALMANAC_STATE_DIR: stateDir }
    const running = startCommand(['backup', '--to', folder], env)
    try {
      if (when === 'while it is written') await blocker.waitedFor()
      else await until(async () => (await scratchDatabases()).length > 0)
      running.kill(signal)
      const ended = await running.ended
      expect(ended).toMatchObject({ code, stderr: '' })
      expect(ended.stdout).toContain('nothing is left')
      expect(readdirSync(folder)).toEqual([])
      expect(readdirSync(stateDir)).toEqual(['tools'])
      expect(await scratchDatabases()).toEqual([])
    } finally {
      await blocker.release()
    }
  })
})

/** A lock for which a dump waits, so that a test can act in the middle of it; or none. */
async function lockedTable(isLocked: boolean) {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('begin')
  if (isLocked) await client.query('lock table pipeline_runs in access exclusive mode')
  return {
    waitedFor: () =>
      until(
        async () =>
          (
            await database.select(
              sql`select 1 as one from pg_locks where not granted and relation = 'pipeline_runs'::regclass`,
            )
          ).length > 0,
      ),
    release: () => client.end(),
  }
}
