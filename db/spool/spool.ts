/**
 * Where a call to the write door goes while PostgreSQL is away: a file a call. What is acknowledged here is on the disk;
 * `drain.ts` makes the call again.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ALMANAC } from '../../core/command-name.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { Failure } from '../../core/failures.ts'
import type { LogRecord } from '../../core/log-records.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import type { RunIdentity } from '../../core/run.ts'
import type { RowsByTable, WriteOptions } from '../write-call.ts'
import { folderBytes, freeBytes, segmentPath } from './folder.ts'
import { packSegment, rowCount, type Segment } from './segment.ts'
import type { Reason } from '../../core/reason.ts'

/** Who makes a call: its pipeline, and who wants to know how many rows went into the spool. */
export interface SpoolOrigin {
  pipeline?: string | undefined
  /** `because` where the database is not simply away. */
  spooled?(rows: number, because?: Reason): void
}

export interface SpoolOptions {
  folder: string
  /** Size that the folder may have, in bytes. */
  capBytes: number
  /** Hears, long before the cap, that the folder grows. */
  warn: (record: Extract<LogRecord, { event: 'spool.filling' }>, message: string) => void
  /** Who makes the call at this moment. */
  origin?: () => SpoolOrigin | undefined
}

export interface Spool {
  readonly folder: string
  readonly capBytes: number
  /** True from the first call that found it away for longer than its retry budget until it answered again. */
  readonly isDatabaseAway: boolean
  /** For how long it has been away, in milliseconds; 0 while it is there. */
  awayForMs(): number
  /** A call that has tried since this time (Unix, milliseconds) did not reach it. */
  databaseWentAway(sinceMs: number): void
  databaseAnswered(): void
  /**
   * Keeps a call of the write door, `because` of something that its run should tell; answers its rows once they are safe on
   * the disk. Throws `DiskFull` at the cap and where
   * the disk has no room, `Misconfigured` where the folder may not be written.
   */
  writeRows(rows: RowsByTable, options: Omit<WriteOptions, 'retryBudget'>, because?: Reason): Promise<number>
  /** Keeps how a run ended. Throws like `writeRows`. */
  writeEnding(run: RunIdentity, ending: RunEnding, finishedAt: Date): Promise<void>
}

/** The folder of the spool within that of the exported files. */
export function spoolFolder(dataDir: string): string {
  return join(dataDir, 'spool')
}

/** Looking at thousands of files takes some ten milliseconds, and other processes change the folder, too. */
const MEASURE_EVERY_MS = 5_000

/** From this share of the cap on every further step of it is told. */
const WARN_FROM = 0.5
const WARN_STEP = 0.1

const MB = 1_000_000

/** Left free on the disk: who makes room again, by loading segments, first needs some for a lock. */
const RESERVE_BYTES = MB

/** Opens a spool; the folder is made with the first segment. */
export function openSpool({ folder, capBytes, warn, origin = () => undefined }: SpoolOptions): Spool {
  const nextName = segmentNamer()
  const size = measured(folder)
  const tellGrowth = growthTeller({ folder, capBytes, warn })
  let awaySinceMs: number | undefined

  const keep = async (segment: Segment) => {
    const bytes = await packSegment(segment)
    // From here on nothing is awaited, so that two calls never count on the same room.
    if (size.now() + bytes.length > capBytes && size.again() + bytes.length > capBytes)
      throw capReached(folder, capBytes)
    if (freeBytes(folder) < bytes.length + RESERVE_BYTES) throw diskFull(folder)
    writeFileAtomically(segmentPath(folder, nextName()), bytes)
    size.add(bytes.length)
    tellGrowth(size.now())
  }

  return {
    folder,
    capBytes,
    get isDatabaseAway() {
      return awaySinceMs !== undefined
    },
    awayForMs: () => (awaySinceMs === undefined ? 0 : Date.now() - awaySinceMs),
    databaseWentAway: (sinceMs) => {
      awaySinceMs ??= sinceMs
    },
    databaseAnswered: () => {
      awaySinceMs = undefined
    },
    async writeRows(rows, options, because) {
      const by = origin()
      await keep({ kind: 'rows', pipeline: by?.pipeline, rows, options })
      const count = rowCount({ rows, options })
      by?.spooled?.(count, because)
      return count
    },
    writeEnding: (run, ending, finishedAt) =>
      keep({ kind: 'ending', pipeline: run.pipeline, run, ending, finishedAt }),
  }
}

/** Names that sort by time, and within a millisecond by their order. */
function segmentNamer(): () => string {
  let newestMs = 0
  let counter = 0
  return () => {
    // A clock that is set back must not put a later call before an earlier one.
    newestMs = Math.max(newestMs, Date.now())
    counter += 1
    const time = new Date(newestMs).toISOString().replaceAll(/[-:]/g, '')
    const pid = String(process.pid).padStart(7, '0')
    return `${time}-${pid}-${String(counter).padStart(7, '0')}-${randomBytes(4).toString('hex')}.segment`
  }
}

function measured(folder: string) {
  let bytes = 0
  let atMs = Number.NEGATIVE_INFINITY
  const again = () => {
    bytes = folderBytes(folder)
    atMs = Date.now()
    return bytes
  }
  return {
    again,
    now: () => (Date.now() - atMs < MEASURE_EVERY_MS ? bytes : again()),
    add: (more: number) => {
      bytes += more
    },
  }
}

/** Tells once for every tenth of the cap beyond the half, and again after the folder was emptied. */
function growthTeller({ folder, capBytes, warn }: Pick<SpoolOptions, 'folder' | 'capBytes' | 'warn'>) {
  let told = 0
  return (bytes: number) => {
    const share = bytes / capBytes
    const step = share < WARN_FROM ? 0 : Math.floor(share / WARN_STEP)
    if (step > told) {
      const percent = Math.floor(share * 100)
      warn(
        { event: 'spool.filling', folder, bytes, percent },
        `the spool ${folder} holds ${megabytes(bytes)}, ${percent} % of SPOOL_MB; beyond that rows are refused. ` +
          'Start PostgreSQL, and they are loaded.',
      )
    }
    told = step
  }
}

function capReached(folder: string, capBytes: number): Failure {
  return new Failure(
    'DiskFull',
    `The spool ${folder} is at its cap of ${megabytes(capBytes)} (SPOOL_MB), and the database is away: nothing more is kept. ` +
      `Start PostgreSQL and run "${ALMANAC} spool drain", or raise SPOOL_MB.`,
  )
}

function diskFull(folder: string): Failure {
  return new Failure(
    'DiskFull',
    `The disk of the spool ${folder} is full, and the database is away: nothing more is kept. ` +
      `Free some space, or start PostgreSQL and run "${ALMANAC} spool drain".`,
  )
}

const megabytes = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`
