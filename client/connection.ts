/** How everything outside the worker reaches Temporal and the database of the chosen stack. */
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Client, ConnectionOptions } from '@temporalio/client'
import type { Config } from '../config/load-config.ts'
import { almanacCommand } from '../core/command-name.ts'
import { sentenceOf } from '../core/failures.ts'
import { DatabaseClient } from '../db/database-client.ts'
import { openDatabase, type DatabaseHandle, type DatabaseLimits } from '../db/database.ts'
import { embeddedDatabaseUrl } from '../local/embedded-database.ts'
import { lockHolder } from '../local/file-lock.mjs'
import { STACK_LOCK_FILE } from '../local/stack-lock.ts'
import { CannotReach, grpcRefusal } from './cannot-reach.ts'

/** A local server responds in milliseconds, a remote one within a second or two; on a busy machine either took over 5 s. */
const CONNECT_TIMEOUT_MS = 15_000

/** gRPC's status of a call that its caller ended; such a call is not tried again. */
const GRPC_CANCELLED = 1

/** gRPC's status of a call that was not answered in time, which the SDK does not try again. */
const GRPC_DEADLINE_EXCEEDED = 4
/**
 * An overloaded server ends calls so, even that of somebody who waits for the end of a run. Where a deadline of ours has passed
 * each attempt ends at once, and two more take less than half a second.
 */
const MAX_ATTEMPTS_IN_TIME = 3

/** `host:port` of the Temporal server of this stack. */
export function temporalAddress(config: Config): string {
  return config.env.TEMPORAL_ADDRESS ?? `127.0.0.1:${config.ports.temporal}`
}

/** Options that `Connection` and `NativeConnection` share. */
export function temporalConnectionOptions(config: Config): {
  address: string
  tls?: boolean
  apiKey?: string
} {
  const apiKey = config.env.TEMPORAL_API_KEY
  return { address: temporalAddress(config), ...(apiKey === undefined ? {} : { tls: true, apiKey }) }
}

/**
 * Connects a client, within `timeoutMs`; throws `CannotReach` with the remedy. Close its connection when done.
 */
export async function connectTemporal(config: Config, timeoutMs = CONNECT_TIMEOUT_MS): Promise<Client> {
  try {
    // gRPC retries a refused port until its timeout; this fails at once.
    await portAnswers(temporalAddress(config), timeoutMs)
    // Loading it takes a quarter of a second, which commands that only query the database save.
    const { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } =
      await import('@temporalio/client')
    const retrying = defaultGrpcRetryOptions()
    const connection = await Connection.connect({
      ...temporalConnectionOptions(config),
      connectTimeout: timeoutMs,
      interceptors: [
        makeGrpcRetryInterceptor({
          ...retrying,
          retryableDecider(attempt, status) {
            const code: number = status.code
            const isLate = code === GRPC_DEADLINE_EXCEEDED && attempt < MAX_ATTEMPTS_IN_TIME
            return isLate || retrying.retryableDecider(attempt, status)
          },
        }),
        endsWithItsConnection,
      ],
    })
    return new Client({ connection, namespace: config.env.TEMPORAL_NAMESPACE })
  } catch (error) {
    throw temporalAway(config, error)
  }
}

/** The same for some work; the connection is closed after it. */
export async function withTemporal<T>(
  config: Config,
  work: (client: Client) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const client = await connectTemporal(config, timeoutMs)
  try {
    return await work(client)
  } finally {
    await client.connection.close()
  }
}

/** The error of a Temporal server that does not respond, or refuses us, with the remedy. */
export function temporalAway(config: Config, cause: unknown): CannotReach {
  const address = temporalAddress(config)
  const refusal = grpcRefusal(cause)
  const says =
    refusal === undefined
      ? `Temporal does not answer at ${address}; ${temporalHint(config)}.`
      : `Temporal at ${address} refuses: "${refusal}"; check TEMPORAL_NAMESPACE and TEMPORAL_API_KEY with "${almanacCommand('doctor')}".`
  return new CannotReach(says, { cause })
}

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number]
type Call = ReturnType<Interceptor>

/** Gets the end of a call. */
interface Listener {
  onReceiveMessage(message: null): void
  onReceiveStatus(status: { code: number; details: string; metadata: unknown }): void
}

/**
 * Makes a call on a closed connection fail like any other. The SDK's retry starts its next attempt from a timer, where
 * gRPC throws "Channel has been shut down": that would end the process, and the call would never settle.
 */
