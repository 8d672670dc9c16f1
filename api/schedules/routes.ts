/** Schedules: what each does next, and an operator's pause, resume and start. */
import { ScheduleNotFoundError, type Client } from '@temporalio/client'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { pauseSchedule, resumeSchedule, scheduleStates, triggerSchedule } from '../../client/schedules.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { PIPELINES, type Pipeline } from '../../pipelines/index.ts'
import { reason } from '../../wording/reason.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { languageHeader, languageOf } from '../language.ts'
import { problems, RequestProblem } from '../problem.ts'
import { scheduleJson, scheduleSchema } from './schedule-json.ts'

/** A sentence; it is shown beside the schedule. */
const REASON_LENGTH = 300

const answer = z.object({ schedule: scheduleSchema })
const noBody = z.strictObject({})

export function addScheduleRoutes(api: Api, context: RouteContext): void {
  api.get(
    '/api/schedules',
    {
      schema: {
        summary: 'The schedule of each pipeline, as Temporal has it',
        headers: languageHeader,
        response: { 200: z.object({ schedules: z.array(scheduleSchema) }), ...problems(503) },
      },
    },
    async (request) => {
      const language = languageOf(request)
      const states = await context.temporal.use(scheduleStates)
      return { schedules: states.map((state) => scheduleJson(state, language)) }
    },
  )
  for (const pipeline of PIPELINES) addChanges(api, context, pipeline)
}

function addChanges(api: Api, { temporal, config }: RouteContext, pipeline: Pipeline): void {
  const address = `/api/schedules/${pipeline.id}`
  const response = { 200: answer, ...problems(400, 404, 409, 503) }
  const change = (request: FastifyRequest, work: (client: Client) => Promise<unknown>) =>
    temporal.use(async (client) => {
      await work(client).catch(explainMissing)
      const state = (await scheduleStates(client)).find(({ id }) => id === pipeline.id)
      if (state === undefined) throw new Error(`no schedule of ${pipeline.id}`)
      return { schedule: scheduleJson(state, languageOf(request)) }
    })
  api.post(
    `${address}/pause`,
    {
      schema: {
        summary: `Pauses ${pipeline.id} until it is resumed; starts by hand are still possible`,
        body: z.strictObject({ reason: z.string().trim().min(1).max(REASON_LENGTH) }),
        headers: languageHeader,
        response,
      },
    },
    (request) => change(request, (client) => pauseSchedule(client, pipeline, request.body.reason)),
  )
  api.post(
    `${address}/resume`,
    {
      schema: {
        summary: `Lets ${pipeline.id} follow almanac.yaml again; paused all the same if it is off there`,
        body: noBody,
        headers: languageHeader,
        response,
      },
    },
    (request) => change(request, (client) => resumeSchedule(client, config, pipeline)),
  )
  api.post(
    `${address}/trigger`,
    {
      schema: {
        summary: `Starts ${pipeline.id} at once, as its schedule would; nothing happens if a scheduled run is going on`,
        body: noBody,
        headers: languageHeader,
        response,
      },
    },
    (request) => change(request, (client) => triggerSchedule(client, pipeline)),
  )
}

function explainMissing(error: unknown): never {
  if (!(error instanceof ScheduleNotFoundError)) throw error
  throw new RequestProblem(404, reason('no-schedule', { command: almanacCommand('schedules apply') }))
}
