/** One clock for all ages on the page. */
import { useSyncExternalStore } from 'react'
import { onServerTime, serverNow } from '../server-clock.ts'

/** Ages are told in seconds at least; every five of them is often enough to look alive. */
const TICK_MS = 5_000

let now = serverNow()
let timer: ReturnType<typeof setInterval> | undefined
let unheard: (() => void) | undefined
const listeners = new Set<() => void>()

function tick(): void {
  now = serverNow()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = serverNow()
    timer = setInterval(tick, TICK_MS)
    unheard = onServerTime(tick)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    unheard?.()
  }
}

/** The server's time in milliseconds, renewed every few seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)
