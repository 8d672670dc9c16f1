/** What an operator does with runs: start, cancel, retry an activity now. */
import * as z from 'zod'
import { webUiLink } from '../../client/connection.ts'
import { retryNow } from '../../client/retries.ts'
import { cancelRun, runInTheWay, startRun } from '../../client/runs.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { reason } from '../../wording/reason.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { API_PARTS } from '../parts.ts'
import { problems, RequestProblem } from '../problem.ts'
import { runId } from './read.ts'

const noBody = z.strictObject({})

export function addRunChanges(api: Api, context: RouteContext): void {
  for (const pipeline of PIPELINES) addStart(api, context, pipeline)
  addCancel(api, context)
  addRetry(api, context)
}

const startedSchema = z.object({
  workflow_id: z.string(),
  run_id: z.string(),
  link: z.string().describe("Address in Temporal's Web UI"),
})

function addStart(api: Api, { db, temporal, config }: RouteContext, pipeline: Pipeline): void {
  api.post(
    `/api/pipelines/${pipeline.id}/runs`,
    {
      schema: {
        summary: `Starts a run of ${pipeline.id}; the body holds its parameters`,
        body: pipeline.params,
        response: { 201: startedSchema, ...problems(400, 409, 503) },
      },
    },
    async (request, reply) => {
      const params = request.body
      API_PARTS[pipeline.id].checkParams?.(config, params)
      const handle = await temporal.use(async (client) => {
        const other = await runInTheWay(client, db, pipeline)
        if (other !== undefined)
          throw new RequestProblem(409, reason('run-in-the-way', { workflowId: other }))
        return startRun(client, pipeline, 'manual', params)
      })
      const { workflowId, firstExecutionRunId } = handle
      return reply
        .code(201)
        .header('location', `/api/runs/${encodeURIComponent(workflowId)}`)
        .send({
          workflow_id: workflowId,
          run_id: firstExecutionRunId,
          link: webUiLink(config, workflowId, firstExecutionRunId),
        })
    },
  )
}

function addCancel(api: Api, { db, temporal }: RouteContext): void {
  api.post(
    '/api/runs/:id/cancel',
    {
      schema: {
        summary: 'Asks a run to end; it closes its record as cancelled',
        params: z.object({ id: runId }),
        body: noBody,
        response: { 202: z.object({ workflow_id: z.string() }), ...problems(400, 404, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      const workflowId = await temporal.use((client) => cancelRun(client, db, id))
      if (workflowId === undefined) throw new RequestProblem(404, reason('no-open-run', { id }))
      return reply.code(202).send({ workflow_id: workflowId })
    },
  )
}

function addRetry(api: Api, { temporal }: RouteContext): void {
  api.post(
    '/api/runs/:id/activities/:activity/retry',
    {
      schema: {
        summary: 'Starts the next attempt of an activity now',
        description:
          'Attempts are counted from one again. The time that all attempts have together is not extended: an activity ' +
          'whose time is nearly up may fail for good with this attempt. One that is running is cancelled and begins again.',
        params: z.object({
          id: z.string().min(1).max(300).describe('Workflow id of the run or of its child'),
          activity: z.string().min(1).max(300).describe('"activity_id" of the step'),
        }),
        body: noBody,
        response: {
          202: z.object({ workflow_id: z.string(), activity_id: z.string() }),
          ...problems(400, 404, 503),
        },
      },
    },
    async ({ params: { id, activity } }, reply) => {
      if (!(await temporal.use((client) => retryNow(client, id, activity))))
        throw new RequestProblem(404, reason('no-activity', { activity, id }))
      return reply.code(202).send({ workflow_id: id, activity_id: activity })
    },
  )
}
