/**
 * Takes calls to the writer while PostgreSQL is unavailable: one file per call. What is acknowledged here is on disk;
 * `drain.ts` repeats the call.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { elapsed } from '../../core/elapsed.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { FREE_SPACE, OWNER_ONLY, writeFileAtomically } from '../../system/atomic-file.ts'
import { Failure } from '../../core/failures.ts'
import type { LogRecord } from '../../core/log-records.ts'
import type { RunEnding } from '../../core/run-outcome.ts'
import type { RunIdentity } from '../../core/run.ts'
import type { RowsByTable, WriteOptions } from '../write-call.ts'
import { freeBytes } from '../../system/free-space.ts'
import { folderBytes, segmentPath } from './folder.ts'
import { packSegment, rowCount, type Segment } from './segment.ts'
import type { Reason } from '../../core/reason.ts'

/** Origin of a call: its pipeline, and a callback for the number of rows that went into the spool. */
export interface SpoolOrigin {
  pipeline?: string | undefined
  /** `because` if the reason is not simply an unavailable database. */
  spooled?(rows: number, because?: Reason): void
}

export interface SpoolOptions {
  folder: string
  /** Size that the folder may have, in bytes. */
  capBytes: number
  /** Called when the folder grows, long before the cap. */
  warn: (record: Extract<LogRecord, { event: 'spool.filling' }>, message: string) => void
  /** The origin of the current call. */
  origin?: () => SpoolOrigin | undefined
}

export interface Spool {
  readonly folder: string
  readonly capBytes: number
  /** True from the first call that found it unavailable for longer than its retry budget until it answers again. */
  readonly isDatabaseUnavailable: boolean
  /** How long it has been unavailable, in milliseconds; 0 while it is available. */
  unavailableForMs(): number
  /** Reports that a call has tried in vain for so many milliseconds. */
  databaseUnavailable(forMs: number): void
  databaseAnswered(): void
  /**
   * Stores a call of the writer; `because` is a reason for its run to report. Returns its number of rows once they are
   * safe on disk. Throws `DiskFull` at the cap and if the disk is full, `Misconfigured` if the folder is not writable.
   */
  writeRows(rows: RowsByTable, options: Omit<WriteOptions, 'retryBudget'>, because?: Reason): Promise<number>
  /** Stores how a run ended. Throws like `writeRows`. */
  writeEnding(run: RunIdentity, ending: RunEnding, finishedAt: Date): Promise<void>
}

/** The folder of the spool within that of the exported files. */
export function spoolFolder(dataDir: string): string {
  return join(dataDir, 'spool')
}

/** Measuring thousands of files takes some ten milliseconds, and other processes change the folder, too. */
const MEASURE_EVERY_MS = 5_000

/** From this share of the cap on, every further tenth is reported. */
const WARN_FROM = 0.5
const WARN_STEP = 0.1

const MB = 1_000_000

/** Left free on the disk: loading segments, which makes room again, first needs some for a lock. */
const RESERVE_BYTES = MB

/** Opens a spool; the folder is made with the first segment. */
export function openSpool({ folder, capBytes, warn, origin = () => undefined }: SpoolOptions): Spool {
  const nextName = segmentNamer()
  const size = measured(folder)
  const reportGrowth = growthReporter({ folder, capBytes, warn })
  let unavailableSinceMs: number | undefined

  const keep = async (segment: Segment) => {
    const bytes = await packSegment(segment)
    // No await from here on, so that two calls never count on the same room.
    if (size.now() + bytes.length > capBytes && size.again() + bytes.length > capBytes)
      throw capReached(folder, capBytes)
    if (freeBytes(folder) < bytes.length + RESERVE_BYTES) throw diskFull(folder, bytes.length)
    writeFileAtomically(segmentPath(folder, nextName()), bytes, OWNER_ONLY)
    size.add(bytes.length)
    reportGrowth(size.now())
  }

  return {
    folder,
    capBytes,
    get isDatabaseUnavailable() {
      return unavailableSinceMs !== undefined
    },
    unavailableForMs: () => (unavailableSinceMs === undefined ? 0 : elapsed() - unavailableSinceMs),
    databaseUnavailable: (forMs) => {
      unavailableSinceMs ??= elapsed() - forMs
    },
    databaseAnswered: () => {
      unavailableSinceMs = undefined
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

/** Returns names that sort by time, and within a millisecond by their order. */
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
    atMs = elapsed()
    return bytes
  }
  return {
    again,
    now: () => (elapsed() - atMs < MEASURE_EVERY_MS ? bytes : again()),
    add: (more: number) => {
      bytes += more
    },
  }
}

/** Reports once for every tenth of the cap above half, and again after the folder was emptied. */
function growthReporter({ folder, capBytes, warn }: Pick<SpoolOptions, 'folder' | 'capBytes' | 'warn'>) {
  let reported = 0
  return (bytes: number) => {
    const share = bytes / capBytes
    const step = share < WARN_FROM ? 0 : Math.floor(share / WARN_STEP)
    if (step > reported) {
      const percent = Math.floor(share * 100)
      warn(
        { event: 'spool.filling', folder, bytes, percent },
        `the spool ${folder} holds ${megabytes(bytes)}, ${percent} % of SPOOL_MB; beyond that rows are rejected. ` +
          'Start PostgreSQL, and they are loaded.',
      )
    }
    reported = step
  }
}

function capReached(folder: string, capBytes: number): Failure {
  return new Failure(
    'DiskFull',
    `The spool ${folder} is at its cap of ${megabytes(capBytes)} (SPOOL_MB), and the database is unavailable: no more rows are kept. ` +
      `Start PostgreSQL and run "${almanacCommand('spool drain')}", or raise SPOOL_MB.`,
  )
}

function diskFull(folder: string, bytes: number): Failure {
  return new Failure(
    'DiskFull',
    `The disk of the spool ${folder} is full (${megabytes(bytes + RESERVE_BYTES)} are needed, ${megabytes(freeBytes(folder))} are free), and the database is unavailable: no more rows are kept. ` +
      `${FREE_SPACE} Or start PostgreSQL and run "${almanacCommand('spool drain')}".`,
  )
}

const megabytes = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`
