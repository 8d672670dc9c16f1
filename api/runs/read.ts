/** Runs to look at: the newest ones, one with its steps, and all that is being tried again. */
import * as z from 'zod'
import { retriesNow } from '../../client/retries.ts'
import { viewRun } from '../../client/run-view.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { newestRuns } from '../../db/queries/runs.ts'
import { pipelineById, PIPELINES, type PipelineId } from '../../pipelines/index.ts'
import { reason } from '../../wording/reason.ts'
import type { Language } from '../../wording/sentence.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { orAway, awayOf, awaySchema, type Away } from '../away.ts'
import { languageHeader, languageOf } from '../language.ts'
import { API_PARTS } from '../parts.ts'
import { withoutNul } from '../data/request.ts'
import { problems, RequestProblem } from '../problem.ts'
import {
  OUTCOMES,
  retrySchema,
  runDetailsJson,
  runDetailsSchema,
  runJson,
  runSchema,
  stepJson,
} from './run-json.ts'

/** Runs of a page. Default: 50, as many as a person looks through. */
const PAGE_RUNS = { default: 50, most: 500 }

/** A run in an address, by any of its names. */
export const runId = withoutNul.min(1).max(300).describe('Workflow id, run id, or the beginning of a run id')

export const noRun = (id: string) =>
  new RequestProblem(404, reason('no-run', { id, command: almanacCommand('runs') }))

export function addRunReading(api: Api, context: RouteContext): void {
  addList(api, context)
  addOne(api, context)
  addRetrying(api, context)
}

function addList(api: Api, { db }: RouteContext): void {
  const ids = PIPELINES.map(({ id }) => id) as [PipelineId, ...PipelineId[]]
  api.get(
    '/api/runs',
    {
      config: { isShared: true },
      schema: {
        summary: 'Runs, newest first',
        headers: languageHeader,
        querystring: z.strictObject({
          pipeline: z.enum(ids).optional(),
          outcome: z.enum(OUTCOMES).optional(),
          limit: z.coerce
            .number()
            .int()
            .min(1)
            .max(PAGE_RUNS.most)
            .default(PAGE_RUNS.default)
            .describe('Runs of the page'),
          each: z.coerce
            .number()
            .int()
            .min(1)
            .max(PAGE_RUNS.most)
            .optional()
            .describe('Of each pipeline only the newest so many'),
          after: withoutNul.max(300).optional().describe('"next" of the previous page'),
        }),
        response: {
          200: z.object({
            runs: z.array(runSchema),
            next: z.string().nullable().describe('Cursor of the next page'),
          }),
          ...problems(400, 503),
        },
      },
    },
    async (request) => {
      const { query } = request
      const language = languageOf(request)
      const runs = await newestRuns(db, { ...query, limit: query.limit + 1 })
      const page = runs.slice(0, query.limit)
      return {
        runs: page.map((run) => runJson(run, language)),
        next: runs.length > page.length ? (page.at(-1)?.runId ?? null) : null,
      }
    },
  )
}

function addOne(api: Api, context: RouteContext): void {
  api.get(
    '/api/runs/:id',
    {
      // Of a run with hundreds of activities all of its history is read.
      config: { isShared: true },
      schema: {
        summary: 'A run with its activities, attempts, retries and child workflows',
        headers: languageHeader,
        params: z.object({ id: runId }),
        response: { 200: z.object({ run: runDetailsSchema, away: awaySchema }), ...problems(404, 503) },
      },
    },
    async (request) => {
      const language = languageOf(request)
      const { view, away } = await viewWithout(context, request.params.id, language)
      const pipeline = pipelineById(view.pipeline)?.id
      const part = pipeline === undefined ? undefined : API_PARTS[pipeline]
      const details = await orAway(away, language, async () => part?.detailsOf?.(context.db, view.runId))
      return { run: runDetailsJson(view, language, details), away }
    },
  )
}

/** The view of a run as far as the servers that are there know it. Throws what the last one threw if none knows it. */
async function viewWithout({ db, temporal, config }: RouteContext, id: string, language: Language) {
  const away: Away = []
  const isAway = (server: string) => away.some((one) => one.server === server)
  let cause: unknown = noRun(id)
  // Each of the two servers may turn out to be away.
  for (;;) {
    try {
      const database = isAway('database') ? undefined : db
      const view = isAway('temporal')
        ? await viewRun(undefined, database, config, id, language)
        : await temporal.use((client) => viewRun(client, database, config, id, language))
      if (view !== undefined) return { view, away }
      throw cause
    } catch (error) {
      const found = awayOf(error, language)
      if (found === undefined || error === cause || isAway(found.server)) throw error
      away.push(found)
      cause = error
    }
  }
}

function addRetrying(api: Api, { temporal }: RouteContext): void {
  api.get(
    '/api/retrying',
    {
      // Every open overview asks after the next attempt is due.
      config: { isShared: true },
      schema: {
        summary: 'Every activity of an open run that has failed and is tried again',
        headers: languageHeader,
        response: { 200: z.object({ retrying: z.array(retrySchema) }), ...problems(503) },
      },
    },
    async (request) => {
      const language = languageOf(request)
      const retries = await temporal.use((client) => retriesNow(client, language))
      return {
        retrying: retries.map(({ workflowId, runWorkflowId, step }) => ({
          ...stepJson(step, language),
          workflow_id: workflowId,
          run_workflow_id: runWorkflowId,
        })),
      }
    },
  )
}
