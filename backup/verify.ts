/** Proves a backup by restoring it: into a database of its own, whose rows are compared with those of the original. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../config/load-config.ts'
import { Failure } from '../core/failures.ts'
import { damaged, DUMP, FILES, refuseMissing, unpack, type Manifest } from './archive.ts'
import { connected, databaseAccess, serverTools, withoutPassword } from './database-access.ts'
import { differences, fingerprintOf } from './fingerprint.ts'
import { runTool } from './run-tool.ts'
import { inScratchFolder } from './scratch-folder.ts'

/** Restores at once; more would take the processors from the runs. */
const JOBS = 2
/** SQLSTATE: the role may not make a database. */
const NOT_ALLOWED = '42501'
/** SQLSTATE: the lock was not free within `lock_timeout`. */
const NOT_IN_TIME = '55P03'
/** Whoever asks a waiting backup to end waits no longer. */
const TURN_MS = 1_000

/**
 * Restores a backup into a scratch database of the server, and removes that again. Throws `PayloadInvalid` with what is
 * not as it was, and leaves nothing behind.
 */
export async function verifyBackup(config: Config, file: string, signal?: AbortSignal): Promise<Manifest> {
  refuseMissing(file)
  // Not beside it: it may lie on a medium that is only read.
  return inScratchFolder(config.stateDir, async (folder) => {
    const manifest = await unpack(file, folder, { env: config.programEnv, signal })
    await runTool('tar', ['--list', '--gzip', `--file=${join(folder, FILES)}`], {
      env: config.programEnv,
      signal,
    }).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw damaged(file, error instanceof Error ? error.message : String(error))
    })
    await inScratchDatabase(config, signal, async (url) => {
      await loadDump(config, url, { file, dump: join(folder, DUMP), manifest, how: 'fast', signal })
    })
    return manifest
  })
}

interface Loading {
  /** The backup, for messages. */
  file: string
  dump: string
  manifest: Manifest
  how: 'fast' | 'whole or not at all'
  signal?: AbortSignal | undefined
}

/**
 * Loads a dump into an empty database, by several connections or in one transaction, and compares every row with what was
 * stored. Throws `PayloadInvalid`.
 */
export async function loadDump(
  { toolsDir, programEnv, postgresEnv }: Config,
  url: string,
  { file, dump, manifest, how, signal }: Loading,
): Promise<void> {
  const { restore } = await connected(url, (client) => serverTools(client, toolsDir))
  const { dbname, env } = withoutPassword(url)
  const at = how === 'fast' ? `--jobs=${JOBS}` : '--single-transaction'
  await runTool(
    restore,
    ['--no-owner', '--no-privileges', '--exit-on-error', at, `--dbname=${dbname}`, dump],
    {
      env: { ...programEnv, ...postgresEnv, ...env },
      signal,
    },
  ).catch((error: unknown) => {
    if (error instanceof Failure && error.type === 'CommandFailed') throw damaged(file, error.message)
    throw error
  })
  const found = await connected(
    url,
    async (client) => {
      await client.query('begin isolation level repeatable read read only')
      return fingerprintOf(client)
    },
    signal,
  )
  const differ = differences(found, manifest.tables)
  if (differ.length > 0) throw damaged(file, `restored, it is not what was stored: ${differ.join('; ')}`)
}

/** Held for as long as a scratch database is used; any constant of our own does. */
const SCRATCH_LOCK = 4_120_260_312

/**
 * Waits for its turn, and returns the beginning of the names of this database's scratch databases. Whichever is there then
 * was left by one that was killed, and is dropped.
 */
async function scratchNames(client: pg.Client, signal: AbortSignal | undefined): Promise<string> {
  // In turns of a second, since nothing ends a statement that waits.
  await client.query(`set lock_timeout = ${TURN_MS}`)
  while (!(await hasLock(client))) signal?.throwIfAborted()
  await client.query('reset lock_timeout')
  signal?.throwIfAborted()
  const { rows: own } = await client.query<{ beginning: string }>(
    `select 'almanac_check_' || oid || '_' as beginning from pg_database where datname = current_database()`,
  )
  const beginning = own[0]?.beginning ?? ''
  const { rows } = await client.query<{ name: string }>(
    'select datname as name from pg_database where starts_with(datname, $1)',
    [beginning],
  )
  for (const { name } of rows) await client.query(`drop database if exists ${name} with (force)`)
  return beginning
}

async function hasLock(client: pg.Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_lock($1)', [SCRATCH_LOCK])
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_IN_TIME) return false
    throw error
  }
}

async function inScratchDatabase(
  config: Config,
  signal: AbortSignal | undefined,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const { url, makerUrl } = databaseAccess(config)
  const scratch = new URL(url)
  await connected(makerUrl, async (client) => {
    const name = `${await scratchNames(client, signal)}${randomBytes(6).toString('hex')}`
    scratch.pathname = `/${name}`
    // As the original: another collation would sort otherwise.
    await client
      .query(`create database ${name} template template0 owner "${decodeURIComponent(scratch.username)}"`)
      .catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === NOT_ALLOWED)) throw error
        throw new Failure(
          'Misconfigured',
          `A backup counts only after it was restored, and "${scratch.username}" may not make a database for that: run ALTER ROLE "${scratch.username}" CREATEDB as the administrator of the server.`,
        )
      })
    try {
      await work(scratch.href)
    } finally {
      await client.query(`drop database ${name} with (force)`)
    }
  })
}
