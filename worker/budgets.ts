/** A loop next to the worker that stores what upstreams say of their limits, for those who show it. */
import { isSameTrouble, type LogRecord } from '../core/log-records.ts'
import type { UpstreamBudget } from '../core/upstream-budget.ts'
import { troubleOf } from '../db/database-failure.ts'
import type { Database } from '../db/database.ts'
import { storeBudgets } from '../db/queries/upstream-budgets.ts'
import { heardBudgets } from '../upstreams/budgets.ts'
import type { Logger } from './log.ts'
import { pause } from '../system/pause.ts'

/** The shortest window of the known upstreams is a minute; of that, a figure this old still says how much is left. */
const STORE_EVERY_MS = 10_000
/** A database that is away takes what is new when it is back. */
const AFTER_FAILURE_MS = 60_000

/** Stores what changed every few seconds, until stopped. Requests neither wait for it nor fail with it. */
export function startStoringBudgets(db: Database, log: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const storeChanges = createBudgetStore(db)
  let reported: string | undefined
  const store = async (): Promise<number> => {
    try {
      await storeChanges()
      reported = undefined
      return STORE_EVERY_MS
    } catch (error) {
      const trouble = troubleOf(error)
      const record = { event: 'budgets.store-failed', ...trouble } satisfies LogRecord
      if (!isSameTrouble(reported, trouble.reason))
        log.warn(record, 'could not store what upstreams say of their limits; will retry')
      reported = trouble.reason
      return AFTER_FAILURE_MS
    }
  }
  const loop = async () => {
    let waitMs = STORE_EVERY_MS
    while (await pause(waitMs, signal)) waitMs = await store()
  }
  const ended = loop()
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** Returns a function that stores what changed since its last call; without a change it asks nothing of the database. */
export function createBudgetStore(db: Database): () => Promise<void> {
  const stored = new Map<string, string>()
  return async () => {
    const changed = heardBudgets().filter((one) => stored.get(keyOf(one)) !== saidBy(one))
    if (changed.length === 0) return
    await storeBudgets(db, changed)
    for (const one of changed) stored.set(keyOf(one), saidBy(one))
  }
}

const keyOf = ({ client, quota }: UpstreamBudget) => `${client} ${quota}`
/** Without its time: most upstreams never say anything else. */
const saidBy = ({ budget, closed }: UpstreamBudget) => JSON.stringify([budget, closed])
