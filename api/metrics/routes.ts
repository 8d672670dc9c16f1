/** `/metrics` for Prometheus: figures of the database, Temporal, the spool, the disks and the watch. */
import * as z from 'zod'
import { elapsed } from '../../core/elapsed.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { asking } from './asking.ts'
import { readDatabase, readFiles, readTemporal } from './known.ts'
import { samplesOf } from './samples.ts'
import { METRICS_TYPE, metricsText } from './text.ts'

/** Several Prometheus servers that ask in turn cost what one of them costs. */
const KEPT_MS = 5_000

const TEXT = { content: { 'text/plain': { schema: z.string() } } }

/** Adds the route. Each answer is kept for some seconds. */
export function addMetrics(api: Api, { db, temporal, config }: RouteContext): void {
  const askDatabase = asking(() => readDatabase(db, config))
  const askTemporal = asking(() => temporal.use(readTemporal))
  const make = async () => {
    const [database, server] = await Promise.all([askDatabase(), askTemporal()])
    const known = { config, database, temporal: server, ...readFiles(config) }
    return metricsText(samplesOf(known, Date.now()))
  }
  let kept: { text: Promise<string>; until: number } | undefined
  api.get(
    '/metrics',
    {
      schema: {
        summary: 'Figures for Prometheus; what a server that is away would say is left out',
        response: { 200: TEXT },
      },
    },
    async (_request, reply) => {
      if (kept === undefined || elapsed() >= kept.until) {
        kept = { text: make(), until: elapsed() + KEPT_MS }
        // A failure is not kept.
        kept.text.catch(() => (kept = undefined))
      }
      const text = await kept.text
      reply.header('content-type', METRICS_TYPE)
      return reply.send(text)
    },
  )
}
