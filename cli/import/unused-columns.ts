/** Columns of a file that its import does not read: a misspelt one would silently be empty. */
import * as z from 'zod'
import { probablyMeant } from '../../config/explain-settings.ts'

/** What dumps of tables have and no import needs. */
const OF_DUMPS = new Set(['id', 'created_at', 'updated_at', 'observed_at', 'run_id'])

/** The columns that the schema of a line reads. */
export function columnsOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodPipe) return columnsOf(schema.in as z.ZodType)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** A note on the columns that are not read, and what was probably meant by them; none if all are. */
export function noteOnUnused(columns: readonly string[], read: readonly string[]): string[] {
  const unused = columns.filter((name) => name !== '' && !read.includes(name) && !OF_DUMPS.has(name))
  if (unused.length === 0) return []
  const lacking = read.filter((name) => !columns.includes(name))
  const meant = unused.map((name) => probablyMeant(name, lacking)).filter((name) => name !== undefined)
  const [noun, verb] = unused.length === 1 ? ['column', 'is'] : ['columns', 'are']
  const question = meant.length === 0 ? '' : `; did you mean ${[...new Set(meant)].join(', ')}?`
  return [`${noun} ${unused.join(', ')} ${verb} not used${question}`]
}
