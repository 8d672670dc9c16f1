/** What a run of match-results says, in French, as its collector's log prints it; the upstream's own words stay. */
import type { Translation } from '../table.ts'
import type { matchResults as english } from './en.ts'

export const matchResults = {} satisfies Translation<typeof english>
