/** Why a server of the stack does not start, if that may pass by itself: another start later may succeed. */
import { Failure, type FailureOptions, type FailureType } from '../core/failures.ts'
import { freeBytes } from '../system/free-space.ts'
import { logTail } from './server-process.ts'

/** Settings and folder are as they should be: a port is taken, a server ended while it started, the disk is full. */
export class CannotStart extends Failure {
  constructor(message: string, options: FailureOptions & { type?: FailureType } = {}) {
    super(options.type ?? 'Misconfigured', message, options)
  }
}

const MEGABYTE = 1_000_000
/** PostgreSQL does not start without room for a segment of its log (16 MB). */
const START_BYTES = 32 * MEGABYTE
/** Of both servers: a new cluster takes 40 MB, its log grows to 80 MB at once, Temporal's store takes 1 MB. */
const FIRST_START_BYTES = 200 * MEGABYTE

/** Throws unless the disk of the folder has room for servers that are to be made in it. */
export function refuseFullDisk(folder: string): void {
  const free = freeBytes(folder)
  if (free >= FIRST_START_BYTES) return
  throw new CannotStart(
    `${folder} has ${megabytes(free)} free, and a first start needs ${megabytes(FIRST_START_BYTES)}; free some space, or set ALMANAC_STATE_DIR to a folder on a larger disk.`,
    { type: 'DiskFull' },
  )
}

/** The failure of a server that ended while it started, with the end of what it logged in that time. */
export function endedWhileStarting(name: string, folder: string, logFile: string, from = 0): CannotStart {
  const free = freeBytes(folder)
  if (free < START_BYTES)
    return new CannotStart(
      `${name} ended while it started: the disk of ${folder} is full (${megabytes(free)} free); free some space.`,
      { type: 'DiskFull' },
    )
  return new CannotStart(
    `${name} ended while it started; the end of ${logFile} says why:\n${logTail(logFile, from)}`,
  )
}

const megabytes = (bytes: number) => `${Math.floor(bytes / MEGABYTE)} MB`
