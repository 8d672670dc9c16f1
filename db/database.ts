/** The connection to PostgreSQL. */
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import * as schema from './schema/index.ts'
import type { Spool } from './spool/spool.ts'

/**
 * A drizzle database over all tables; also the type of a transaction on it. A transaction has no spool: what belongs to
 * it stands or falls with it.
 */
export type Database = Pick<
  NodePgDatabase<typeof schema>,
  'execute' | 'select' | 'selectDistinctOn' | 'insert' | 'update' | 'delete' | 'transaction'
> & {
  /** Where rows go while the server is away; absent where they may not, as in a command at somebody's terminal. */
  readonly spool?: Spool
}

export interface DatabaseHandle {
  db: Database
  pool: pg.Pool
  /** Opens new connections at another address. */
  connectTo(url: string): void
  close(): Promise<void>
}

/** A worker runs few fat steps at once; each needs one connection, and the sweep one more. */
const POOL_SIZE = 10
/** A server that does not accept within this time counts as away. */
const CONNECT_TIMEOUT_MS = 5_000
/** The longest statement is an upsert of one chunk (well under a second); a minute means the server hangs. */
const QUERY_TIMEOUT_MS = 60_000

/**
 * Opens a pool; it connects when first used. `onError` hears of connections that broke: the next query simply opens
 * a new one. With a spool the write door keeps rows there while the server is away.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  { spool }: { spool?: Spool } = {},
): DatabaseHandle {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'almanac',
  })
  // The pool listens to idle connections only: without this, one that breaks inside a transaction ends the process.
  pool.on('connect', (client) => client.on('error', onError))
  pool.on('error', () => undefined)
  const db = Object.assign(drizzle(pool, { schema }), { transaction: transactionsOn(pool) })
  return {
    db: spool === undefined ? db : Object.assign(db, { spool }),
    pool,
    connectTo(other) {
      pool.options.connectionString = other
    },
    close: () => pool.end(),
  }
}

/**
 * Drizzle's own keeps the connection for ever where `begin` fails, and gives back one on which the rollback of a hanging
 * statement was never sent: the next user would commit what was left. Here a connection whose transaction failed is closed.
 */
function transactionsOn(pool: pg.Pool): Database['transaction'] {
  return async (work, config) => {
    const client = await pool.connect()
    let hasFailed = true
    try {
      const result = await drizzle(client, { schema }).transaction(work, config)
      hasFailed = false
      return result
    } finally {
      client.release(hasFailed)
    }
  }
}
