/** A worker's log in a file: a full disk costs lines, never the worker. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileFailure, OWNER_ONLY } from '../system/atomic-file.ts'
import { makeFolder } from '../system/make-folder.mjs'

/** pino's number of this level. */
const WARN = 40

/**
 * Opens the file to append to. Throws `Misconfigured` if it cannot be written; a full disk is waited out. Lines that
 * cannot be written are dropped, and the first that can be is preceded by one that counts them.
 */
export function openLogFile(path: string): { write(line: string): void } {
  let file: number | undefined
  let dropped = 0
  let reason = ''
  /** The last line was cut short. */
  let isTorn = false
  const append = (text: string) => {
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
      if (file !== undefined) closeSync(file)
      file = undefined
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

function openToAppend(path: string): number {
  makeFolder(dirname(path))
  return openSync(path, 'a', OWNER_ONLY)
}

function droppedLine(dropped: number, reason: string): string {
  const record = { event: 'log.lines-dropped', dropped, reason }
  const msg = `${dropped} lines of this log could not be written`
  return `${JSON.stringify({ level: WARN, time: Date.now(), pid: process.pid, ...record, msg })}\n`
}
