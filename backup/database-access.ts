/** How a backup reaches the database: as the role that owns the tables, and as one that may make a database. */
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../config/load-config.ts'
import { Failure } from '../core/failures.ts'
import { withClient } from '../db/database-client.ts'
import { databaseFailure } from '../db/database-failure.ts'
import { clusterFolder, embeddedDatabaseUrl } from '../local/embedded-database.ts'
import { readPassword } from '../local/postgres-cluster.ts'
import { postgresClient, type PostgresClient } from '../local/postgres-client.ts'
import { loginUrl, POSTGRES_ADMIN } from '../local/postgres-roles.ts'

export interface DatabaseAccess {
  /** Connection string, with the password, of the role that works. */
  url: string
  /** That of a role that may make a database. */
  makerUrl: string
}

/** The database of a configuration. Throws `Misconfigured` if it was never started. */
export function databaseAccess({ env, stateDir, ports }: Config): DatabaseAccess {
  if (env.DATABASE_URL !== undefined) return { url: env.DATABASE_URL, makerUrl: env.DATABASE_URL }
  const url = embeddedDatabaseUrl(stateDir, ports.postgres)
  if (url === undefined)
    throw new Failure('Misconfigured', `There is no database yet in ${join(stateDir, 'postgres')}.`)
  const password = readPassword(`${clusterFolder(stateDir)}.password`)
  const makerUrl = loginUrl({ port: ports.postgres, role: POSTGRES_ADMIN, password, database: 'postgres' })
  return { url, makerUrl }
}

/**
 * Runs queries on a connection of its own. Throws the named failure of the database, and the reason of the signal, which ends the
 * connection in the middle of a query.
 */
export async function connected<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await withClient({ connectionString: url, application_name: 'almanac backup' }, work, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw databaseFailure(error) ?? error
  }
}

/** Major version of a server, and programs that fit it. */
export async function serverTools(
  client: pg.ClientBase,
  toolsDir: string,
): Promise<PostgresClient & { major: number }> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000)
  return { ...postgresClient(toolsDir, major), major }
}

/** The address for a program's arguments, which everybody on the machine can read, and its password for the environment. */
export function withoutPassword(url: string): { dbname: string; env: Record<string, string> } {
  const parsed = new URL(url)
  const password = decodeURIComponent(parsed.password)
  parsed.password = ''
  // libpq before version 16 does not know it.
  parsed.searchParams.delete('require_auth')
  return { dbname: parsed.href, env: password === '' ? {} : { PGPASSWORD: password } }
}
