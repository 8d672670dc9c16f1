/** Inputs of the activities of housekeeping, as their workflow makes them. */
import { runSchemaOf } from '../run-input.ts'

export const runSchema = runSchemaOf('housekeeping')
