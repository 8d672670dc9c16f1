/** Time and attempts of library-context: a night, its parts, and the work on one host. */
import type { ActivityOptions } from '@temporalio/workflow'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'
import { HEARTBEAT_TIMEOUT_MS, RETRY } from '../policies.ts'

/** It starts at night and must be over when people arrive. */
export const NIGHTLY_BOUND_MS = 5 * HOUR_MS

/** Without a token the stars take minutes, and an exhausted hourly quota resets within this time. */
export const STARS_MS = 75 * MINUTE_MS

/** If a catalogue does not answer for this long, last night's is used. */
export const CATALOGUE_MS = 30 * MINUTE_MS

/** Asking git for the newest commits of a batch takes seconds, unless the server is unavailable. */
export const CHANGES_MS = 20 * MINUTE_MS

/** Part of the night that is reserved for publishing and closing after the last child workflow. */
export const PUBLISHING_MS = 10 * MINUTE_MS

/**
 * Work with a program on one host's disk (git, contextmaker). `attemptMs` covers the programs and the database in which
 * their work is stored; the activity ends them itself and reports it, and this timeout is only for one that cannot. A
 * program's failure is the same next time; what may pass (an unavailable server, a dead worker) gets a few attempts, so
 * that one library does not hold its slot all night.
 */
export function hostCommand(totalMs: number, attemptMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(attemptMs + MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    scheduleToStartTimeout: Math.min(HOST_AWAY_MS, totalMs),
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, initialInterval: 5 * SECOND_MS, maximumInterval: MINUTE_MS, maximumAttempts: 5 },
  }
}

/** Removing one clone: seconds even for large ones. The clones of an unavailable host are removed when it is back. */
export function hostCleanup(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(5 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    scheduleToStartTimeout: Math.min(CLEANUP_AWAY_MS, totalMs),
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 10 * SECOND_MS, maximumAttempts: 5 },
  }
}

/**
 * An activity on a host's own queue that no worker takes within this time has lost its host: a running worker takes it
 * at once (there are as many slots as child workflows), and a restart takes less.
 */
export const HOST_AWAY_MS = MINUTE_MS

/**
 * Clean-up has its own slots and takes milliseconds: it stays untaken only if the host is gone, and then a sweep cleans
 * up.
 */
const CLEANUP_AWAY_MS = 15 * SECOND_MS

/**
 * How often a child workflow that lost its host starts in total; a library that kills its hosts must not kill them all.
 */
export const CHAIN_ROUNDS = 3

/** Clean-up continues after a cancellation, but not forever. */
export const CLEANUP_MS = 10 * MINUTE_MS

/** The reason of a failure is recorded even if the time of the child workflows is up; it is one row. */
export const RECORDING_MS = MINUTE_MS
