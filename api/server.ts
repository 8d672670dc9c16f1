/** The API as a server: all its routes. */
import { join } from 'node:path'
import type { RouteOptions } from 'fastify'
import { listenerOf, openForExports, openForReading } from '../client/connection.ts'
import { lastingTemporal } from '../client/lasting-temporal.ts'
import type { Config } from '../config/load-config.ts'
import { PIPELINES } from '../pipelines/index.ts'
import { newestBundle } from '../system/bundle.mjs'
import { packageRoot } from '../system/package-root.ts'
import { addAccess } from './access/access.ts'
import { tokensFor } from './access/binding.ts'
import { sessionCookie } from './access/cookie.ts'
import { addSessionRoutes } from './access/session.ts'
import type { Tokens } from './access/tokens.ts'
import { addAlerts } from './alerts/routes.ts'
import { ALL_DATA_SETS } from './all-data-sets.ts'
import { createApi, type Api, type ApiLog } from './app.ts'
import { STATEMENT_MS } from './away.ts'
import { exportLimit } from './data/export-limit.ts'
import { addDataRoutes, EXPORT_MS } from './data/routes.ts'
import { addDataSetList } from './data/list.ts'
import { addEvents, type EventStreams } from './events.ts'
import { addMetrics } from './metrics/routes.ts'
import { API_PARTS } from './parts.ts'
import { addGaps } from './gaps/routes.ts'
import { addBackfillPreviews } from './pipelines/backfill.ts'
import { addPipelineList } from './pipelines/list.ts'
import { addQuarantine } from './quarantine/routes.ts'
import { addRunChanges } from './runs/changes.ts'
import { addRunLog } from './runs/log.ts'
import { addRunReading } from './runs/read.ts'
import { addScheduleRoutes } from './schedules/routes.ts'
import { listenToo, type SecondPort } from './second-port.ts'
import { addSharedAnswers } from './shared-answers.ts'
import { addHealth } from './stack/health.ts'
import { addStack, stackState } from './stack/routes.ts'
import { addUpstreams } from './stack/upstreams.ts'
import { addPage } from './static.ts'
import type { Receiving } from './unread-request.ts'

export interface AssembledApi {
  api: Api
  /** Every route, as it was added. */
  routes: readonly Pick<RouteOptions, 'method' | 'url' | 'config'>[]
  close(): Promise<void>
}

export interface ApiServer extends AssembledApi {
  /** `http://127.0.0.1:<port>`. */
  address: string
  /** Answers all the same at another port as well. Throws what `listen` throws. */
  alsoAt(port: number): Promise<void>
}

/** Where it listens. */
export interface ApiBinding {
  /** Address of this machine. Default: 127.0.0.1; every other than loopback needs `ALMANAC_TOKEN`. */
  host?: string | undefined
  /** 0 takes a free one. */
  port: number
  /** How long requests may take to arrive. Default: ten seconds. */
  receiving?: Receiving
}

/**
 * Starts the server. Needs neither database nor Temporal to start. Throws `Misconfigured` if the address needs a token and
 * there is none.
 */
export async function startApi(
  config: Config,
  { host = '127.0.0.1', port, receiving }: ApiBinding,
  log: ApiLog,
): Promise<ApiServer> {
  const assembled = await assembleApi(config, tokensFor(config, host), log, receiving)
  const others: SecondPort[] = []
  const close = async () => {
    await Promise.all(others.map((other) => other.close()))
    await assembled.close()
  }
  try {
    const address = await assembled.api.listen({ host, port })
    const alsoAt = async (second: number) => {
      others.push(await listenToo(assembled.api, { host, port: second, receiving }))
    }
    return { ...assembled, address, alsoAt, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** All routes, without a port. With `tokens`, whoever asks needs one. */
export async function assembleApi(
  config: Config,
  tokens: Tokens | undefined,
  log: ApiLog,
  receiving?: Receiving,
): Promise<AssembledApi> {
  const database = openForReading(config, STATEMENT_MS)
  const exporting = openForExports(config, EXPORT_MS)
  const temporal = lastingTemporal(config)
  const api = createApi(log, { receiving, trustedProxy: config.env.TRUSTED_PROXY })
  const routes: RouteOptions[] = []
  api.addHook('onRoute', (route) => {
    routes.push(route)
  })
  const visitors = addAccess(api, tokens, sessionCookie(config))
  const shared = addSharedAnswers(api)
  const context = { db: database.db, config, temporal }
  let events: EventStreams | undefined
  // After the plugin that collects the routes for OpenAPI.
  await api.register((routes, _options, done) => {
    addSessionRoutes(routes, visitors, config)
    const exports = { pool: exporting.pool, limit: exportLimit() }
    for (const placed of ALL_DATA_SETS) addDataRoutes(routes, database.pool, exports, placed)
    addDataSetList(routes)
    addPipelineList(routes, context)
    addBackfillPreviews(routes, context)
    addGaps(routes, context)
    addRunReading(routes, context)
    addRunLog(routes, context)
    addRunChanges(routes, context)
    addScheduleRoutes(routes, context)
    addQuarantine(routes, context, log)
    addStack(routes, context)
    addUpstreams(routes, context)
    addHealth(routes, context)
    addMetrics(routes, context)
    addAlerts(routes, context)
    events = addEvents(routes, {
      connect: () => listenerOf(config),
      onChange: shared.forget,
      watched: { temporal, log, stack: () => stackState(context, 'en') },
    })
    for (const { id } of PIPELINES) API_PARTS[id].addRoutes?.(routes, context)
    routes.get('/api/openapi.json', { schema: { hide: true } }, () => api.swagger())
    addPage(routes, pageFolder())
    done()
  })
  return {
    api,
    routes,
    async close() {
      await events?.close()
      await api.close()
      await Promise.all([temporal.close(), database.close(), exporting.close()])
    },
  }
}

/** Folder of the newest build of the page; undefined if there is none. */
function pageFolder(): string | undefined {
  const built = newestBundle(packageRoot, 'dashboard')
  return built === undefined ? undefined : join(packageRoot, 'dist', built.folder)
}
