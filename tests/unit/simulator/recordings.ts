/** Recorded answers and specifications of the real upstreams, where they are: beside the repository, never in it. */
import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { SHARED } from '../../support/shared-folder.ts'

const FOLDER = new URL('recordings/', SHARED)

/** Whether the recordings are there; a CI run without them is an error, not a skipped test. */
export const hasRecordings = existsSync(FOLDER)
if (!hasRecordings) {
  if (process.env['CI'] === 'true') throw new Error('The recordings are missing: CI must have them.')
  console.warn('No recordings beside the repository: the tests that compare with them are skipped.')
}

/** A recorded JSON file. */
export function recording(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'))
}

/** Names of the fields of an object, sorted. */
export function keys(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value).sort() : []
}

interface Schema {
  required?: string[]
  properties?: Record<string, unknown>
  allOf?: Schema[]
  $ref?: string
}

interface Specification {
  components: { schemas: Record<string, Schema> }
}

/** Each is read once: a megabyte of YAML takes longer than the tests that need it. */
const specifications = new Map<string, Specification>()

function specificationOf(file: string): Specification {
  const known = specifications.get(file)
  if (known !== undefined) return known
  const read = parse(readFileSync(new URL(`specs/${file}`, FOLDER), 'utf8')) as Specification
  specifications.set(file, read)
  return read
}

/** Required and known fields of a schema in a specification, through `allOf` and `$ref`. */
export function schemaFields(specification: string, name: string): { required: string[]; known: string[] } {
  const document = specificationOf(specification)
  const collect = (schema: Schema): { required: string[]; known: string[] } => {
    const target = schema.$ref?.split('/').at(-1)
    const parts = [
      ...(schema.allOf ?? []),
      ...(target === undefined ? [] : [document.components.schemas[target] ?? {}]),
    ]
    const inner = parts.map(collect)
    return {
      required: [...(schema.required ?? []), ...inner.flatMap((part) => part.required)],
      known: [...Object.keys(schema.properties ?? {}), ...inner.flatMap((part) => part.known)],
    }
  }
  return collect(document.components.schemas[name] ?? {})
}
