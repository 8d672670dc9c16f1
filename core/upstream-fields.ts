/** How the answers of upstreams differ from those that were known when their parsers were written. */

/** A field of an object in the answers of a client, and in how many answers it was other than known. */
export interface CountedField {
  /** Name of the client: that of its service in upstreams/. */
  client: string
  /** Which object of its answers, such as `project`. */
  object: string
  /** Name of the field; of an unknown one a stranger's text, cleaned. */
  field: string
  /** `missing`: read by us, and in no object of the answer. `unknown`: in no answer that was known. */
  drift: 'missing' | 'unknown'
  answers: number
}
