/**
 * Bounds the memory of all processes of a sandbox together. The kernel's own limits are per process, and control groups
 * are not available to every user or in every container, so the sums are polled from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../core/failures.ts'
import { availableShare, commandLine, familyOf, processes, type ProcessState } from './processes.ts'

/** Six times what the largest library measured needed. The sandbox's file systems, 0.9 GiB at most, come on top. */
export const SANDBOX_MEMORY_BYTES = 1536 * 1_048_576
/** Two cores fill about 500 MB in this time. A poll costs a few milliseconds. */
const POLL_INTERVAL_MS = 250
/** Below this the kernel soon kills arbitrary programs: better to end a run of contextmaker. */
const MIN_AVAILABLE_SHARE = 0.03

export interface MemoryGuard {
  /**
   * Watches the sandbox whose command line holds the marker. `exceeded` is called once, with a `CommandFailed`, if it
   * takes too much. Call the returned function to end the watch.
   */
  watch: (marker: string, exceeded: (failure: Failure) => void) => () => void
}

interface Watched {
  marker: string
  exceeded: (failure: Failure) => void
  /** The sandbox's first process, once found. */
  pid: number | undefined
}

/** One guard polls once for all its sandboxes, and not at all without any. */
export function createMemoryGuard(limitBytes: number): MemoryGuard {
  const watched = new Set<Watched>()
  let isPolling = false

  async function pollWhileWatched(): Promise<void> {
    if (isPolling) return
    isPolling = true
    try {
      while (watched.size > 0) {
        await check(watched, limitBytes)
        await sleep(POLL_INTERVAL_MS)
      }
    } catch (cause) {
      // Unwatched memory is unbounded memory.
      for (const { exceeded } of watched)
        exceeded(new Failure('CommandFailed', 'The memory of the sandbox cannot be watched.', { cause }))
    } finally {
      isPolling = false
    }
  }

  return {
    watch: (marker, exceeded) => {
      const entry: Watched = { marker, exceeded, pid: undefined }
      watched.add(entry)
      void pollWhileWatched()
      return () => {
        watched.delete(entry)
      }
    },
  }
}

async function check(watched: Set<Watched>, limitBytes: number): Promise<void> {
  const [all, available] = await Promise.all([processes(), availableShare()])
  for (const entry of watched) {
    entry.pid ??= await find(entry.marker, all)
    const bytes =
      entry.pid === undefined ? 0 : familyOf(entry.pid, all).reduce((sum, { ownBytes }) => sum + ownBytes, 0)
    if (bytes <= limitBytes && available >= MIN_AVAILABLE_SHARE) continue
    watched.delete(entry)
    entry.exceeded(new Failure('CommandFailed', sentence(bytes, limitBytes)))
  }
}

function sentence(bytes: number, limitBytes: number): string {
  const mebibytes = (count: number) => `${Math.round(count / 1_048_576)} MiB`
  return bytes > limitBytes
    ? `contextmaker took more than ${mebibytes(limitBytes)} of memory (${mebibytes(bytes)}) and was killed.`
    : `The machine had less than ${MIN_AVAILABLE_SHARE * 100} % of its memory left, so contextmaker was killed.`
}

/** Our child process with the marker among its arguments: it becomes bubblewrap without changing its id. */
async function find(marker: string, all: readonly ProcessState[]): Promise<number | undefined> {
  for (const { pid, parent } of all)
    if (parent === process.pid && (await commandLine(pid)).includes(marker)) return pid
  return undefined
}
