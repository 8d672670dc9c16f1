/** Work in one transaction that is always rolled back. */
import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import type { Database, DatabaseHandle } from './database.ts'

/**
 * Runs `work` in one transaction, rolls it back and returns what `work` returned; throws what it throws. Its transactions
 * are savepoints, one at a time; its queries may be sent at once and are executed one after the other. Rows that it writes
 * stay locked until it ends.
 */
export async function rolledBack<T>(
  { pool }: Pick<DatabaseHandle, 'pool'>,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let result: { value: T } | undefined
  try {
    await drizzle(queryingInTurn(client)).transaction(async (tx) => {
      const savepoint = tx.transaction.bind(tx)
      const inTurn = oneAtATime()
      const transaction: Database['transaction'] = (inside) => inTurn(() => savepoint(inside))
      const db: Database = Object.assign(tx, { transaction })
      result = { value: await work(db) }
      throw new RollBack()
    })
  } catch (error) {
    if (!(error instanceof RollBack)) throw error
  } finally {
    // Closed, not given back: whatever became of the rollback, the server keeps nothing of a connection that ends.
    client.release(true)
  }
  if (result === undefined) throw new Error('the transaction ended without a result')
  return result.value
}

class RollBack extends Error {}

/** The driver wants a connection to execute one query at a time; drizzle takes any object with its `query`. */
function queryingInTurn(client: pg.PoolClient): pg.PoolClient {
  const inTurn = oneAtATime()
  const query = client.query.bind(client) as (...sent: unknown[]) => Promise<unknown>
  return Object.assign(Object.create(client) as pg.PoolClient, {
    query: (...sent: unknown[]) => inTurn(() => query(...sent)),
  })
}

/** Runs what it is given one after the other; what fails does not stop the next. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }
}
