/** Ctrl+C and SIGTERM as a promise, so that a command can stop things in its own order. */
import { once, setMaxListeners } from 'node:events'
import { terminal } from './terminal.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Aborted when this process is asked to end, or by its holder. */
export function stopController(): AbortController {
  const controller = new AbortController()
  // Every call to Temporal that is on its way listens to it; a dozen of them are no leak.
  setMaxListeners(0, controller.signal)
  void stopRequested().then(() => {
    controller.abort()
  })
  return controller
}

/** Resolves once the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Resolves with the first signal that asks this process to end. A second one ends it the hard way. */
export function stopRequested(): Promise<NodeJS.Signals> {
  const { signals } = terminal()
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      for (const name of SIGNALS) signals.removeListener(name, stop)
      resolve(signal)
    }
    for (const name of SIGNALS) signals.on(name, stop)
  })
}
