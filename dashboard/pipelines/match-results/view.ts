/** The state of the page in its address. */
import * as z from 'zod/mini'
import { pageNumber } from '../../view.ts'

/** In the order in which a match goes through them. */
export const STATES = ['seen', 'live', 'suspended', 'ended', 'vanished', 'settled'] as const
export const CONFIDENCES = ['confirmed', 'last-seen'] as const

const text = z.catch(z.optional(z.string()), undefined)

export const matchView = z.object({
  league: text,
  state: z.catch(z.optional(z.enum(STATES)), undefined),
  confidence: z.catch(z.optional(z.enum(CONFIDENCES)), undefined),
  /** Id of the match that is shown, and its feed. */
  event: text,
  feed: text,
  page: pageNumber,
})
export type MatchView = z.infer<typeof matchView>
