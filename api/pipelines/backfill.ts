/** What a backfill would request. The run that collects it is started, followed and cancelled as every run is. */
import * as z from 'zod'
import { planBackfill, type Backfiller } from '../../client/backfill.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { API_PARTS } from '../parts.ts'
import { problems } from '../problem.ts'

const time = z.iso.datetime()

const previewSchema = z
  .object({
    params: z
      .object({ from: time, to: time, onlyMissing: z.boolean() })
      .describe('Parameters of the run that collects it'),
    from: time.describe('Beginning of the first period'),
    to: time.describe('End of the last period'),
    is_cut: z.boolean().describe('Whether the end of the requested time is not over yet, and was cut off'),
    is_due: z.boolean().describe('False if nothing would be requested'),
    service: z.string().describe('Who is asked'),
    period: z.enum(['hour', 'day']),
    subject: z.string().describe('What each part is, such as a coin'),
    parts: z.array(
      z.object({
        of: z.string(),
        periods: z.int(),
        stored: z.int(),
        missing: z.int(),
        excused: z.int().describe('What the service itself does not have'),
        requests: z.int(),
      }),
    ),
  })
  .meta({ id: 'BackfillPreview' })

export type BackfillPreview = z.infer<typeof previewSchema>

/** Longer than every form of a moment. */
const TIME_LENGTH = 64

export function addBackfillPreviews(api: Api, context: RouteContext): void {
  for (const pipeline of PIPELINES) {
    const { backfiller } = API_PARTS[pipeline.id]
    if (backfiller !== undefined) addPreview(api, context, pipeline, backfiller)
  }
}

function addPreview(
  api: Api,
  { db, config }: RouteContext,
  pipeline: Pipeline,
  backfiller: Backfiller,
): void {
  const { service, period, periodMs, subject } = backfiller
  api.get(
    `/api/pipelines/${pipeline.id}/backfill`,
    {
      schema: {
        summary: `What a backfill of ${pipeline.id} would request; "params" start it as a run`,
        querystring: z.strictObject({
          from: z.string().max(TIME_LENGTH).describe('First day or moment to collect'),
          to: z
            .string()
            .max(TIME_LENGTH)
            .optional()
            .describe('Last day, included, or moment. Default: the newest period that is over'),
          only_missing: z.stringbool().default(false).describe('Request only what is not stored'),
        }),
        response: { 200: previewSchema, ...problems(400, 503) },
      },
    },
    async ({ query: { from, to, only_missing } }): Promise<BackfillPreview> => {
      const requested = { from, to, onlyMissing: only_missing }
      const plan = await planBackfill(
        { db, config, now: new Date() },
        pipeline,
        backfiller,
        requested,
        (name) => name,
      )
      return {
        params: plan.params,
        from: new Date(plan.fromMs).toISOString(),
        to: new Date(plan.toMs + periodMs).toISOString(),
        is_cut: plan.isCut,
        is_due: plan.isDue,
        service,
        period,
        subject,
        parts: plan.parts,
      }
    },
  )
}
