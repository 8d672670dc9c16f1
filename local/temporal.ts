/** The embedded Temporal server with its Web UI: started or adopted, ready when this returns, stopped on request. */
import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js'
import { Failure } from '../core/failures.ts'
import type { Say } from '../core/log-records.ts'
import { OWNER_ONLY } from '../system/atomic-file.ts'
import { endedWhileStarting } from './cannot-start.ts'
import type { ProcessIdentity } from './process-identity.mjs'
import { canonical, runningTemporal, temporalStore } from './running-servers.ts'
import { endProcess, logEnd, logTail, spawnServer, waitUntilReady } from './server-process.ts'
import { isListening, refuseTakenPort } from './taken-port.ts'
import { temporalArguments, uiAddressIn, type TemporalSettings } from './temporal-arguments.ts'
import { hiddenUiAddress, serveWebUi, type UiAddress } from './web-ui.ts'

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

export interface TemporalOptions extends TemporalSettings {
  /** Port of the Web UI; null starts without one. */
  uiPort: number | null
  /** Path of `temporal`, from `temporalExecutable`. */
  executable: string
  /** Settings that a failure about a taken port names. */
  setting?: string
  uiSetting?: string
  say?: Say
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

/** Brings the server up with its namespace, retention and search attributes. Throws `Misconfigured` with the remedy. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  mkdirSync(options.stateDir, { recursive: true })
  const here = { ...options, stateDir: canonical(options.stateDir) }
  const adopted = await adopt(here)
  const { server, ui } = adopted ?? (await launch(here))
  try {
    const closeUi = await openUi(here, ui)
    return {
      address: `127.0.0.1:${here.port}`,
      uiUrl: here.uiPort === null ? undefined : `http://127.0.0.1:${here.uiPort}`,
      pid: server.pid,
      adopted: adopted !== undefined,
      async stop() {
        await closeUi()
        await stop(server)
      },
    }
  } catch (error) {
    await stop(server)
    throw error
  }
}

interface Started {
  server: ProcessIdentity
  ui: UiAddress | undefined
}

/** What was left running: kept when it was started the same way, else stopped. */
async function adopt(options: TemporalOptions): Promise<Started | undefined> {
  const found = runningTemporal(options.stateDir)
  if (found === undefined) return undefined
  const { server, command } = found
  const ui = uiAddressIn(command)
  const isSame =
    (ui === undefined) === (options.uiPort === null) &&
    command.endsWith(` ${temporalArguments(options, ui).join(' ')}`)
  if (!isSame) {
    await stop(server)
    return undefined
  }
  const ready = await waitUntilReady(server, READY_TIMEOUT_MS, () => answers(options.port, options.namespace))
  return ready === undefined ? undefined : { server, ui }
}

/** Starts the server; a store that it cannot use is put aside, and what was in it is made anew. */
async function launch(options: TemporalOptions): Promise<Started> {
  const { stateDir, port, uiPort, setting = 'the port' } = options
  await refuseTakenPort({ port, setting, name: 'the Temporal server' })
  if (uiPort !== null) await refuseTakenUiPort(options, uiPort)
  const logFile = join(stateDir, 'temporal.log')
  const from = logEnd(logFile)
  const started = await spawnReady(options, logFile)
  if (started !== undefined) return started
  if (!UNUSABLE_STORE.test(logTail(logFile, from)))
    throw endedWhileStarting('The Temporal server', stateDir, logFile, from)
  const aside = putAside(stateDir)
  options.say?.(
    `the Temporal server could not use its store, which is ${aside} now; it begins with an empty one, and runs that were open are closed as interrupted`,
    { event: 'temporal.store-put-aside', aside },
  )
  const again = await spawnReady(options, logFile)
  if (again === undefined) throw endedWhileStarting('The Temporal server', stateDir, logFile, from)
  return again
}

/** Undefined if the server ended while it started. */
async function spawnReady(options: TemporalOptions, logFile: string): Promise<Started | undefined> {
  const ui = options.uiPort === null ? undefined : await hiddenUiAddress()
  const args = temporalArguments(options, ui)
  const server = await spawnServer({ name: 'Temporal', command: options.executable, args, logFile })
  const ready = await waitUntilReady(server, READY_TIMEOUT_MS, () =>
    answers(options.port, options.namespace),
  ).catch(async (error: unknown) => {
    await stop(server)
    throw error
  })
  keepPrivate(options.stateDir)
  return ready === undefined ? undefined : { server, ui }
}

/** The server makes its store readable by all; what SQLite puts beside it has the same mode. */
function keepPrivate(stateDir: string): void {
  const files = ['', '-wal', '-shm'].map((end) => temporalStore(stateDir) + end)
  for (const file of files) if (existsSync(file)) chmodSync(file, OWNER_ONLY)
}

/**
 * SQLite's own words for a file without tables, as an interrupted first start leaves it, for one that is no database, and
 * for a damaged one.
 */
const UNUSABLE_STORE =
  /no such table: namespaces|file is not a database \(26\)|database disk image is malformed \(11\)/

/** Renames the store, with SQLite's files beside it; returns its new path. */
function putAside(stateDir: string): string {
  const store = temporalStore(stateDir)
  const aside = `${store}.unusable-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  for (const end of ['', '-wal', '-shm']) if (existsSync(store + end)) renameSync(store + end, aside + end)
  return aside
}

async function openUi(options: TemporalOptions, ui: UiAddress | undefined): Promise<() => Promise<void>> {
  if (options.uiPort === null || ui === undefined) return () => Promise.resolve()
  await refuseTakenUiPort(options, options.uiPort)
  return serveWebUi(options.uiPort, ui)
}

function refuseTakenUiPort({ uiSetting = 'the port of the Web UI' }: TemporalOptions, port: number) {
  return refuseTakenPort({ port, setting: uiSetting, name: "Temporal's Web UI" })
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

async function stop(server: ProcessIdentity): Promise<void> {
  const gone =
    (await endProcess(server, 'SIGINT', STOP_TIMEOUT_MS)) ||
    (await endProcess(server, 'SIGKILL', KILL_TIMEOUT_MS))
  if (!gone) throw new Failure('CommandTimedOut', `The Temporal server (process ${server.pid}) did not stop.`)
}
