/** Ctrl+C and SIGTERM as a promise, so that a command can stop things in its own order. */
import { once, setMaxListeners } from 'node:events'
import { terminal } from './terminal.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What a command does when it is asked to end. */
export interface OnStop {
  /** At the first signal: stopping may take a while. */
  first?: () => void
  /** At the second: whoever asks twice does not want to wait. Default: the process ends. */
  second?: () => Promise<void>
}

/** Aborted when this process is asked to end, or by its holder. */
export function stopController({ first, second }: OnStop = {}): AbortController {
  const controller = new AbortController()
  // Every call to Temporal that is on its way listens to it; a dozen of them are no leak.
  setMaxListeners(0, controller.signal)
  void stopRequested().then(() => {
    if (second !== undefined) void stopRequested().then(second)
    first?.()
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
