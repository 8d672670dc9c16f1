/** The embedded PostgreSQL server: started or adopted, ready when this returns, stopped on request. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseError } from 'pg'
import { Failure } from '../core/failures.ts'
import { endedWhileStarting } from './cannot-start.ts'
import { ensureCluster } from './postgres-cluster.ts'
import { asOrdinaryUser, postgresPrograms, type PostgresPrograms } from './postgres-programs.ts'
import { ensureWorkRole, loginUrl, POSTGRES_ADMIN, query, workLogin } from './postgres-roles.ts'
import { commandLine, isAlive, type ProcessIdentity } from './process-identity.mjs'
import { canonical, runningPostgres } from './running-servers.ts'
import { endProcess, logEnd, logTail, spawnServer, waitForEnd, waitUntilReady } from './server-process.ts'
import { refuseTakenPort } from './taken-port.ts'

/** Recovery after a crash replays at most `max_wal_size` of log, which a slow disk reads in well under this. */
const READY_TIMEOUT_MS = 60_000
/** One question to a server that is up takes milliseconds; one that is overloaded gets another chance by the loop. */
const CONNECT_TIMEOUT_MS = 5_000
/** A fast shutdown writes a checkpoint first: up to `shared_buffers` of dirty pages. */
const STOP_TIMEOUT_MS = 30_000
/** An immediate shutdown writes nothing. */
const STOP_IMMEDIATE_TIMEOUT_MS = 5_000
/** After a kill -9 of the postmaster its backends notice within a second and let go of the shared memory. */
const STARTS_WHILE_BACKENDS_LEAVE = 10
const BACKENDS_LEAVE_WAIT_MS = 500

/** PostgreSQL's own lock on a data folder. */
const PID_FILE = 'postmaster.pid'

/** What the settings of every start differ in from PostgreSQL's defaults, and why. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  // A socket's path is limited to some 100 characters, a project folder's is not.
  'unix_socket_directories=',
  // Dates are UTC everywhere in Almanac; initdb would take the machine's zone.
  'timezone=UTC',
  'log_timezone=UTC',
  // The default of 1 GB of log is a lot for a database of this size; recovery gets shorter with less.
  'max_wal_size=256MB',
  // A line every five minutes would fill the log with nothing.
  'log_checkpoints=off',
]

/**
 * A throw-away cluster need not wait for the disk, nor make its passwords costly to guess; and autovacuum, which works as
 * the superuser, must not be in a database that the ordinary role drops.
 */
const TEST_SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'scram_iterations=1',
  'autovacuum=off',
]

export interface PostgresOptions {
  /** Folder of the cluster; its password and log are next to it as `<dataDir>.password` and `<dataDir>.log`. */
  dataDir: string
  port: number
  /** Setting that a failure about the port names. */
  setting?: string
  password?: string
  tuning?: 'durable' | 'test'
  log?: (line: string) => void
}

export interface RunningPostgres {
  /** Connection string of the role that works, with its password: not for logs. */
  url: string
  /** Connection string of the superuser, to the database `postgres`. */
  adminUrl: string
  port: number
  pid: number
  /** It ran already, left behind by one that was killed. */
  adopted: boolean
  /** Fast shutdown; open transactions are rolled back. Resolves when the process is gone. */
  stop: () => Promise<void>
}

/** Brings PostgreSQL up on a data folder and makes the database `almanac`. Throws `Misconfigured` with the remedy. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  mkdirSync(dirname(options.dataDir), { recursive: true })
  const dataDir = join(canonical(dirname(options.dataDir)), basename(options.dataDir))
  const tuning = options.tuning ?? 'durable'
  const say = options.log ?? (() => undefined)
  const programs = await postgresPrograms()
  const isNew = !existsSync(dataDir)
  if (isNew) await refuse(options)
  const password = await ensureCluster(programs, { dataDir, password: options.password, tuning })
  if (isNew) say(`made the database cluster ${dataDir}`)
  const adopted = await adopt(dataDir, options.port, password, programs, say)
  const server = adopted ?? (await launch({ ...options, dataDir, tuning }, programs, password))
  await ensureWorkRole(options.port, password)
  return {
    url: loginUrl(workLogin(options.port, password)),
    adminUrl: loginUrl({ port: options.port, role: POSTGRES_ADMIN, password, database: 'postgres' }),
    port: options.port,
    pid: server.pid,
    adopted: adopted !== undefined,
    stop: () => stop(server, dataDir, programs),
  }
}

/** What runs on this folder already: kept if it listens on the wanted port, else stopped. */
async function adopt(
  dataDir: string,
  port: number,
  password: string,
  programs: PostgresPrograms,
  say: (line: string) => void,
): Promise<ProcessIdentity | undefined> {
  const found = runningPostgres(dataDir)
  if (found === undefined) return undefined
  if (found.port !== port) {
    say(
      `PostgreSQL was left running on ${found.port === undefined ? 'another port' : `port ${found.port}`}; stopping it`,
    )
    await stop(found.server, dataDir, programs)
    return undefined
  }
  const ready = await waitUntilReady(found.server, READY_TIMEOUT_MS, () => answers(port, password, dataDir))
  return ready === undefined ? undefined : found.server
}

