/** The state of the page in its address. */
import * as z from 'zod/mini'
import { pageNumber } from '../../view.ts'

/** States of a match that is over, in the order in which it goes through them. */
export const OVER_STATES = ['ended', 'vanished', 'settled'] as const
export const CONFIDENCES = ['confirmed', 'last-seen'] as const

const text = z.catch(z.optional(z.string()), undefined)

export const matchView = z.object({
  league: text,
  state: z.catch(z.optional(z.enum(OVER_STATES)), undefined),
  confidence: z.catch(z.optional(z.enum(CONFIDENCES)), undefined),
  /** Id of the match that is shown, and its feed. */
  event: text,
  feed: text,
  page: pageNumber,
})
export type MatchView = z.infer<typeof matchView>
