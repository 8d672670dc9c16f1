/** The embedded Temporal server with its Web UI: started or adopted, ready when this returns, stopped on request. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Connection } from '@temporalio/client'
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js'
import { Failure } from '../core/failures.ts'
import { isAlive, type ProcessIdentity } from './process-identity.mjs'
import { endProcess, logTail, spawnServer, waitUntilReady } from './server-process.ts'
import { isListening, refuseTakenPort } from './taken-port.ts'

/** A first start makes the SQLite schema; measured at one to two seconds, more on a busy machine. */
const READY_TIMEOUT_MS = 60_000
/** One call to a server on this machine. */
const CALL_TIMEOUT_MS = 5_000
/** The server drains its connections and closes its database; measured at under a second. */
const STOP_TIMEOUT_MS = 15_000
/** What SQLite committed survives a kill, so there is nothing left to wait for. */
const KILL_TIMEOUT_MS = 5_000

/** Histories are kept for a week; a development server's default is one day. */
const RETENTION_MS = 7 * 24 * 60 * 60 * 1000

/**
 * A server polls each transfer queue 20 times a second by default, so every activity waits for the next 50 ms tick; and
 * SQLite flushes the disk at every commit. Both together made a sequence of 40 empty activities five times slower.
 */
const TUNED_SETTINGS = [
  '--dynamic-config-value',
  'history.transferProcessorMaxPollRPS=2000',
  '--dynamic-config-value',
  'history.transferProcessorMaxPollHostRPS=5000',
  '--sqlite-pragma',
  'journal_mode=wal',
  // With the write-ahead log this can lose the last commits in a power cut, never the database.
  '--sqlite-pragma',
  'synchronous=normal',
]

export interface TemporalOptions {
  /** Folder of the server's database, log and pid file. */
  stateDir: string
  port: number
  /** Port of the Web UI; null starts without one. */
  uiPort: number | null
  /** Path of `temporal`, from `temporalExecutable`. */
  executable: string
  namespace: string
  /** Settings that a failure about a taken port names. */
  setting?: string
  uiSetting?: string
  /** Start the server with its own defaults instead of ours, as the benchmark's other side. */
  defaults?: boolean
  log?: (line: string) => void
}

export interface RunningTemporal {
  /** host:port of the gRPC service. */
  address: string
  uiUrl: string | undefined
  pid: number
  /** It ran already, left behind by one that was killed. */
  adopted: boolean
  /** Resolves when the process is gone. */
  stop: () => Promise<void>
}

/** What the pid file holds: the process, and how it was started. */
interface Started {
  server: ProcessIdentity
  /** The arguments: another set of them asks for another server. */
  args: string[]
}

/** Brings the server up with its namespace, retention and search attributes. Throws `Misconfigured` with the remedy. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const stateDir = resolve(options.stateDir)
  mkdirSync(stateDir, { recursive: true })
  const address = `127.0.0.1:${options.port}`
  const args = argumentsOf(options, stateDir)
  const pidFile = join(stateDir, 'temporal.pid.json')
  const adopted = await adopt(pidFile, args, options)
  const server = adopted ?? (await launch(options, stateDir, args, pidFile))
  return {
    address,
    uiUrl: options.uiPort === null ? undefined : `http://127.0.0.1:${options.uiPort}`,
    pid: server.pid,
    adopted: adopted !== undefined,
    stop: () => stop(server, pidFile),
  }
}

function argumentsOf(
  { port, uiPort, namespace, defaults = false }: TemporalOptions,
  stateDir: string,
): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    '--db-filename',
    join(stateDir, 'temporal.db'),
    '--namespace',
    namespace,
    // What `almanac runs` and the dashboard list by; a workflow that sets an unknown attribute fails.
    '--search-attribute',
    'Pipeline=Keyword',
    '--search-attribute',
    'Outcome=Keyword',
    '--log-level',
    'error',
    ...(defaults ? [] : TUNED_SETTINGS),
  ]
}

/** What was left running: kept when it was started the same way, else stopped. */
async function adopt(
  pidFile: string,
  args: string[],
  { port, namespace, log }: TemporalOptions,
): Promise<ProcessIdentity | undefined> {
  if (!existsSync(pidFile)) return undefined
  const started = JSON.parse(readFileSync(pidFile, 'utf8')) as Started
  if (!isAlive(started.server)) return undefined
  if (JSON.stringify(started.args) !== JSON.stringify(args)) {
    log?.('the Temporal server was left running with other settings; stopping it')
    await stop(started.server, pidFile)
    return undefined
  }
  const ready = await waitUntilReady(started.server, READY_TIMEOUT_MS, () => answers(port, namespace))
  return ready === undefined ? undefined : started.server
}

async function launch(
  options: TemporalOptions,
  stateDir: string,
  args: string[],
  pidFile: string,
): Promise<ProcessIdentity> {
  const { port, uiPort, setting = 'the port', uiSetting = 'the port of the Web UI' } = options
  await refuseTakenPort({ port, setting, name: 'the Temporal server' })
  if (uiPort !== null) await refuseTakenPort({ port: uiPort, setting: uiSetting, name: "Temporal's Web UI" })
  const logFile = join(stateDir, 'temporal.log')
  const server = await spawnServer({ name: 'Temporal', command: options.executable, args, logFile })
  writeFileSync(pidFile, JSON.stringify({ server, args } satisfies Started), { flush: true })
  const ready = await waitUntilReady(server, READY_TIMEOUT_MS, () => answers(port, options.namespace)).catch(
    async (error: unknown) => {
      await stop(server, pidFile)
      throw error
    },
  )
  if (ready !== undefined) return server
  throw new Failure(
    'Misconfigured',
    `The Temporal server ended while it started; the end of ${logFile} says why:\n${logTail(logFile)}`,
  )
}

/** True when the namespace responds, with its retention set; undefined while the server is not ready. */
async function answers(port: number, namespace: string): Promise<true | undefined> {
  // gRPC waits a second before it tries a refused port again, which would be most of a start.
  if (!(await isListening(port))) return undefined
  let connection: Connection | undefined
  try {
    connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: CALL_TIMEOUT_MS })
    const { workflowService } = connection
    await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async () => {
      const { config } = await workflowService.describeNamespace({ namespace })
      if (optionalTsToMs(config?.workflowExecutionRetentionTtl) === RETENTION_MS) return
      const retention = { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) }
      await workflowService.updateNamespace({ namespace, config: retention })
    })
    return true
  } catch {
    // Refused, unavailable, or a namespace not registered yet: all mean "not yet"; the timeout reports the permanent
    // case.
    return undefined
  } finally {
    await connection?.close()
  }
}

async function stop(server: ProcessIdentity, pidFile: string): Promise<void> {
  const gone =
    (await endProcess(server, 'SIGINT', STOP_TIMEOUT_MS)) ||
    (await endProcess(server, 'SIGKILL', KILL_TIMEOUT_MS))
  if (!gone) throw new Failure('CommandTimedOut', `The Temporal server (process ${server.pid}) did not stop.`)
  rmSync(pidFile, { force: true })
}
