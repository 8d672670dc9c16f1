/** The time as the server has it: what is late or old is told by the clock that wrote the rows, not by the reader's machine. */

/** A server tells its time in whole seconds, and an answer travels: a smaller difference is none, in milliseconds. */
const SAME_MS = 5_000

let aheadMs = 0
const listeners = new Set<() => void>()

/** Called with the `Date` header of every answer, as soon as it has come. */
export function hearServerTime(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now()
  if (Number.isNaN(difference) || Math.abs(difference - aheadMs) < SAME_MS) return
  aheadMs = Math.abs(difference) < SAME_MS ? 0 : difference
  for (const listener of listeners) listener()
}

/** Calls a listener whenever the clocks differ by something else; returns what ends that. */
export function onServerTime(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** A moment of the reader's clock, in milliseconds, as the server has it. */
export const inServerTime = (at: number): number => at + aheadMs

/** The server's time in milliseconds. */
export const serverNow = (): number => inServerTime(Date.now())
