/** What is said of rejected rows, and of reading stored responses again. */
import * as z from 'zod'

const moment = z.iso.datetime()

export const groupsSchema = z
  .object({
    groups: z
      .array(
        z.object({
          source: z.string(),
          kind: z.string().describe('What their reasons have in common besides numbers and quoted texts'),
          rows: z.int(),
          newest_at: moment,
          newest_id: z.int(),
          examples: z
            .array(z.object({ id: z.int(), reason: z.string().describe('Cut if it is long') }))
            .describe('The newest of them'),
        }),
      )
      .describe('By source and kind of reason, the newest first'),
    more: z
      .object({
        groups: z.int(),
        rows: z.int().describe('In those groups'),
        before: z.int().describe('Asks for the next page'),
      })
      .nullable()
      .describe('What stands on the pages after this one; null on the last'),
    sources: z
      .array(z.string())
      .describe('Those of which something is stored that a replay may be asked for'),
  })
  .meta({ id: 'RejectedRows' })

export type RejectedRows = z.infer<typeof groupsSchema>

export const rejectedSchema = z
  .object({
    id: z.int(),
    source: z.string(),
    reason: z.string().describe('Whole'),
    kind: z.string(),
    rows_of_kind: z.int().describe('Rejected rows of the source whose reason is of this kind'),
    row: z.unknown().describe('As it came'),
    observed_at: moment,
    run_id: z.string(),
    pipeline: z.string().nullable().describe('Null if the run has no record any more'),
    workflow_id: z.string().nullable(),
    urls: z
      .array(z.string())
      .describe('Addresses of stored responses that it may have come from, at most ten'),
  })
  .meta({ id: 'RejectedRow' })

export type RejectedRow = z.infer<typeof rejectedSchema>

const sourceSchema = z.object({
  pipeline: z.string().nullable(),
  source: z.string(),
  why: z.string().nullable().describe('Why it is not read again; the rest is zero then'),
  responses: z.int(),
  unread: z.int().describe('Responses that could not be read'),
  unread_why: z.string().nullable().describe('Why the first of them could not'),
  still_rejected: z.int().describe('Rows that are rejected again'),
  mended: z.int().describe('Rejected rows that are read now, and leave the quarantine'),
  tables: z.array(z.object({ table: z.string(), rows: z.int(), added: z.int(), changed: z.int() })),
})

export const replaySchema = z
  .object({
    replay: z
      .object({
        source: z.string().nullable().describe('Null: all'),
        since: z.string().nullable(),
        write: z.boolean().describe('False: it only says what would change'),
        started_at: moment,
        state: z.enum(['running', 'done', 'failed']),
        code: z
          .string()
          .nullable()
          .describe('Why it failed, for programs: `replay-nothing-…` if it found nothing that could be read'),
        why: z.string().nullable().describe('Why it failed'),
        sources: z.array(sourceSchema).describe('Empty until it has ended'),
        run_ids: z.array(z.string()).describe('Under which it is recorded; none unless it wrote'),
        started: z.array(z.string()).describe('Runs that compute what is derived from what was written'),
        left: z.array(z.string()).describe('Commands that do so where no run could be started'),
      })
      .nullable()
      .describe('The one that this server was asked for last'),
  })
  .meta({ id: 'Replay' })

export type ReplayAnswer = z.infer<typeof replaySchema>
