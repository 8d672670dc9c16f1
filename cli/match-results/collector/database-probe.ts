/** One bounded look at a database: whether it answers, on a connection of its own that nothing else waits for. */
import pg from 'pg'
import { databaseFailure } from '../../../db/database-failure.ts'

/** A server that does not accept within this time counts as away. */
const CONNECT_TIMEOUT_MS = 5_000
/** The questions asked here take milliseconds; one that hangs is no answer. */
const QUERY_TIMEOUT_MS = 10_000

/**
 * Runs questions on a connection that is closed afterwards. Throws the named failure of the database, within seconds
 * also where a firewall swallows every packet.
 */
export async function askDatabase<T>(url: string, questions: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'almanac collector',
  })
  // A server that goes away between two questions also emits the error; the rejected promise tells it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await questions(client)
  } catch (error) {
    throw databaseFailure(error) ?? error
  } finally {
    await client.end()
  }
}

/** Throws unless the database answers a question. */
export async function pingDatabase(url: string): Promise<void> {
  await askDatabase(url, (client) => client.query('select 1'))
}
