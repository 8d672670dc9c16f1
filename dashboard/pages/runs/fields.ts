/** The form of a run's parameters, from their JSON Schema. */
import * as z from 'zod/mini'

export interface Field {
  name: string
  kind: 'flag' | 'number' | 'moment' | 'choice' | 'text'
  /** Its label; its name if it has none. */
  title: string
  /** What it does. */
  help: string
  /** Values of a choice. */
  choices: readonly string[]
}

const words = z.catch(z.optional(z.string()), undefined)
const types = z.catch(z.union([z.string(), z.array(z.string())]), [])
const branch = z.object({ type: types, format: words })
const property = z.extend(branch, {
  title: words,
  description: words,
  anyOf: z.catch(z.array(branch), []),
  enum: z.catch(z.array(z.string()), []),
})
const object = z.object({ properties: z.catch(z.record(z.string(), property), {}) })

/** A field for each parameter, in the order of the schema. */
export function fieldsOf(schema: Record<string, unknown>): Field[] {
  return Object.entries(object.parse(schema).properties).map(([name, one]) => ({
    name,
    kind: kindOf(one),
    title: one.title ?? name,
    help: one.description ?? '',
    choices: one.enum,
  }))
}

function kindOf({ type, format, anyOf, enum: choices }: z.infer<typeof property>): Field['kind'] {
  const branches = [{ type, format }, ...anyOf]
  const names = branches.flatMap((one) => one.type)
  if (choices.length > 0) return 'choice'
  // A flag may come as text, too: from the command line.
  if (names.includes('boolean')) return 'flag'
  if (names.includes('integer') || names.includes('number')) return 'number'
  return branches.some((one) => one.format === 'date' || one.format === 'date-time') ? 'moment' : 'text'
}

/** The parameters of a form; what was left empty is left out. */
export function paramsOf(
  fields: readonly Field[],
  valueOf: (name: string) => string,
): Record<string, string | number | boolean> {
  const given = fields.flatMap(({ name, kind }): [string, string | number | boolean][] => {
    const text = valueOf(name).trim()
    if (text === '') return []
    if (kind === 'flag') return [[name, true]]
    return [[name, kind === 'number' ? Number(text) : text]]
  })
  return Object.fromEntries(given)
}
