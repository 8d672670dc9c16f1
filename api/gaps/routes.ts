/** `/api/gaps`: which intervals are there and which are missing, by what the pipelines declare. */
import * as z from 'zod'
import { DAY_MS } from '../../core/durations.ts'
import { PIPELINES, type PipelineId } from '../../pipelines/index.ts'
import { reason, type Code } from '../../wording/reason.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { day } from '../data/request.ts'
import { languageHeader, languageOf } from '../language.ts'
import { problems, RequestProblem } from '../problem.ts'
import { dayOf, GAP_DAYS, gapsOf, lastDays, type GapDays } from './gaps.ts'
import { gapsSchema, type Gaps } from './gaps-schema.ts'

/** Days of the calendar: a year, which is what a screen shows. */
const MOST_DAYS = 366
/** The calendar of PostgreSQL has no year 0, in which the quarter before the first days would begin. */
const calendarDay = day.refine((written) => written >= '1970', {
  error: 'expected-calendar-day' satisfies Code,
})

export function addGaps(api: Api, context: RouteContext): void {
  const ids = PIPELINES.map(({ id }) => id) as [PipelineId, ...PipelineId[]]
  api.get(
    '/api/gaps',
    {
      schema: {
        summary: 'Calendars of what is expected and present, and the gaps in them',
        headers: languageHeader,
        querystring: z.strictObject({
          pipeline: z.enum(ids).optional(),
          from: calendarDay
            .optional()
            .describe(`First UTC day. Default: ${GAP_DAYS} days that end with "to"`),
          to: calendarDay.optional().describe('Last UTC day, included. Default: today'),
        }),
        response: { 200: gapsSchema, ...problems(400, 503) },
      },
    },
    async (request): Promise<Gaps> => {
      const { query } = request
      const now = new Date()
      const days = daysOf(query, now)
      const chosen = PIPELINES.filter(({ id }) => query.pipeline === undefined || query.pipeline === id)
      const pipelines: Gaps['pipelines'] = []
      // One after the other: a year of all of them at once would take every connection.
      for (const pipeline of chosen)
        pipelines.push(await gapsOf(context, pipeline, { days, now, language: languageOf(request) }))
      return { ...days, pipelines }
    },
  )
}

/** The requested days. Throws a problem if there are none, or too many. */
function daysOf({ from, to }: { [Key in keyof GapDays]?: GapDays[Key] | undefined }, now: Date): GapDays {
  const last = to ?? dayOf(now.getTime())
  const first = from ?? lastDays(GAP_DAYS, last).from
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1
  if (days < 1) throw new RequestProblem(400, reason('days-reversed', { from: first, to: last }))
  if (days > MOST_DAYS)
    throw new RequestProblem(400, reason('days-too-many', { days, from: first, to: last, most: MOST_DAYS }))
  return { from: first, to: last }
}
