/** Inputs of the activities of crypto-forecast, as their workflow makes them. */
import * as z from 'zod'
import { runSchemaOf } from '../run-input.ts'

export const runSchema = runSchemaOf('crypto-forecast')

/** A day stands for its first moment in UTC. */
const moment = z.union(
  [z.iso.date(), z.iso.datetime({ offset: true })],
  'expected a day or a moment in ISO 8601',
)

/** A past period to collect. */
const backfill = z.object({ from: moment, to: moment, onlyMissing: z.boolean() })
export type Backfill = z.infer<typeof backfill>

/** What the check of the grid is told; absent of a run that began with an earlier version. */
export const checkOptions = z.object({ isPast: z.boolean() }).optional()

/** Input of a source's activity: the run, and the period to collect if it is not the newest hours. */
export const sourceInput = z.object({ run: runSchema, backfill: backfill.exactOptional() })
export type SourceInput = z.infer<typeof sourceInput>
