/** Declaration of an upstream's own kind of fault. */
import * as z from 'zod'
import type { OwnFault, Reply } from './upstream.ts'

/** Fields of every fault. */
export const faultScope = {
  /** The fault affects this many matching requests, then ends; without it, it stays. */
  times: z.int().positive().optional(),
  /** Regular expression on path and query (after the upstream's prefix); without it every request matches. */
  match: z
    .string()
    .refine((pattern) => isPattern(pattern), 'not a regular expression')
    .optional(),
}

/**
 * A kind of fault with its own fields.
 * @param reply the response instead of the true one; if omitted, the upstream itself implements the fault
 */
export function ownFault<Fields extends z.ZodRawShape>(
  kind: string,
  fields: Fields,
  reply?: (fields: z.infer<z.ZodObject<Fields>>) => Reply,
): OwnFault {
  const own = z.object(fields)
  return {
    kind,
    schema: z.strictObject({ kind: z.literal(kind), ...fields, ...faultScope }),
    reply: reply && ((fault) => reply(own.parse(fault))),
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