const endsWithItsConnection: Interceptor = (options, nextCall) => {
  try {
    return nextCall(options) as Call
  } catch (error) {
    const start = (metadata: unknown, listener: Listener) => {
      listener.onReceiveMessage(null)
      listener.onReceiveStatus({ code: GRPC_CANCELLED, details: sentenceOf(error), metadata })
    }
    const nothing = () => undefined
    const ended: unknown = { start, sendMessage: nothing, halfClose: nothing, cancelWithStatus: nothing }
    return ended as Call
  }
}

/** Opens and closes a TCP connection to `host:port`; rejects if nothing listens. */
function portAnswers(address: string, timeoutMs: number): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: timeoutMs })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
    socket.once('error', reject)
  })
}

/** Address of the database of this stack, with its password; throws `CannotReach` if none was ever started. */
export function databaseUrl(config: Config): string {
  if (config.env.DATABASE_URL !== undefined) return config.env.DATABASE_URL
  const url = embeddedDatabaseUrl(config.stateDir, config.ports.postgres)
  if (url !== undefined) return url
  throw new CannotReach(`There is no database yet; ${databaseHint(config)}.`)
}

/** Who reads this while only the demo runs most likely means the demo. */
export function demoHint({ mode, stateDir }: Pick<Config, 'mode' | 'stateDir'>): string {
  const isDemoUp = mode === 'live' && lockHolder(join(stateDir, 'demo', STACK_LOCK_FILE)) !== undefined
  return isDemoUp ? ' (the demo is running: add --demo to talk to it)' : ''
}

/** What to do if an embedded server does not respond. */
function startHint(config: Config, logName: string): string {
  const log = join(config.stateDir, logName)
  const start = `start the stack with "${config.mode === 'demo' ? 'npm run demo' : 'npm start'}"${demoHint(config)}`
  return existsSync(log) ? `${start}; its log is ${log}` : start
}

/** What to do if Temporal does not respond. */
export function temporalHint(config: Config): string {
  return config.env.TEMPORAL_ADDRESS === undefined
    ? startHint(config, 'temporal.log')
    : 'check TEMPORAL_ADDRESS'
}

/** What to do if the embedded database does not respond. */
export function databaseHint(config: Config): string {
  return startHint(config, 'postgres.log')
}

/** Opens the database of this stack. Close it when done. */
export function connectDatabase(config: Config, limits?: Partial<DatabaseLimits>): DatabaseHandle {
  return openDatabase(databaseUrl(config), () => undefined, { limits })
}

/** The same for some work; it is closed after it. */
export async function withDatabase<T>(
  config: Config,
  work: (database: DatabaseHandle) => Promise<T>,
  limits?: Partial<DatabaseLimits>,
): Promise<T> {
  const database = connectDatabase(config, limits)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** Opens the database of this stack for a server that shows it: what changes rows is refused, long statements end. */
export function openForReading(config: Config, statementMs: number): DatabaseHandle {
  return openDatabase(databaseUrl(config), () => undefined, { readOnly: { statementMs } })
}

/** The same for what is streamed out of it, as slowly as its reader takes it. */
export function openForExports(config: Config, statementMs: number): DatabaseHandle {
  const readOnly = { statementMs, isStreamed: true }
  return openDatabase(databaseUrl(config), () => undefined, { readOnly })
}

/** A connection of its own to the database of this stack, not opened yet, for who listens to it. */
export function listenerOf(config: Config): DatabaseClient {
  return new DatabaseClient({
    connectionString: databaseUrl(config),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    application_name: 'almanac events',
    keepAlive: true,
  })
}

/**
 * How long a command waits for a server that it only reads from, in milliseconds: a person is waiting, and a server that
 * works answers within a second.
 */
const READING_MS = 3_000

/** Runs queries with that limit. */
export const readingDatabase = <T>(
  config: Config,
  work: (database: DatabaseHandle) => Promise<T>,
): Promise<T> => withDatabase(config, work, { connectMs: READING_MS, queryMs: READING_MS })

/** Runs calls to Temporal with that limit. */
export function readingTemporal<T>(config: Config, work: (client: Client) => Promise<T>): Promise<T> {
  const limited = (client: Client) => client.withDeadline(Date.now() + READING_MS, () => work(client))
  return withTemporal(config, limited, READING_MS)
}

/** Address of a run in Temporal's Web UI. */
export function webUiLink(config: Config, workflowId: string, runId: string): string {
  const path = `namespaces/${config.env.TEMPORAL_NAMESPACE}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`
  return `${webUi(config)}/${path}`
}

/** Address of Temporal's Web UI, without a trailing slash. */
export function webUi(config: Config): string {
  return (config.env.TEMPORAL_UI_URL ?? `http://127.0.0.1:${config.ports.temporalUi}`).replace(/\/$/, '')
}
