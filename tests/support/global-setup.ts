/** One PostgreSQL for the whole test run, with a migrated template that each file's databases are copied from. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrateDatabase } from '../../db/migrate.ts'
import { startPostgres } from '../../local/postgres.ts'
import { freePort } from '../../local/taken-port.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the server, database `postgres`. */
    postgresUrl: string
  }
}

export const TEMPLATE = 'almanac_template'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-tests-'))
  const server = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    tuning: 'test',
  })
  const admin = new URL(server.url)
  admin.pathname = '/postgres'
  const client = new pg.Client({ connectionString: admin.href })
  await client.connect()
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
  const template = new URL(server.url)
  template.pathname = `/${TEMPLATE}`
  await migrateDatabase(template.href)
  project.provide('postgresUrl', admin.href)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
