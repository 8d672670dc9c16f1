/** Sentences of match-results, in French, as its collector's log prints them; the upstream's own words stay. */
import type { Translation } from '../table.ts'
import type { matchResults as english } from './en.ts'

export const matchResults = {} satisfies Translation<typeof english>
