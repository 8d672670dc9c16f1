/**
 * Events of runs as they are stored, for programs that forward them. Pure: activities write them, the command reads
 * them.
 */
import * as z from 'zod'

const listChange = z.object({
  domain: z.string(),
  /** UTC date of the night that the list belongs to; older than the run if its own list was rejected. */
  date: z.string(),
  size: z.int(),
  /** Names in lower case. */
  entered: z.array(z.string()),
  left: z.array(z.string()),
  moved: z.array(z.object({ library: z.string(), from: z.int(), to: z.int() })),
})

/** Type of the event that holds what a night changed in the lists, from before they are stored until it is reported. */
export const LISTS_EVENT = 'library-lists'

export const listChanges = z.array(listChange)

/** A night of library-context. */
export const libraryNight = z.object({
  type: z.literal('library-night'),
  lists: z.array(listChange),
  made: z.array(
    z.object({
      name: z.string(),
      why: z.string(),
      /** Engine and mode. */
      engine: z.string(),
      tokens: z.number(),
      /** Why the preferred engine did not make it. */
      note: z.string().optional(),
    }),
  ),
  failed: z.array(z.object({ name: z.string(), reason: z.string() })),
  unchanged: z.int(),
  /** Failed before, and not yet tried again. */
  waiting: z.array(z.object({ name: z.string(), reason: z.string() })),
  clonedBytes: z.number(),
  seconds: z.number(),
})

export type ListChange = z.infer<typeof listChange>
export type LibraryNight = z.infer<typeof libraryNight>
