/** Alerts as the API gives them. */
import * as z from 'zod'
import { SEVERITIES } from '../../watch/kinds.ts'

const time = z.iso.datetime()

const alertSchema = z
  .object({
    key: z.string().describe('The same fault has the same key at every look'),
    kind: z.string(),
    severity: z.enum(SEVERITIES),
    pipeline: z.string().nullable().describe('Null of what concerns all'),
    what: z.string(),
    means: z.string().describe('For who uses the data'),
    since: time,
    last_good: time.nullable(),
    told_at: time.nullable().describe('When the channels were told first; null if not yet, or not at all'),
    silenced: z.boolean(),
    next: z.string().describe('Command to run next'),
  })
  .meta({ id: 'Alert' })

const silenceSchema = z
  .object({
    of: z.string().describe('Key of an alert, id of a pipeline, or "all"'),
    until: time.nullable().describe('Null: until what stood when it was made is over'),
    reason: z.string(),
    since: time,
  })
  .meta({ id: 'Silence' })

export const alertsSchema = z.object({
  looked_at: time.nullable().describe('When the watch looked last; it looks twice a minute. Null: never'),
  alerts: z.array(alertSchema).describe('What stands, the worst first'),
  held: z
    .array(z.string())
    .describe('Keys of what was seen and is told if it lasts, or if it is no consequence of what stands'),
  silences: z.array(silenceSchema),
  channels: z
    .array(
      z.object({
        name: z.string(),
        waiting: z.int().describe('Messages that it has not taken yet'),
        trouble: z.string().nullable().describe('What the last try found'),
      }),
    )
    .describe('Who is told'),
})

export type AlertList = z.infer<typeof alertsSchema>
