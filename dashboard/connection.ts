/** Whether the server answers, as the last request found out. */
import { useSyncExternalStore } from 'react'
import { serverNow } from './server-clock.ts'

let lostSince: number | undefined
const listeners = new Set<() => void>()

/** Called after every request. Returns whether that is news. */
export function reportConnection(isThere: boolean): boolean {
  const next = isThere ? undefined : (lostSince ?? serverNow())
  if (next === lostSince) return false
  lostSince = next
  for (const listener of listeners) listener()
  return true
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** Whether it answers, as far as that is known. */
export const isLost = (): boolean => lostSince !== undefined

/** Since when the server has not answered, in milliseconds; undefined while it does. */
export const useLostSince = (): number | undefined => useSyncExternalStore(subscribe, () => lostSince)
