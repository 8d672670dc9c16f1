/**
 * Every number about time and attempts of a workflow's steps, named by kind of effect. Each step has two bounds:
 * one attempt (`startToCloseTimeout`) and all attempts together (`scheduleToCloseTimeout`).
 */
import type { ActivityOptions } from '@temporalio/workflow'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/durations.ts'

/**
 * A worker that died is noticed after this long. Steps beat every second (the worker's interceptor), so four
 * beats may get lost in a busy event loop before a living step is mistaken for a dead one.
 */
export const HEARTBEAT_TIMEOUT_MS = 4 * SECOND_MS

/** The first retry comes at once after a dead worker or a dropped connection; later ones leave the upstream in peace. */
const RETRY = { initialInterval: SECOND_MS, backoffCoefficient: 2 }

/**
 * One source's fetch, validate and write. No limit of attempts: a 429 must not use them up; the run's own bound
 * ends it. One attempt may wait out an absent database (10 min) on top of its requests.
 */
export function upstreamRead(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(30 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 2 * MINUTE_MS },
  }
}

/** Bookkeeping in the database; short, and tried often because the run waits for it. */
export function databaseWork(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(15 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 30 * SECOND_MS },
  }
}

/** Computing on rows that are stored: nothing to wait for but the database, which is asked again soon. */
export function computation(totalMs: number): ActivityOptions {
  return {
    startToCloseTimeout: Math.min(10 * MINUTE_MS, totalMs),
    scheduleToCloseTimeout: totalMs,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry: { ...RETRY, maximumInterval: 30 * SECOND_MS },
  }
}

/**
 * Work with a program on one host's disk (git, contextmaker). `attemptMs` is what the programs themselves may take, and the
 * database in which their work is kept; the step ends them and says so, and this bound is only for one that cannot. A
 * failure of the program is the same next time; what may pass (a server away, a dead worker) gets a few attempts, so that
 * one library does not hold its place all night.
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

/** Removing one clone: seconds even for large ones. A host that is away has its clones swept when it is back. */
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
 * A step on a host's own queue that no worker takes within this time has lost its host: a worker that is there takes it
 * at once (there are as many slots as chains), and a restart of one takes less.
 */
export const HOST_AWAY_MS = MINUTE_MS

/** Clean-up has slots of its own and takes milliseconds: nobody takes it only where the host is gone, and then a sweep will. */
const CLEANUP_AWAY_MS = 15 * SECOND_MS

/** A chain that lost its host starts over so often in all; a library that kills its hosts must not kill them all. */
export const CHAIN_ROUNDS = 3

/** Clean-up goes on after a cancellation, but not for ever. */
export const CLEANUP_MS = 10 * MINUTE_MS

/** Why a chain failed is recorded even where the chains' time is up; it is one row. */
export const RECORDING_MS = MINUTE_MS

/** library-context: it starts at night and must be over when people come. */
export const NIGHTLY_BOUND_MS = 5 * HOUR_MS

/** Without a token the stars take minutes, and a used-up hourly quota opens again within this time. */
export const STARS_MS = 75 * MINUTE_MS

/** A catalogue that does not answer for so long is taken as of the last night. */
export const CATALOGUE_MS = 30 * MINUTE_MS

/** Asking git for the newest commits of a batch: seconds, unless the server is away. */
export const CHANGES_MS = 20 * MINUTE_MS

/** Of the night, kept for publishing and closing after the last chain. */
export const PUBLISHING_MS = 10 * MINUTE_MS

/** crypto-forecast: the next run comes after an hour, and must not find this one. */
export const HOURLY_BOUND_MS = 40 * MINUTE_MS

/**
 * How long an hourly run waits for one source before it goes on without it: its forecast of the next hour is due at
 * the full hour, and the other sources have come long before.
 */
export const HOURLY_SOURCE_MS = 12 * MINUTE_MS

/** Of the time left, the sources may use this much: what they brought must still be computed and stored. */
export const SOURCES_SHARE = 0.75

/** A file of five lines: what a minute of attempts cannot write, an hour cannot either. */
export const METRICS_MS = MINUTE_MS

/** match-results: the next run comes after a minute, and must not find this one. */
export const MINUTELY_BOUND_MS = 50 * SECOND_MS

/** Of these, the lock may use so much: the database's retry budget, and a Temporal client's one question about the holder. */
export const OPENING_MS = 15 * SECOND_MS

/** And so much is kept for closing the record, or for spooling it. */
export const CLOSING_SHARE_MS = 10 * SECOND_MS

/** The record of a run is closed even when its own time is up: a database restart must not cost it. */
export const CLOSING_MS = HOUR_MS

/** A run that derives takes a second, after days without a database half a minute: so long another one waits for it. */
export const DERIVING_WAIT_MS = 2 * SECOND_MS
export const DERIVING_WAITS = 15

/**
 * A run hands over to a fresh history (continue-as-new) beyond this many events. A step costs six; replaying a
 * thousand is still quick, and five thousand mods stay well below.
 */
export const HISTORY_EVENTS = 800

/** mod-stats may go on until the UTC day on which it started ends, since its rows carry that day; at least an hour. */
export function untilDayEnds(startedAt: Date): number {
  const midnight = Date.UTC(startedAt.getUTCFullYear(), startedAt.getUTCMonth(), startedAt.getUTCDate() + 1)
  return Math.max(midnight - startedAt.getTime(), HOUR_MS)
}
