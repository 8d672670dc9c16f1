/** A worker's log in a file: a full disk costs lines, never the worker. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs'
import { dirname } from 'node:path'
import { DAY_MS } from '../core/durations.ts'
import { isWithin } from '../core/elapsed.ts'
import { fileFailure, OWNER_ONLY } from '../system/atomic-file.ts'
import { makeFolder } from '../system/make-folder.mjs'
import { rotatedPath } from '../system/rotated.ts'

/** pino's number of this level. */
const WARN = 40

/** A file of this size is read to its end in a second or two. */
const MOST_BYTES = 50 * 1024 * 1024
/** Whether the file is to be rotated, or was by another process, is looked up this often. */
const LOOK_EVERY_MS = 1_000

export interface LogFileOptions {
  /** Default: this machine's. */
  clock?: () => number
  /** A larger file is set aside. */
  mostBytes?: number
}

/**
 * Opens the file to append to. With a new UTC day, and when it is too large, the file is set aside under the time of its last
 * line; several processes may share it. Throws `Misconfigured` if it cannot be written; a full disk is waited out. Lines that
 * cannot be written are dropped, and the first that can be is preceded by one that counts them.
 */
export function openLogFile(
  path: string,
  { clock = Date.now, mostBytes = MOST_BYTES }: LogFileOptions = {},
): { write(line: string): void } {
  let file: number | undefined
  let lookedAtMs = -Infinity
  let mayRotate = true
  let dropped = 0
  let reason = ''
  /** The last line was cut short. */
  let isTorn = false
  const close = () => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  /** In a folder of somebody else's the file grows on: better than to lose its lines. */
  const setAside = (aside: string) => {
    try {
      renameSync(path, aside)
    } catch (error) {
      if (fileFailure(path, error)?.type !== 'Misconfigured') throw error
      mayRotate = false
    }
  }
  const rotateIfDue = () => {
    const nowMs = clock()
    if (!mayRotate || isWithin(lookedAtMs, nowMs, LOOK_EVERY_MS)) return
    lookedAtMs = nowMs
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined && isDue(found, nowMs, mostBytes)) {
      const aside = rotatedPath(path, found.mtime)
      // One second holds one part: a file that grows so fast is set aside a second later.
      if (!existsSync(aside)) setAside(aside)
    }
    if (file !== undefined && statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(file).ino) close()
  }
  const append = (text: string) => {
    rotateIfDue()
    file ??= openToAppend(path)
    const line = Buffer.from(isTorn ? `\n${text}` : text)
    const written = writeSync(file, line)
    isTorn = written > 0 && written < line.length
    if (written < line.length) throw new Error('the disk took only a part of a line')
  }
  const write = (line: string) => {
    try {
      if (dropped > 0) append(droppedLine(dropped, reason))
      dropped = 0
      append(line)
    } catch (error) {
      dropped += 1
      reason = String(error)
      close()
    }
  }
  try {
    file = openToAppend(path)
  } catch (error) {
    const failure = fileFailure(path, error)
    if (failure?.type !== 'DiskFull') throw failure ?? error
  }
  return { write }
}

/** A file that is empty says nothing, and a device is no file. */
const isDue = (found: Stats, nowMs: number, mostBytes: number): boolean =>
  found.isFile() && found.size > 0 && (found.size > mostBytes || dayOf(found.mtimeMs) < dayOf(nowMs))

const dayOf = (ms: number) => Math.floor(ms / DAY_MS)

/** One of an earlier version, which others could read, becomes its owner's alone. */
function openToAppend(path: string): number {
  makeFolder(dirname(path))
  const file = openSync(path, 'a', OWNER_ONLY)
  const found = fstatSync(file)
  if (found.isFile() && found.uid === process.getuid?.()) fchmodSync(file, OWNER_ONLY)
  return file
}

function droppedLine(dropped: number, reason: string): string {
  const record = { event: 'log.lines-dropped', dropped, reason }
  const msg = `${dropped} lines of this log could not be written`
  return `${JSON.stringify({ level: WARN, time: Date.now(), pid: process.pid, ...record, msg })}\n`
}
