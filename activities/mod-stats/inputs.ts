/** Inputs of the activities of mod-stats, as their workflow makes them. */
import * as z from 'zod'
import { cursor, runSchemaOf } from '../run-input.ts'

export const runSchema = runSchemaOf('mod-stats')

/** Input of a batch: the run, and the cursor that the previous batch returned (0 for the first). */
export const batchInput = z.object({ run: runSchema, after: cursor })
export type BatchInput = z.infer<typeof batchInput>
