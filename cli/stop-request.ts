/** Ctrl+C and SIGTERM as a promise, so that a command can stop things in its own order. */
import { once, setMaxListeners } from 'node:events'
import { terminal } from './terminal.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** One Ctrl+C comes twice under npm: from the terminal, and passed on by npm. Two presses are further apart. */
const ONE_PRESS_MS = 300

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
  const { signals } = terminal()
  void stopRequested(signals).then(() => {
    if (second !== undefined) setTimeout(() => void stopRequested(signals).then(second), ONE_PRESS_MS).unref()
    first?.()
    controller.abort()
  })
  return controller
}

/** Resolves once the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Resolves with the first signal that asks this process to end. Another press ends it the hard way. */
export function stopRequested(signals = terminal().signals): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isHeard = false
    const stop = (signal: NodeJS.Signals) => {
      if (isHeard) return
      isHeard = true
      resolve(signal)
      setTimeout(() => {
        for (const name of SIGNALS) signals.removeListener(name, stop)
      }, ONE_PRESS_MS).unref()
    }
    for (const name of SIGNALS) signals.on(name, stop)
  })
}
