/** Columns of a batch as PostgreSQL array literals: the driver's own way quotes every number and takes ten times as long. */
import { storable, storableJson } from '../core/foreign-text.ts'

/** SQL types whose values need no quotes in an array literal. */
const BARE = new Set(['double precision', 'integer', 'bigint', 'boolean'])

/**
 * The values of one column as a parameter for `unnest`: text where the type allows a plain literal, else the values as
 * they are, for the driver to quote.
 */
export function arrayParameter(type: string, values: readonly unknown[]): unknown {
  if (BARE.has(type)) return literal(values, String)
  if (type === 'timestamp with time zone') return literal(values, quotedTime)
  // As text: the driver would take a JSON array for one more dimension.
  if (type === 'jsonb') return values.map((value) => (value === null ? null : storableJson(value)))
  return values.map((value) => (typeof value === 'string' ? storable(value) : value))
}

function literal(values: readonly unknown[], textOf: (value: unknown) => string): string {
  return `{${values.map((value) => (value === null ? 'NULL' : textOf(value))).join(',')}}`
}

function quotedTime(value: unknown): string {
  return `"${value instanceof Date ? value.toISOString() : String(value)}"`
}
