/** Schedules as the API gives them. */
import * as z from 'zod'
import type { ScheduleState } from '../../client/schedules.ts'
import { SECOND_MS } from '../../core/durations.ts'
import { sentence, type Language } from '../../wording/sentence.ts'

export const scheduleSchema = z
  .object({
    pipeline: z.string(),
    state: z
      .enum(['active', 'paused', 'missing', 'unknown'])
      .describe('missing: Temporal has none yet; unknown: Temporal is away'),
    note: z
      .string()
      .describe(
        "Why it is so, or what to do, in the language of the request; an operator's own words as they are",
      ),
    every_seconds: z.number().nullable(),
    next_start: z.iso.datetime().nullable(),
    last_start: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Schedule' })

export function scheduleJson(
  { id, state, why, everyMs, next, last }: ScheduleState,
  language: Language,
): z.infer<typeof scheduleSchema> {
  return {
    pipeline: id,
    state,
    note: sentence(why, language),
    every_seconds: everyMs === undefined ? null : everyMs / SECOND_MS,
    next_start: next?.toISOString() ?? null,
    last_start: last?.toISOString() ?? null,
  }
}

/** A schedule of which nothing is known, since Temporal is away. */
export function unknownSchedule(pipeline: string, why: string): z.infer<typeof scheduleSchema> {
  return { pipeline, state: 'unknown', note: why, every_seconds: null, next_start: null, last_start: null }
}
