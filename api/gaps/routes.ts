/** `/api/gaps`: which intervals are there and which are missing, by what the pipelines declare. */
import { z } from 'zod'
import { DAY_MS } from '../../core/durations.ts'
import { PIPELINES, type Pipeline, type PipelineId } from '../../pipelines/index.ts'
import { reason, type Code } from '../../wording/reason.ts'
import { sentence, type Language } from '../../wording/sentence.ts'
import { ALL_DATA_SETS } from '../all-data-sets.ts'
import type { RouteContext } from '../api-part.ts'
import type { Api } from '../app.ts'
import { day } from '../data/request.ts'
import type { Expectation } from '../expectation.ts'
import { languageHeader, languageOf } from '../language.ts'
import { API_PARTS } from '../parts.ts'
import { problems, RequestProblem } from '../problem.ts'
import { gapsSchema, type Gaps } from './gaps-schema.ts'
import { readCalendars, type Asked, type LineCalendar } from './read.ts'

/** Days of the calendar. Default: a quarter; at most a year, which is what a screen shows. */
const DAYS = { default: 90, most: 366 }
/** The calendar of PostgreSQL has no year 0, in which the quarter before the first days would begin. */
const calendarDay = day.refine((written) => written >= '1970', {
  error: 'expected-calendar-day' satisfies Code,
})
/** Stretches of a line: a person reads no more, and a backfill takes them all at once. */
const MOST_STRETCHES = 100

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
            .describe(`First UTC day. Default: ${DAYS.default} days that end with "to"`),
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

interface Days {
  from: string
  to: string
}

/** The requested days. Throws a problem if there are none, or too many. */
function daysOf({ from, to }: { [Key in keyof Days]?: Days[Key] | undefined }, now: Date): Days {
  const last = to ?? dayOf(now.getTime())
  const first = from ?? dayOf(Date.parse(last) - (DAYS.default - 1) * DAY_MS)
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1
  if (days < 1) throw new RequestProblem(400, reason('days-reversed', { from: first, to: last }))
  if (days > DAYS.most)
    throw new RequestProblem(400, reason('days-too-many', { days, from: first, to: last, most: DAYS.most }))
  return { from: first, to: last }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

async function gapsOf(
  context: RouteContext,
  { id, noBackfill }: Pipeline,
  { days: { from, to }, now, language }: { days: Days; now: Date; language: Language },
): Promise<Gaps['pipelines'][number]> {
  const { expected, backfiller } = API_PARTS[id]
  const { config } = context
  const asked = {
    config,
    now,
    isOn: config.tracked[id].enabled,
    fromMs: Date.parse(from),
    toMs: Math.min(Date.parse(to) + DAY_MS, now.getTime()),
  }
  const calendars: Gaps['pipelines'][number]['calendars'] = []
  for (const one of expected) calendars.push(await calendarJson(context, id, one, { ...asked, language }))
  return {
    pipeline: id,
    enabled: asked.isOn,
    backfill:
      backfiller === undefined ? null : { service: backfiller.service, first_day: backfiller.firstDay },
    no_backfill: noBackfill === undefined ? null : sentence(noBackfill(), language),
    calendars,
  }
}

async function calendarJson(
  { db, config }: RouteContext,
  id: PipelineId,
  expected: Expectation,
  { language, ...asked }: Asked & { language: Language },
) {
  const placed = ALL_DATA_SETS.find(({ pipeline, name }) => pipeline === id && name === expected.dataSet)
  if (placed === undefined)
    throw new Error(`${id} expects rows of ${expected.dataSet}, which it does not declare`)
  const lines = await readCalendars(db, placed.set, expected, asked)
  return {
    data_set: placed.name,
    address: placed.address,
    row: placed.in[language].row,
    every: expected.every,
    per_interval: expected.counted?.perInterval(config) ?? 1,
    by: expected.by ?? null,
    lines: lines.map(lineJson),
  }
}

const lineJson = ({ line, sinceMs, days, missing }: LineCalendar) => ({
  line,
  since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
  days,
  missing: missing.slice(0, MOST_STRETCHES).map(({ fromMs, toMs, intervals }) => ({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    intervals,
  })),
  missing_intervals: missing.reduce((sum, { intervals }) => sum + intervals, 0),
})
