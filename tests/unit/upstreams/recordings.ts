/** Real answers recorded by others. They are not part of this project: where they are absent, tests that need them skip, except in CI. */
import { existsSync, readFileSync } from 'node:fs'
import { describe } from 'vitest'
import { schemaFields } from '../simulator/recordings.ts'
import { SHARED } from '../../support/shared-folder.ts'

const FOLDER = new URL('recordings/', SHARED)

/** The text of one recording, by its path in the recordings' folder. */
export const recording = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8')

/** A recording's JSON. */
export const recorded = (path: string): unknown => JSON.parse(recording(path))

/** An object with every field that a schema of a service's own description has. */
export const described = (specification: string, schema: string): Record<string, null> =>
  Object.fromEntries(schemaFields(specification, schema).known.map((name) => [name, null]))

/** `describe` for tests against recordings. */
export function describeRecorded(name: string, tests: () => void): void {
  const present = existsSync(FOLDER)
  if (!present && process.env['CI'] === 'true') throw new Error('the recordings must be there in CI')
  if (present) describe(name, tests)
  else describe.skip(`${name} (skipped: no recordings beside this repository)`, tests)
}
