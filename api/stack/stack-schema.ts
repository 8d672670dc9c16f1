/** The stack as the API gives it. */
import * as z from 'zod'
import { ROOMS } from '../../system/free-space.ts'
import { awaySchema } from '../away.ts'

const time = z.iso.datetime()
const bytes = z.number().min(0)

const databaseSchema = z.object({
  version: z.string().describe('Of PostgreSQL'),
  bytes: bytes.describe('Size of the database'),
  migrations: z.object({
    applied: z.int(),
    known: z.int().describe('More than applied: run "almanac db migrate"'),
  }),
})

const temporalSchema = z.object({
  version: z.string().describe('Of the Temporal server'),
  address: z.string(),
  workers: z
    .array(z.object({ name: z.string(), polled_at: time.nullable() }))
    .describe('Workers that asked for work in the last minutes'),
})

const spoolSchema = z.object({
  folder: z.string(),
  bytes: bytes.describe('Size of everything in it'),
  most_bytes: bytes.describe('SPOOL_MB'),
  waiting: z.int().describe('Segments that wait for the database'),
  rows: z.int().describe('Rows in them'),
  oldest_at: time.nullable().describe('When the oldest of them was written'),
  dead_letters: z
    .array(
      z.object({
        name: z.string(),
        reason: z.string().describe('Why it cannot be loaded'),
        pipeline: z.string().nullable(),
        holds: z.string().nullable().describe('What it holds; null if its head cannot be read'),
      }),
    )
    .describe('The oldest ones'),
  dead_letter_count: z.int(),
})

const diskSchema = z.object({
  name: z.enum(['state', 'data']),
  folder: z.string(),
  free_bytes: bytes,
  room: z.enum(ROOMS),
})

const backupsSchema = z.object({
  made_at: time
    .nullable()
    .describe('When the last good one was made: it was restored, and compared; null if there is none'),
  is_late: z.boolean().describe('Whether it is older than a night allows, or there is none'),
  failed: z
    .object({ at: time, why: z.string() })
    .nullable()
    .describe('The newest try, if it gave no good backup'),
  damaged: z.array(z.string()).describe('Names of kept ones that are not as they were written'),
})

export const stackSchema = z
  .object({
    almanac: z.string().describe('Version of Almanac'),
    node: z.string().describe('Version of Node.js'),
    stack: z.string().describe('Which stack this is: the real one or the demo'),
    database: databaseSchema.nullable().describe('Null while it is away'),
    temporal: temporalSchema.nullable().describe('Null while it is away'),
    spool: spoolSchema,
    disks: z.array(diskSchema),
    backups: backupsSchema,
    alerts: z.array(z.string()).describe('Keys of what the watch found; /api/alerts tells of them'),
    away: awaySchema,
  })
  .meta({ id: 'Stack' })
