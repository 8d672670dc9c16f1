/** The connection to PostgreSQL. */
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { DatabaseClient } from './database-client.ts'
import type { Spool } from './spool/spool.ts'

/**
 * A drizzle database over all tables; also the type of a transaction on it. A transaction has no spool: its rows commit
 * or roll back with it.
 */
export type Database = Pick<
  NodePgDatabase,
  'execute' | 'select' | 'selectDistinctOn' | 'insert' | 'update' | 'delete' | 'transaction'
> & {
  /** Takes rows while the server is unavailable; absent if it must not, as in a command at a terminal. */
  readonly spool?: Spool
}

export interface DatabaseHandle {
  db: Database
  pool: pg.Pool
  /** Opens new connections at another address. */
  connectTo(url: string): void
  close(): Promise<void>
}

/** A worker runs few large activities at once; each needs one connection, and the sweep one more. */
const POOL_SIZE = 10
/** A server that does not accept a connection within this time counts as unavailable. */
const CONNECT_TIMEOUT_MS = 5_000
/** The longest statement is an upsert of one chunk (well under a second); a minute means the server hangs. */
const QUERY_TIMEOUT_MS = 60_000
/** A server that was told to end a statement says so at once; after this much longer it hangs, or its network is gone. */
const ENDING_MS = 5_000

/** How long a connection, and a query, may take, in milliseconds. */
export interface DatabaseLimits {
  connectMs: number
  queryMs: number
}

export interface DatabaseOptions {
  /** Takes rows while the server is unavailable. */
  spool?: Spool
  limits?: Partial<DatabaseLimits> | undefined
  /**
   * The server refuses every change, and ends a statement that takes longer, in milliseconds. The driver's own bound would
   * end a streamed one in its middle, so there is none.
   */
  readOnly?: { statementMs: number; isStreamed?: boolean }
}

/**
 * Opens a pool, which connects on first use. `onError` receives broken connections: the next query simply opens a new
 * one. With a spool, the writer keeps rows there while the server is unavailable.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  { spool, limits = {}, readOnly }: DatabaseOptions = {},
): DatabaseHandle {
  const pool = new pg.Pool({
    Client: DatabaseClient,
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: limits.connectMs ?? CONNECT_TIMEOUT_MS,
    application_name: 'almanac',
    ...(readOnly === undefined
      ? { query_timeout: limits.queryMs ?? QUERY_TIMEOUT_MS }
      : readingOptions(readOnly)),
  })
  // The pool listens to idle connections only: without this, one that breaks inside a transaction ends the process.
  pool.on('connect', (client) => client.on('error', onError))
  pool.on('error', () => undefined)
  const db = Object.assign(drizzle(pool), { transaction: transactionsOn(pool) })
  return {
    db: spool === undefined ? db : Object.assign(db, { spool }),
    pool,
    connectTo(other) {
      pool.options.connectionString = other
    },
    close: () => pool.end(),
  }
}

const readingOptions = ({ statementMs, isStreamed = false }: NonNullable<DatabaseOptions['readOnly']>) => ({
  options: `-c default_transaction_read_only=on -c statement_timeout=${statementMs}`,
  ...(!isStreamed && { query_timeout: statementMs + ENDING_MS }),
})

/**
 * Drizzle's own transaction leaks the connection forever if `begin` fails, and returns one to the pool on which the
 * rollback of a hanging statement was never sent: the next user would commit the rest. Here a connection whose
 * transaction failed is closed.
 */
function transactionsOn(pool: pg.Pool): Database['transaction'] {
  return async (work, config) => {
    const client = await pool.connect()
    let hasFailed = true
    try {
      const result = await drizzle(client).transaction(work, config)
      hasFailed = false
      return result
    } finally {
      client.release(hasFailed)
    }
  }
}
