/** The run that a person names. */
import { WrongUsage } from '../core/failures.ts'
import type { Database } from '../db/database.ts'
import { runsNamed, type RunRecord } from '../db/queries/runs.ts'

/** Runs that a message lists when a beginning fits several; the demo's first start makes four within a second. */
const TOLD_RUNS = 5

interface NamedRunOptions {
  /** Characters that the beginning of a run id must have. Default: any number. */
  fewest?: number
}

/**
 * The run with this workflow id, run id or beginning of a run id; undefined if there is no record of it. Throws
 * `WrongUsage` if the beginning fits several runs, or is too short.
 */
export async function namedRun(
  db: Database,
  id: string,
  { fewest = 0 }: NamedRunOptions = {},
): Promise<RunRecord | undefined> {
  const found = await runsNamed(db, id, TOLD_RUNS + 1)
  const [newest] = found
  if (newest === undefined || newest.workflowId === id || newest.runId === id) return newest
  if (id.length < fewest)
    throw new WrongUsage(
      `"${id}" is too short to name a run; expected its workflow id, its run id, or at least the first ${fewest} characters of that.`,
    )
  if (found.length === 1) return newest
  const told = found.slice(0, TOLD_RUNS).map(({ runId, workflowId }) => `  ${runId}  ${workflowId}`)
  const others = found.length > TOLD_RUNS ? ['  and older ones'] : []
  throw new WrongUsage(
    [
      `"${id}" is the beginning of several run ids; write more of it, or the workflow id:`,
      ...told,
      ...others,
    ].join('\n'),
  )
}
