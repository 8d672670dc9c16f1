/** A connection to the stack's database that stays open while nobody else may log in. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { clusterFolder } from '../../../local/embedded-database.ts'
import { readPassword } from '../../../local/postgres-cluster.ts'
import { loginUrl, POSTGRES_ADMIN, POSTGRES_DATABASE } from '../../../local/postgres-roles.ts'
import type { SoakStack } from './soak-stack.ts'

/** A statement that is longer on its way meets a server that hangs. */
const STATEMENT_TIMEOUT_MS = 30_000
/** The stack starts a server again within seconds; recovery and a full disk take longer. */
const CONNECT_WITHIN_MS = 60_000
const CONNECT_POLL_MS = 500

export type Run = (statement: string) => Promise<Record<string, unknown>[]>

/** Runs statements on one connection, which is closed afterwards; waits for a server that is being started again. */
export async function withAdministrator<T>(
  { config }: Pick<SoakStack, 'config'>,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const client = await connect(
    loginUrl({
      port: config.ports.postgres,
      role: POSTGRES_ADMIN,
      password: readPassword(`${clusterFolder(config.stateDir)}.password`),
      database: POSTGRES_DATABASE,
    }),
  )
  try {
    return await work(async (statement) => (await client.query<Record<string, unknown>>(statement)).rows)
  } finally {
    await client.end()
  }
}

async function connect(url: string): Promise<Client> {
  const deadline = Date.now() + CONNECT_WITHIN_MS
  for (;;) {
    const client = new Client({
      connectionString: url,
      query_timeout: STATEMENT_TIMEOUT_MS,
      application_name: 'almanac soak',
    })
    // A server that ends between two statements also emits the error; the next statement rejects.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(CONNECT_POLL_MS)
    }
  }
}
