/** The API as a server: all routes on one port of loopback. */
import { listenerOf, openForReading } from '../client/connection.ts'
import type { Config } from '../config/load-config.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { createApi, type Api, type ApiLog } from './app.ts'
import { addDataRoutes } from './data/routes.ts'
import { addDataSetList } from './data/list.ts'
import { addEvents, type EventStreams } from './events.ts'
import { API_PARTS } from './parts.ts'

/**
 * A statement of a page answers in a fraction of a second, the export of a million rows in some; one that takes half a
 * minute keeps a connection from others.
 */
const STATEMENT_MS = 30_000

export interface ApiServer {
  api: Api
  /** `http://127.0.0.1:<port>`. */
  address: string
  close(): Promise<void>
}

/** Starts the server on a port of 127.0.0.1; 0 takes a free one. Needs no database to start. */
export async function startApi(config: Config, port: number, log: ApiLog): Promise<ApiServer> {
  const database = openForReading(config, STATEMENT_MS)
  const api = createApi(log)
  let events: EventStreams | undefined
  // After the plugin that collects the routes for OpenAPI.
  await api.register((routes, _options, done) => {
    for (const { id } of PIPELINES)
      for (const [name, set] of Object.entries(API_PARTS[id].dataSets))
        addDataRoutes(routes, database.pool, id, name, set)
    addDataSetList(routes)
    events = addEvents(routes, () => listenerOf(config))
    for (const { id } of PIPELINES) API_PARTS[id].addRoutes?.(routes, { db: database.db, config })
    routes.get('/api/openapi.json', { schema: { hide: true } }, () => api.swagger())
    done()
  })
  const address = await api.listen({ host: '127.0.0.1', port })
  return {
    api,
    address,
    async close() {
      await events?.close()
      await api.close()
      await database.close()
    },
  }
}
