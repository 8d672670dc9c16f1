/** The API over a test's stack or database, on a free port. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { startApi, type ApiServer } from '../../api/server.ts'
import type { SectionInputs } from '../../config/almanac-file.ts'
import { loadConfig, type Config } from '../../config/load-config.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { startDatabaseProxy, type DatabaseProxy } from './database-proxy.ts'
import { startTestStack, type TestStack, type TestStackOptions } from './stack.ts'

export interface Answer {
  status: number
  body: unknown
}

export interface TestApi {
  stack: TestStack
  server: ApiServer
  /** The answer to a GET, with its body as JSON. */
  get(path: string): Promise<Answer>
  /** The answer to a change, with its body as JSON. */
  post(path: string, body?: object): Promise<Answer>
  stop(): Promise<void>
}

export async function startTestApi(options: TestStackOptions = {}): Promise<TestApi> {
  const stack = await startTestStack(options)
  const errors: unknown[] = []
  const server = await startApi(stack.config, { port: 0 }, { error: ({ err }) => errors.push(err) })
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${server.address}${path}`, init)
    const body: unknown = await response.json()
    if (response.status === 500) throw new Error(`${path}: ${JSON.stringify(body)}`, { cause: errors.at(-1) })
    return { status: response.status, body }
  }
  return {
    stack,
    server,
    get: (path) => ask(path),
    post: (path, body = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async stop() {
      await server.close()
      await stack.stop()
    },
  }
}

export interface DatabaseApi {
  database: TestDatabase
  /** Between the API and its database. */
  proxy: DatabaseProxy
  /** `http://127.0.0.1:<port>`. */
  address: string
  config: Config
  stop(): Promise<void>
}

/**
 * The API over a database of its own, without Temporal and upstreams; `sections` are those of almanac.yaml. `stop` throws if
 * a request failed within the server.
 */
export async function startDatabaseApi(sections: SectionInputs = {}): Promise<DatabaseApi> {
  const root = mkdtempSync(join(tmpdir(), 'almanac-api-'))
  const configFile = join(root, 'almanac.yaml')
  writeFileSync(configFile, stringify(sections))
  const database = await createTestDatabase()
  const proxy = await startDatabaseProxy(database.url)
  const env = {
    ALMANAC_CONFIG: configFile,
    ALMANAC_STATE_DIR: join(root, 'state'),
    DATA_DIR: join(root, 'data'),
    BACKUP_DIR: join(root, 'backups'),
    DATABASE_URL: proxy.url,
  }
  const errors: unknown[] = []
  const config = loadConfig({ env, root })
  const server = await startApi(config, { port: 0 }, { error: ({ err }) => errors.push(err) })
  return {
    database,
    proxy,
    address: server.address,
    config,
    async stop() {
      await server.close()
      await proxy.goOffline()
      await database.drop()
      rmSync(root, { recursive: true, force: true })
      if (errors.length > 0) throw new Error('a request failed within the server', { cause: errors[0] })
    },
  }
}
