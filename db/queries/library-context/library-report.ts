/** What is known of every library: its context without the text, and its last attempt. */
import { eq } from 'drizzle-orm'
import type { Database } from '../../database.ts'
import { libraries, libraryAttempts, libraryContexts } from '../../schema/library-context.ts'

/** The current state of a library. Times are moments. */
export type LibraryState = Awaited<ReturnType<typeof libraryStates>>[number]

/**
 * Returns all libraries ever seen (some hundreds, a few thousand at most), by name; null if one has no context or
 * attempt.
 */
export async function libraryStates(db: Database) {
  return db
    .select({
      library: libraries.library,
      name: libraries.name,
      state: libraries.state,
      /** Why its state is not one of the good ones. */
      reason: libraries.reason,
      pushedAt: libraries.pushedAt,
      askedAt: libraries.askedAt,
      context: {
        file: libraryContexts.file,
        engine: libraryContexts.engine,
        mode: libraryContexts.mode,
        version: libraryContexts.engineVersion,
        tokens: libraryContexts.tokens,
        bytes: libraryContexts.bytes,
        leftOut: libraryContexts.leftOut,
        commit: libraryContexts.commit,
        measures: libraryContexts.measures,
        madeAt: libraryContexts.madeAt,
        leftAt: libraryContexts.leftAt,
      },
      attempt: {
        why: libraryAttempts.why,
        outcome: libraryAttempts.outcome,
        reason: libraryAttempts.reason,
        verdicts: libraryAttempts.verdicts,
        failures: libraryAttempts.failures,
        nextTryAt: libraryAttempts.nextTryAt,
        commit: libraryAttempts.commit,
        cloneBytes: libraryAttempts.cloneBytes,
        seconds: libraryAttempts.seconds,
        triedAt: libraryAttempts.triedAt,
        runId: libraryAttempts.runId,
      },
    })
    .from(libraries)
    .leftJoin(libraryContexts, eq(libraryContexts.library, libraries.library))
    .leftJoin(libraryAttempts, eq(libraryAttempts.library, libraries.library))
    .orderBy(libraries.library)
}