/**
 * PostgreSQL refuses to start on a postmaster.pid that is empty, as a full disk leaves it, or whose pid is any living
 * process now. Such a file is removed, unless that process may be a server of another user in this folder.
 */
function removeStalePidFile(dataDir: string): void {
  const pidFile = join(dataDir, PID_FILE)
  if (!existsSync(pidFile)) return
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  const command = Number.isNaN(pid) ? '' : commandLine(pid)
  if (command !== undefined && !(command.includes('postgres') && command.includes(dataDir))) rmSync(pidFile)
}

async function launch(
  options: PostgresOptions & { tuning: 'durable' | 'test' },
  programs: PostgresPrograms,
  password: string,
): Promise<ProcessIdentity> {
  const { dataDir, port, tuning } = options
  await refuse(options)
  removeStalePidFile(dataDir)
  const logFile = `${dataDir}.log`
  const settings = tuning === 'test' ? [...SETTINGS, ...TEST_SETTINGS] : SETTINGS
  const run = asOrdinaryUser(programs.postgres, [
    '-D',
    dataDir,
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ])
  for (let attempt = 1; ; attempt += 1) {
    const from = logEnd(logFile)
    const server = await spawnServer({ name: 'PostgreSQL', ...run, logFile })
    const ready = await waitUntilReady(server, READY_TIMEOUT_MS, () =>
      answers(port, password, dataDir),
    ).catch(async (error: unknown) => {
      await stop(server, dataDir, programs)
      throw error
    })
    if (ready !== undefined) return server
    // Ours is removed when it ends: another server of the folder, of a start that was killed, begins or ends just now.
    const isHeld = existsSync(join(dataDir, PID_FILE))
    const isShared = logTail(logFile, from).includes('pre-existing shared memory block')
    if (attempt === STARTS_WHILE_BACKENDS_LEAVE || !(isHeld || isShared))
      throw endedWhileStarting('PostgreSQL', dataDir, logFile, from)
    await new Promise((done) => setTimeout(done, BACKENDS_LEAVE_WAIT_MS))
    const other = await adopt(dataDir, port, password, programs, options.log ?? (() => undefined))
    if (other !== undefined) return other
    removeStalePidFile(dataDir)
  }
}

async function refuse({ port, setting = 'the port' }: PostgresOptions): Promise<void> {
  await refuseTakenPort({ port, setting, name: 'PostgreSQL' })
}

/** SQLSTATE classes: the server is starting or stopping (57P0x), or has no connection left (53300): ask again. */
const NOT_YET = /^(57P0|53300)/

/** True when the server on the port is the one of our folder; undefined while it is not ready. */
async function answers(port: number, password: string, dataDir: string): Promise<true | undefined> {
  try {
    const admin = { port, role: POSTGRES_ADMIN, password, database: 'postgres' }
    const found = await query<{ data_directory: string }>(admin, 'SHOW data_directory', CONNECT_TIMEOUT_MS)
    const folder = found[0]?.data_directory ?? ''
    if (realpathSync(folder) === realpathSync(dataDir)) return true
    throw new Failure(
      'Misconfigured',
      `The PostgreSQL on port ${port} keeps its data in ${folder}, not in ${dataDir}.`,
    )
  } catch (error) {
    if (error instanceof DatabaseError && !NOT_YET.test(error.code ?? '')) {
      throw new Failure(
        'Misconfigured',
        `PostgreSQL on port ${port} refused "${POSTGRES_ADMIN}": ${error.message}.`,
        {
          cause: error,
        },
      )
    }
    if (error instanceof Failure) throw error
    return undefined
  }
}

async function stop(server: ProcessIdentity, dataDir: string, programs: PostgresPrograms): Promise<void> {
  if (process.platform === 'win32') {
    // Windows knows no signals: Node would end the process without a checkpoint.
    spawnSync(programs.pg_ctl, ['stop', '-D', dataDir, '-m', 'fast'], { windowsHide: true })
    if (await waitForEnd(server, STOP_TIMEOUT_MS)) return
  }
  if (await endProcess(server, 'SIGINT', STOP_TIMEOUT_MS)) return
  if (await endProcess(server, 'SIGQUIT', STOP_IMMEDIATE_TIMEOUT_MS)) return
  if (isAlive(server)) {
    throw new Failure(
      'CommandTimedOut',
      `PostgreSQL (process ${server.pid}) did not stop; see ${dataDir}.log.`,
    )
  }
}
