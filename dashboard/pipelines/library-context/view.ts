/** The state of the page of libraries in its address. */
import * as z from 'zod/mini'

const text = z.catch(z.optional(z.string()), undefined)

export const librariesView = z.object({
  domain: text,
  /** `owner/name` in lower case. */
  library: text,
})
