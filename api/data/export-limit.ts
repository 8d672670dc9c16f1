/** How many exports run at once: each holds a connection, and a snapshot, for as long as its reader takes. */
import { SECOND_MS } from '../../core/durations.ts'
import { reason } from '../../wording/reason.ts'
import { RequestProblem } from '../problem.ts'

/** A few besides the connections of pages: the database has a hundred for all its clients. */
const AT_ONCE = 4
/** An export of some thousand rows takes less. */
const TRY_AGAIN_MS = 10 * SECOND_MS

export interface ExportLimit {
  /** Returns what ends it. Throws a `RequestProblem` of status 503 if as many run as may. */
  begin(): () => void
}

/** A limit for all data sets of a server together. */
export function exportLimit(): ExportLimit {
  let running = 0
  return {
    begin() {
      if (running >= AT_ONCE)
        throw new RequestProblem(503, reason('exports-busy', { most: AT_ONCE }), {
          retryAfterSeconds: TRY_AGAIN_MS / SECOND_MS,
        })
      running += 1
      return () => {
        running -= 1
      }
    },
  }
}
