/**
 * Rows as JSON without loss: a row from the spool must produce the same statement. JSON alone turns a Date into text,
 * and NaN and the infinities, which PostgreSQL can hold, into null.
 */
import * as z from 'zod'

/** Key that marks a packed value; an object of its own that has this key is wrapped, so that the two never mix. */
const MARK = '$'

const markedSchema = z.discriminatedUnion(MARK, [
  z.object({ $: z.literal('date'), value: z.string().nullable() }),
  z.object({ $: z.literal('number'), value: z.string() }),
  z.object({ $: z.literal('bigint'), value: z.string() }),
  z.object({ $: z.literal('object'), value: z.unknown() }),
])

/**
 * Returns a row whose values survive JSON. What is nested deeper than a column's value is in a jsonb column, which is
 * JSON itself.
 */
export function packRow(row: object): object {
  const entries = Object.entries(row)
  if (entries.every(([, value]) => isPlain(value))) return row
  return Object.fromEntries(entries.map(([property, value]) => [property, pack(value)]))
}

/** The row that was packed. */
export function unpackRow(row: unknown): object {
  if (typeof row !== 'object' || row === null) return {}
  for (const value of Object.values(row)) {
    if (isMarked(value))
      return Object.fromEntries(Object.entries(row).map(([property, one]) => [property, unpack(one)]))
  }
  return row
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'bigint') return false
  return !(value instanceof Date) && !isMarked(value)
}

function isMarked(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, MARK)
}

function pack(value: unknown): unknown {
  if (isPlain(value)) return value
  if (value instanceof Date)
    return { $: 'date', value: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (typeof value === 'number' || typeof value === 'bigint') return { $: typeof value, value: String(value) }
  return { $: 'object', value }
}

function unpack(value: unknown): unknown {
  if (!isMarked(value)) return value
  const marked = markedSchema.parse(value)
  switch (marked.$) {
    case 'date':
      return new Date(marked.value ?? Number.NaN)
    case 'number':
      return Number(marked.value)
    case 'bigint':
      return BigInt(marked.value)
    case 'object':
      return marked.value
  }
}
