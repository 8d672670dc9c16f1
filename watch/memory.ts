/** What the watch remembers from one look to the next: on disk, and in this process while the disk takes nothing. */
import { Failure, sentenceOf } from '../core/failures.ts'
import { isSameTrouble } from '../core/log-records.ts'
import { failureReason, type Reason } from '../core/reason.ts'
import { setRight } from './set-right.ts'
import { putAsideDamaged, readState, touchState, writeState, type WatchState } from './state.ts'

export interface Memory {
  /** What is remembered now; a file that is damaged is put aside, and that is logged. */
  recall(now: number): WatchState
  /** Keeps it; where the disk does not take it, that is logged once. */
  keep(state: WatchState): void
  /** Why the disk did not take what was kept last. */
  trouble(): Reason | undefined
}

interface MemoryLog {
  error(record: object, message: string): void
}

export function createMemory(stateDir: string, log: MemoryLog): Memory {
  let unwritten: { state: WatchState; why: Failure } | undefined
  return {
    recall(now) {
      if (unwritten !== undefined) return setRight(unwritten.state, now)
      for (const found of putAsideDamaged(stateDir, now))
        log.error(found, 'a file of the watch could not be read; it was put aside, and begins anew')
      return setRight(readState(stateDir, now), now)
    },
    keep(state) {
      try {
        writeState(stateDir, state)
        unwritten = undefined
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        if (!isSameTrouble(sentenceOf(error), unwritten?.why.message))
          log.error({ err: error }, 'the watch goes on, and cannot keep what it told')
        unwritten = { state, why: error }
        // Who looks after the watch sees that it lives.
        if (error.type === 'DiskFull' && state.lookedAt !== null) touchState(stateDir, state.lookedAt)
      }
    },
    trouble: () => unwritten && failureReason(unwritten.why),
  }
}
