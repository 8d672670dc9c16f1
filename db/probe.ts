/** One bounded check of a database, on its own connection, which nothing else waits for. */
import type pg from 'pg'
import { withClient } from './database-client.ts'
import { databaseFailure } from './database-failure.ts'

/** A server that does not accept a connection within this time counts as unavailable. */
const CONNECT_TIMEOUT_MS = 5_000
/** The queries here take milliseconds; a server that needs longer hangs. */
const QUERY_TIMEOUT_MS = 10_000

/**
 * Runs queries on a connection that is closed afterwards. Throws the named failure of the database, within seconds even
 * if a firewall swallows every packet.
 */
export async function probeDatabase<T>(url: string, queries: (client: pg.Client) => Promise<T>): Promise<T> {
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'almanac probe',
  }
  try {
    return await withClient(connection, queries)
  } catch (error) {
    throw databaseFailure(error) ?? error
  }
}
