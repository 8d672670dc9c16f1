/** One clock for all ages on the page. */
import { useSyncExternalStore } from 'react'

/** Ages are told in seconds at least; every five of them is often enough to look alive. */
const TICK_MS = 5_000

let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function tick(): void {
  now = Date.now()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tick, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time in milliseconds, renewed every few seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)
