/** What the page of gaps shows, as its address has it. */
import * as z from 'zod/mini'

export const PERIODS = ['30', '90', '365'] as const

const text = z.catch(z.optional(z.string()), undefined)

export const gapsView = z.object({
  days: z.catch(z.enum(PERIODS), '90'),
  /** The pipeline whose past is collected, and from when to when. */
  fill: text,
  from: text,
  to: text,
  /** Whether what is stored is requested as well. */
  again: text,
  /** Run id of the backfill that was started. */
  run: text,
})
export type GapsView = z.infer<typeof gapsView>
/** Changes the address. */
export type ChangeView = (change: Partial<Record<keyof GapsView, string | undefined>>) => void
