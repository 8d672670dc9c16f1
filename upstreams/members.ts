/** Reads a body that is one large JSON object, a member a row, without holding the event loop or parsing it whole. */
import { setImmediate } from 'node:timers/promises'
import type { z } from 'zod'
import { Failure } from '../core/failures.ts'
import { valueEnd, type JsonBounds } from '../core/json-bounds.ts'
import { compareFields, MOST_OBJECTS, type KnownFields } from './fields.ts'
import { beyondBounds, cutShort, notJson, parseRow, type Rows } from './payload.ts'

/** Other pipelines wait this long at most, and for one member more. */
const SLICE_MS = 10

export interface ObjectBody {
  body: string
  /** Names the request in messages. */
  what: string
  /** Of one member. */
  bounds: JsonBounds
  /** Of the members' values. Default: they are not compared. */
  fields?: KnownFields
}

/**
 * Parses the members' values one by one, in the text's order. Throws `PayloadInvalid` for a body that is no JSON object,
 * for a member beyond the bounds and at the 1,000th wrong one, `UpstreamUnavailable` if the text ends in the middle.
 */
export async function parseMembers<T>(schema: z.ZodType<T>, from: ObjectBody): Promise<Rows<T>> {
  const read: Rows<T> = { rows: [], rejected: [] }
  const first: unknown[] = []
  const compare = (values: readonly unknown[]) => {
    if (from.fields !== undefined) compareFields(from.fields, values)
  }
  // Joining the chunks that came was a slice of its own.
  await setImmediate()
  let since = performance.now()
  for (const value of membersOf(from)) {
    if (first.length < MOST_OBJECTS && first.push(value) === MOST_OBJECTS) compare(first)
    parseRow(schema, value, read)
    if (performance.now() - since < SLICE_MS) continue
    await setImmediate()
    since = performance.now()
  }
  if (first.length < MOST_OBJECTS) compare(first)
  return read
}

function* membersOf({ body, what, bounds }: ObjectBody): Generator {
  const start = body.search(/\S/)
  if (start === -1) throw cutShort(what, body)
  if (body[start] !== '{')
    throw new Failure('PayloadInvalid', `${what} answered no JSON object: its format may have changed.`)
  let from = start
  let separator: string | undefined = ','
  while (separator === ',') {
    const { end, excess } = valueEnd(body, from + 1, bounds)
    if (excess !== undefined) throw beyondBounds(what, excess)
    separator = body[end]
    if (separator === undefined) throw cutShort(what, body)
    const text = body.slice(from + 1, end)
    const isEmptyObject = from === start && separator === '}' && text.trim() === ''
    if (!isEmptyObject) yield memberOf(text, what)
    from = end
  }
  if (separator !== '}' || body.slice(from + 1).trim() !== '') throw notJson(what)
}

/** Returns the value of one `"name": value`. */
function memberOf(text: string, what: string): unknown {
  let values: unknown[]
  try {
    values = Object.values(JSON.parse(`{${text}}`) as object)
  } catch (error) {
    throw notJson(what, error)
  }
  if (values.length !== 1) throw notJson(what)
  return values[0]
}
