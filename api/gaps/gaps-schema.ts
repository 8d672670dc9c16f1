/** Gaps as the API gives them. */
import * as z from 'zod'
import { INTERVALS, type Interval } from '../expectation.ts'

const time = z.iso.datetime()
const count = z.number().min(0)

const lineSchema = z.object({
  line: z.string().describe('What the calendar is of: a value of the column "by"; empty without one'),
  since: time.nullable().describe('Beginning of the first expected interval; null if there are no rows yet'),
  days: z
    .array(
      z.object({
        day: z.iso.date(),
        expected: count,
        present: count,
        excused: count.describe('What the source itself does not have'),
      }),
    )
    .describe('UTC days of the requested time in which something is expected, oldest first'),
  missing: z
    .array(
      z.object({
        from: time,
        to: time.describe('End of the last interval'),
        intervals: count,
      }),
    )
    .describe('Intervals in a row that are missing or there in part, newest first'),
  missing_intervals: count.describe('Number of missing intervals, also of those that are not listed'),
})

const calendarSchema = z.object({
  data_set: z.string(),
  address: z.string().describe('Its rows'),
  row: z.string().describe('What one of its rows is'),
  every: z.enum(Object.keys(INTERVALS) as [Interval, ...Interval[]]),
  per_interval: count.describe('What a whole interval counts'),
  by: z.string().nullable().describe('Column whose values have a line each'),
  collected_by: z
    .enum(['backfill', 'run'])
    .nullable()
    .describe('What collects missing intervals: a backfill, or any run; null if nothing can'),
  lines: z.array(lineSchema),
})

export const gapsSchema = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    pipelines: z.array(
      z.object({
        pipeline: z.string(),
        enabled: z.boolean().describe('On in almanac.yaml; otherwise nothing new is expected'),
        backfill: z
          .object({ service: z.string(), first_day: z.iso.date() })
          .nullable()
          .describe('Who has the past, and from which day on'),
        no_backfill: z.string().nullable().describe('Why the past cannot be collected; null if it can'),
        calendars: z.array(calendarSchema),
      }),
    ),
  })
  .meta({ id: 'Gaps' })

export type Gaps = z.infer<typeof gapsSchema>
