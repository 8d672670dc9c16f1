/** A loop next to the worker that stores what upstreams say of their limits and how they answer, for those who show it. */
import { isSameTrouble, type LogRecord } from '../core/log-records.ts'
import type { UpstreamBudget } from '../core/upstream-budget.ts'
import { troubleOf } from '../db/database-failure.ts'
import type { Database } from '../db/database.ts'
import { storeHeard } from '../db/queries/upstreams-heard.ts'
import { heardBudgets } from '../upstreams/budgets.ts'
import { returnCalls, takeCalls } from '../upstreams/calls.ts'
import { returnFields, takeFields } from '../upstreams/fields.ts'
import type { Logger } from './log.ts'
import { pause } from '../system/pause.ts'

/** The shortest window of the known upstreams is a minute; of that, a figure this old still says how much is left. */
const STORE_EVERY_MS = 10_000
/** A database that is away takes what is new when it is back. */
const AFTER_FAILURE_MS = 60_000

/**
 * Stores what is new every few seconds, and once more when stopped, unless the database was away. Requests neither wait for it
 * nor fail with it. A process that is killed loses the calls of the last seconds.
 */
export function startStoringHeard(db: Database, log: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const storeNew = createHeardStore(db)
  let reported: string | undefined
  const store = async (): Promise<number> => {
    try {
      await storeNew()
      reported = undefined
      return STORE_EVERY_MS
    } catch (error) {
      const trouble = troubleOf(error)
      const record = { event: 'upstreams.store-failed', ...trouble } satisfies LogRecord
      if (!isSameTrouble(reported, trouble.reason))
        log.warn(record, 'could not store how upstreams answer; will retry')
      reported = trouble.reason
      return AFTER_FAILURE_MS
    }
  }
  const loop = async () => {
    let waitMs = STORE_EVERY_MS
    while (await pause(waitMs, signal)) waitMs = await store()
    if (reported === undefined) await store()
  }
  const ended = loop()
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** Returns a function that stores what is new since its last call; without anything new it asks nothing of the database. */
export function createHeardStore(db: Database): () => Promise<void> {
  const stored = new Map<string, string>()
  return async () => {
    const budgets = heardBudgets().filter((one) => stored.get(keyOf(one)) !== saidBy(one))
    const calls = takeCalls()
    const fields = takeFields()
    if (budgets.length + calls.length + fields.length === 0) return
    try {
      await storeHeard(db, { budgets, calls, fields })
    } catch (error) {
      returnCalls(calls)
      returnFields(fields)
      throw error
    }
    for (const one of budgets) stored.set(keyOf(one), saidBy(one))
  }
}

const keyOf = ({ client, quota }: UpstreamBudget) => `${client} ${quota}`
/** Without its time: most upstreams never say anything else. */
const saidBy = ({ budget, closed }: UpstreamBudget) => JSON.stringify([budget, closed])
