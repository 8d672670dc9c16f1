/** What the answers that a test gave to a parser had other than known. */
import { takeFields } from '../../../upstreams/fields.ts'

/** Forgets what other tests counted, gives answers to parsers, and returns the fields of a client as `drift object.field`. */
export async function driftOf(client: string, parse: () => unknown): Promise<string[]> {
  takeFields()
  await parse()
  return takeFields()
    .filter((one) => one.client === client)
    .map(({ object, field, drift }) => `${drift} ${object}.${field}`)
}
