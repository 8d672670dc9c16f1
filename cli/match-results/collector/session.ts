/** What the two ways to collect share: one collector's settings, and how it waits without hanging. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import type { Config } from '../../../config/load-config.ts'
import { lockHolder, type Holder } from '../../../local/file-lock.mjs'
import { stackLockFile } from '../../../local/stack-lock.ts'
import type { Pipeline } from '../../../pipelines/index.ts'
import { EXIT, exitCodeOf } from '../../exit.ts'
import type { CollectorLog } from './log-lines.ts'

/** One collector, as its options have it. */
export interface Session {
  /** With match-results enabled, at the collector's interval where it has one. */
  config: Config
  /** Whether the interval was asked for: beside a stack only then its own is changed. */
  hasInterval: boolean
  pipeline: Pipeline
  log: CollectorLog
  /** Collect by the schedule until stopped, instead of once. */
  isDaemon: boolean
  /** Goes off with the first signal that asks the collector to end. */
  stopped: AbortSignal
}

/** One question to a Temporal server takes milliseconds; the client would try one that is away for much longer. */
const CALL_TIMEOUT_MS = 5_000

/** A call to Temporal that is given up after seconds. */
export function bounded<T>(client: Client, work: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_TIMEOUT_MS, work)
}

/** Whether an error says that Temporal is away, or did not answer in time. */
export function isTemporalAway(error: unknown): boolean {
  return exitCodeOf(error) === EXIT.cannotReach
}

/** Waits; true after the time, false where the signal came first. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

/** The other process that keeps this stack, or undefined. */
export function otherHolder({ stateDir }: Config): Holder | undefined {
  const holder = lockHolder(stackLockFile(stateDir))
  return holder?.pid === process.pid ? undefined : holder
}
