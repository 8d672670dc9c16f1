/** `/healthz` and `/readyz`, for what starts and restarts programs. */
import { sql } from 'drizzle-orm'
import * as z from 'zod'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { asking } from '../metrics/asking.ts'
import { problems, RequestProblem } from '../problem.ts'

const okSchema = z.object({ ok: z.literal(true) })

/** Adds both. Who asks needs no token, and is told no address. */
export function addHealth(api: Api, { db, temporal }: RouteContext): void {
  api.get(
    '/healthz',
    {
      config: { access: 'anyone' },
      schema: { summary: 'Whether this process answers', response: { 200: okSchema } },
    },
    () => ({ ok: true as const }),
  )
  const servers = {
    database: asking(() => db.execute(sql`select 1`)),
    temporal: asking(() => temporal.use((client) => client.workflowService.getSystemInfo({}))),
  } as const
  api.get(
    '/readyz',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Whether database and Temporal answer as well',
        response: { 200: okSchema, ...problems(503) },
      },
    },
    async () => {
      const [database, server] = await Promise.all([servers.database(), servers.temporal()])
      const away = [
        ...(database === undefined ? (['database'] as const) : []),
        ...(server === undefined ? (['temporal'] as const) : []),
      ]
      const [first] = away
      if (first !== undefined) throw new RequestProblem(503, `Away: ${away.join(', ')}.`, { server: first })
      return { ok: true as const }
    },
  )
}
