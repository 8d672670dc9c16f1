/** Inputs of the activities of match-results, as their workflow makes them. */
import * as z from 'zod'
import { runSchemaOf } from '../run-input.ts'
import type { MatchFigures } from './match-records.ts'

export const runSchema = runSchemaOf('match-results')

/** Input of a poll: the run, and whether only stored polls are to be followed. */
export const collectInput = z.object({ run: runSchema, derive: z.boolean() })
export type CollectInput = z.infer<typeof collectInput>

const count = z.int().min(0)
/** Undefined if the run ended before they were known. */
export const figuresSchema: z.ZodType<MatchFigures | undefined> = z
  .object({ confirmed: count, lastSeen: count, open: count, duplicates: count })
  .optional()
