/**
 * One PostgreSQL and one Temporal server for the whole test run. Each file's databases are copies of a migrated
 * template; each stack has a separate namespace.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrateDatabase } from '../../db/migrate.ts'
import { POSTGRES_ROLE } from '../../local/postgres-roles.ts'
import { startPostgres } from '../../local/postgres.ts'
import { freePort } from '../../local/taken-port.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { startTemporal } from '../../local/temporal.ts'
import { toolsDir } from './tools-dir.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the server, database `postgres`. */
    postgresUrl: string
    /** host:port of the Temporal server. */
    temporalAddress: string
  }
}

export const TEMPLATE = 'almanac_template'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-tests-'))
  const [postgresPort, temporalPort] = [await freePort(), await freePort()]
  const [server, temporal] = await Promise.all([
    startPostgres({ dataDir: join(folder, 'postgres'), port: postgresPort, tuning: 'test' }),
    startTemporal({
      stateDir: join(folder, 'temporal'),
      port: temporalPort,
      uiPort: null,
      executable: temporalExecutable(toolsDir),
      namespace: 'default',
    }),
  ])
  const client = new pg.Client({ connectionString: server.adminUrl })
  await client.connect()
  await client.query(`alter role ${POSTGRES_ROLE} createdb createrole`)
  await client.query(`create database ${TEMPLATE} owner ${POSTGRES_ROLE}`)
  await client.end()
  const postgresUrl = new URL(server.url)
  postgresUrl.pathname = '/postgres'
  // Tests connect through proxies, and as other roles.
  postgresUrl.search = ''
  const template = new URL(server.url)
  template.pathname = `/${TEMPLATE}`
  await migrateDatabase(template.href)
  project.provide('postgresUrl', postgresUrl.href)
  project.provide('temporalAddress', temporal.address)
  return async () => {
    await Promise.all([server.stop(), temporal.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}
