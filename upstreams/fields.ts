/**
 * Fields of answers that are other than known: those that we read and that vanished, and those that nobody has seen before.
 * They are counted until somebody stores them; what is not stored when the process ends is lost.
 */
import * as z from 'zod'
import { cleanText } from '../core/foreign-text.ts'
import type { CountedField } from '../core/upstream-fields.ts'

/** Objects of one answer that are looked at; a field may be absent from one, not from all of so many. */
export const MOST_OBJECTS = 20
/** Names of unknown fields of one object that are told apart, for as long as the process lives … */
const MOST_NAMES = 20
/** … and what stands for all others. */
const OTHERS = '…'
/** Of one name; the longest known one has 33. */
const MOST_CHARS = 60

export interface KnownFields {
  client: string
  /** Which object of its answers. */
  object: string
  /** Those that the parser reads and that every known answer has. */
  needed: readonly string[]
  /** Objects of an answer from which on a missing field is told, where one alone may lack it. Default: 1. */
  least?: number
  /** All others that a known answer or the service's own documents have. */
  others: readonly string[]
}

const COUNTED = new Map<string, CountedField>()
const NAMES = new Map<string, Set<string>>()

/** The names in a text, between blanks: a long list as it is read. */
export const namesIn = (text: string): string[] => text.trim().split(/\s+/)

/** Returns a schema that compares what it is given with the known fields: one object, or a list of them. */
export const comparing = <Schema extends z.ZodType>(known: KnownFields, schema: Schema) =>
  z.preprocess((given) => {
    compareFields(known, Array.isArray(given) ? given : [given])
    return given
  }, schema)

/** Compares the first objects of one answer; what is no object is left to the parser. */
export function compareFields(
  { client, object, needed, others, least = 1 }: KnownFields,
  rows: readonly unknown[],
): void {
  const objects = rows.slice(0, MOST_OBJECTS).filter(isRecord)
  if (objects.length === 0) return
  const found = new Set(objects.flatMap(Object.keys))
  for (const field of needed)
    if (!found.has(field) && objects.length >= least)
      add({ client, object, field, drift: 'missing', answers: 1 })
  for (const field of [...needed, ...others]) found.delete(field)
  const names = new Set([...found].map((field) => nameOf(client, object, field)))
  for (const field of names) add({ client, object, field, drift: 'unknown', answers: 1 })
}

/** Hands over what was counted, and counts from nothing. */
export function takeFields(): CountedField[] {
  const taken = [...COUNTED.values()]
  COUNTED.clear()
  return taken
}

/** Takes back what could not be stored. */
export function returnFields(fields: readonly CountedField[]): void {
  for (const one of fields) add(one)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A stranger's name as it is counted: cleaned, and one of a limited number. */
function nameOf(client: string, object: string, field: string): string {
  const key = `${client} ${object}`
  const names = NAMES.get(key) ?? new Set()
  NAMES.set(key, names)
  const name = cleanText(field.replaceAll(/\s+/g, ' '), MOST_CHARS)
  if (names.size < MOST_NAMES) names.add(name)
  return names.has(name) ? name : OTHERS
}

function add(one: CountedField): void {
  const key = [one.client, one.object, one.drift, one.field].join('\n')
  const before = COUNTED.get(key)
  if (before === undefined) COUNTED.set(key, { ...one })
  else before.answers += one.answers
}
