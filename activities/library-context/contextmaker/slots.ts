/** A bounded number of places, given in the order in which they were asked for. */

export interface Slots {
  /** Waits for a free slot, 0 to n - 1. Throws the signal's reason if it aborts first. */
  take: (signal: AbortSignal) => Promise<{ slot: number; release: () => void }>
}

export function createSlots(count: number): Slots {
  const free = Array.from({ length: count }, (_, slot) => slot)
  const waiting = new Set<(slot: number) => void>()

  function give(slot: number): void {
    const [next] = waiting
    if (next === undefined) free.push(slot)
    else next(slot)
  }

  function wait(signal: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        waiting.delete(turn)
        reject(signal.reason as Error)
      }
      const turn = (slot: number) => {
        waiting.delete(turn)
        signal.removeEventListener('abort', abort)
        resolve(slot)
      }
      waiting.add(turn)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  return {
    take: async (signal) => {
      signal.throwIfAborted()
      const slot = free.shift() ?? (await wait(signal))
      let isTaken = true
      const release = () => {
        if (isTaken) give(slot)
        isTaken = false
      }
      return { slot, release }
    },
  }
}
