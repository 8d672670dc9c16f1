/**
 * Whole columns of numbers in one value: PostgreSQL's doubles as they are, eight bytes each. As rows, or as arrays of
 * text, two years of hours take five to ten times as long.
 */

/** When a row's hour begins, milliseconds since 1970, as a double. */
export const OPEN_MS = `(extract(epoch from "timestamp") * 1000)::float8`

/** SQL that packs an expression of type float8, in the order of another; null becomes NaN. */
export function packed(expression: string, order = '"timestamp"'): string {
  return `string_agg(float8send(coalesce(${expression}, 'NaN')), ''::bytea order by ${order})`
}

/** Returns the numbers of a packed column; empty without rows. */
export function unpacked(bytes: Buffer | null | undefined): Float64Array {
  // A copy, since doubles must begin at a multiple of eight; PostgreSQL sends the high byte first.
  const copy = Buffer.alloc(bytes?.length ?? 0)
  bytes?.copy(copy)
  copy.swap64()
  return new Float64Array(copy.buffer, copy.byteOffset, copy.length / Float64Array.BYTES_PER_ELEMENT)
}
