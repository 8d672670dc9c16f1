/**
 * What a step put into the spool, and how its counts tell of it: so no pipeline needs a line of its own to say that its
 * rows are safe but not in the database.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpoolOrigin } from '../db/spool/spool.ts'
import { withSpooled, type SourceCounts } from '../run-outcome.ts'

const current = new AsyncLocalStorage<SpoolOrigin>()

/** The step that is running here, for the spool; undefined outside of steps. */
export function spoolOrigin(): SpoolOrigin | undefined {
  return current.getStore()
}

/** Runs a step of a pipeline; where it spooled rows, its counts (the result, or its `counts`) say so. */
export async function tellingSpooled<T>(pipeline: string | undefined, step: () => Promise<T>): Promise<T> {
  let total = 0
  const origin: SpoolOrigin = {
    pipeline,
    spooled: (rows) => {
      total += rows
    },
  }
  const result = await current.run(origin, step)
  return total === 0 ? result : told(result, total)
}

function told<T>(result: T, rows: number): T {
  if (isCounts(result)) return { ...result, ...withSpooled(result, rows) }
  if (!isObject(result) || !('counts' in result) || !isCounts(result.counts)) return result
  return { ...result, counts: withSpooled(result.counts, rows) }
}

function isCounts(value: unknown): value is SourceCounts {
  return (
    isObject(value) && 'outcome' in value && 'fetched' in value && 'why' in value && Array.isArray(value.why)
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
