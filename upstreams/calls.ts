/**
 * The calls of this process, counted until somebody stores them. What is not stored when the process ends is lost: some
 * seconds of calls after a kill.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { CALL_BOUNDS_S, type CountedCalls } from '../core/upstream-calls.ts'

const ATTEMPT = new AsyncLocalStorage<number>()
const COUNTED = new Map<string, CountedCalls>()

/** Runs something whose calls belong to an attempt, counted from 1: those after the first are retries. */
export const inAttempt = <T>(attempt: number, run: () => T): T => ATTEMPT.run(attempt, run)

/** Counts a call that has ended. `ms`: from the first byte sent to the last received, in milliseconds. */
export function countCall({
  ms,
  ...call
}: Pick<CountedCalls, 'client' | 'quota' | 'status'> & { ms: number }): void {
  const seconds = ms / 1_000
  const withinS = CALL_BOUNDS_S.find((bound) => seconds <= bound) ?? Infinity
  add({ ...call, withinS, calls: 1, retries: (ATTEMPT.getStore() ?? 1) > 1 ? 1 : 0, seconds })
}

/** Hands over what was counted, and counts from nothing. */
export function takeCalls(): CountedCalls[] {
  const taken = [...COUNTED.values()]
  COUNTED.clear()
  return taken
}

/** Takes back what could not be stored. */
export function returnCalls(calls: readonly CountedCalls[]): void {
  for (const one of calls) add(one)
}

function add(one: CountedCalls): void {
  const key = [one.client, one.quota, one.status, one.withinS].join('\n')
  const before = COUNTED.get(key)
  if (before === undefined) {
    COUNTED.set(key, { ...one })
    return
  }
  before.calls += one.calls
  before.retries += one.retries
  before.seconds += one.seconds
}
