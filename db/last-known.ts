/** Reads that a run needs before it fetches, so that it fetches while the database is unavailable as well. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { Failure } from '../core/failures.ts'
import { jsonOrNothing } from '../core/json-or-nothing.ts'
import { writeFileAtomically } from '../system/atomic-file.ts'
import { isDatabaseUnwritable } from './database-failure.ts'
import type { Database } from './database.ts'
import { withDatabaseRetry, type RetryBudget } from './database-retry.ts'
import type { Spool } from './spool/spool.ts'

/** Folder within that of the spool; one file a query. */
const FOLDER = 'known'

/**
 * Returns what a query returns. If the database stays unavailable longer than the retry budget, or refuses us, returns
 * `instead` of it; time for which it has already been unavailable counts. Throws its failure if there is no spool: then
 * what is fetched could not be kept.
 */
export async function readOr<T>(
  db: Database,
  retryBudget: RetryBudget,
  query: () => Promise<T>,
  instead: (failure: Error) => T,
): Promise<T> {
  const ms = Math.max(0, retryBudget.ms - (db.spool?.unavailableForMs() ?? 0))
  try {
    return await withDatabaseRetry({ ...retryBudget, ms }, query)
  } catch (error) {
    if (!isDatabaseUnwritable(error) || db.spool === undefined) throw error
    db.spool.databaseUnavailable(ms)
    return instead(error)
  }
}

/** A query whose last answer is kept: a name that is a file's, and the shape of the answer. */
export interface KnownQuery<T> {
  name: string
  schema: z.ZodType<T>
  query: () => Promise<T>
  /** What stands in if no answer was kept. Default: the database's failure is thrown. */
  unknown?: T
}

/**
 * Returns what a query returns, and keeps it on disk; while the database is unavailable (see `readOr`), what it returned the
 * last time, or `unknown` if that is not known.
 */
export async function lastKnown<T>(
  db: Database,
  retryBudget: RetryBudget,
  { name, schema, query, unknown }: KnownQuery<T>,
): Promise<T> {
  if (db.spool === undefined) return withDatabaseRetry(retryBudget, query)
  const path = fileOf(db.spool, name)
  const read = async () => {
    const answer = await query()
    keepKnown(db, name, answer)
    return answer
  }
  return readOr(db, retryBudget, read, (failure) => {
    const known = existsSync(path) ? schema.safeParse(jsonOrNothing(readFileSync(path, 'utf8'))) : undefined
    if (known?.success === true) return known.data
    if (unknown === undefined) throw failure
    return unknown
  })
}

/**
 * Keeps what a query returns, or will return once the rows in the spool are stored; nothing without a spool. If the disk
 * takes no file, the earlier answer stays.
 */
export function keepKnown(db: Database, name: string, answer: unknown): void {
  if (db.spool === undefined) return
  try {
    writeFileAtomically(fileOf(db.spool, name), JSON.stringify(answer))
  } catch (error) {
    // The run has its answer: a full disk must not end it, nor be taken for a fault of the database.
    if (!(error instanceof Failure)) throw error
  }
}

const fileOf = ({ folder }: Spool, name: string) => join(folder, FOLDER, `${name}.json`)
