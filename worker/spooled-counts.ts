/**
 * What an activity put into the spool, and how its counts state it: so no pipeline needs its own code to say that its
 * rows are safe but not in the database.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpoolOrigin } from '../db/spool/spool.ts'
import { withSpooled, type SourceCounts } from '../core/run-outcome.ts'
import { distinctReasons, type Reason } from '../core/reason.ts'

const current = new AsyncLocalStorage<SpoolOrigin>()

/** The activity that is running here, for the spool; undefined outside of activities. */
export function spoolOrigin(): SpoolOrigin | undefined {
  return current.getStore()
}

/**
 * Runs an activity of a pipeline; if it spooled rows, its counts (the result, or its `counts`) say so, and an ending
 * without counts (of a child workflow) has their number in `spooled`.
 */
export async function withSpooledCounts<T>(pipeline: string | undefined, step: () => Promise<T>): Promise<T> {
  let total = 0
  const reasons: Reason[] = []
  const origin: SpoolOrigin = {
    pipeline,
    spooled: (rows, because) => {
      total += rows
      if (because !== undefined) reasons.push(because)
    },
  }
  const result = await current.run(origin, step)
  return total === 0 ? result : addSpooled(result, total, reasons)
}

function addSpooled<T>(result: T, rows: number, reasons: Reason[]): T {
  const counted = (counts: SourceCounts) =>
    withSpooled({ ...counts, why: distinctReasons([...reasons, ...counts.why]) }, rows)
  if (isCounts(result)) return { ...result, ...counted(result) }
  if (!isObject(result)) return result
  if ('counts' in result && isCounts(result.counts)) return { ...result, counts: counted(result.counts) }
  return 'outcome' in result ? { ...result, spooled: rows } : result
}

function isCounts(value: unknown): value is SourceCounts {
  return (
    isObject(value) && 'outcome' in value && 'fetched' in value && 'why' in value && Array.isArray(value.why)
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
