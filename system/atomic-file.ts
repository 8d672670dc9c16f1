/** Files that are whole or absent: temporary file, sync, rename. Imports nothing above it but failures, so that every floor may use it. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../core/failures.ts'
import { freeBytes } from './free-space.ts'
import { makeFolder } from './make-folder.mjs'

/** The folder belongs to another user, is mounted read-only, is no folder, or cannot be made. */
const NOT_OURS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'])
/** The watch calls a disk low that has less. */
export const FREE_SPACE = 'Free 2 GB or more on its disk.'
const FULL: Record<string, string> = { ENOSPC: 'the disk is full', EDQUOT: "this user's quota is used up" }
/** Faults of the machine, and what to do about them. */
const MACHINE: Record<string, string> = {
  EISDIR: 'A folder is in the place of the file: remove it.',
  EIO: 'The disk reports an error: see the system log.',
  EMFILE: 'Allow a process more open files (ulimit -n).',
  ENFILE: 'Allow this machine more open files.',
}

/** End of the names of files that are being written. */
export const UNFINISHED = /\.tmp$/

/** Mode of an ordinary new file, of which the umask takes away. */
const READABLE = 0o666

/** Mode of a file for its owner alone. */
export const OWNER_ONLY = 0o600

/**
 * Replaces a file by new content. Throws `DiskFull` if there is no room and `Misconfigured` if it may not be written;
 * the old file then stays.
 */
export function writeFileAtomically(path: string, content: string | Buffer, mode = READABLE): void {
  // Two containers on one folder number their processes alike.
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    makeLastingFolder(dirname(path))
    const file = openSync(temporary, 'w', mode)
    try {
      // A single write may take a part only, as on a disk that is nearly full; this goes on until all is there.
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    // Removing a missing file is a separate error if a file is in the place of the folder.
    if (existsSync(temporary)) rmSync(temporary, { force: true })
    throw fileFailure(path, error, Buffer.byteLength(content)) ?? error
  }
}

/**
 * A file is written in moments, on a hanging disk in a minute or two; an older unfinished one has no living writer. Only
 * its age shows that: a process id means nothing to another container.
 */
const LONGEST_WRITE_MS = 10 * 60_000

/**
 * Removes the unfinished files of killed writers from a folder; `recursive`: from all below it, too. Does nothing if
 * there is no folder of this name.
 */
export function removeUnfinishedFiles(folder: string, { recursive = false } = {}): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return
  for (const name of readdirSync(folder, { recursive, encoding: 'utf8' })) {
    if (!UNFINISHED.test(name)) continue
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false })
    const isOld = found !== undefined && Date.now() - found.mtimeMs > LONGEST_WRITE_MS
    if (isOld) rmSync(join(folder, name), { force: true })
  }
}

/** The named failure behind a file system error that prevented writing `path`, of so many bytes if that is known; if it has a name. */
export function fileFailure(path: string, error: unknown, bytes?: number): Failure | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const full = FULL[code]
  if (full !== undefined)
    return new Failure(
      'DiskFull',
      `${path} could not be written: ${full}${roomOf(path, bytes)}. ${FREE_SPACE}`,
      {
        cause: error,
      },
    )
  const remedy = NOT_OURS.has(code)
    ? 'Give this user access to the folder, or set another one in .env.'
    : MACHINE[code]
  if (remedy === undefined) return undefined
  return new Failure('Misconfigured', `${path} could not be written (${code}). ${remedy}`, { cause: error })
}

/** How much there is to write, and how much room: `: 12 kB to write, 0 kB free`. */
function roomOf(path: string, bytes: number | undefined): string {
  const free = `${kilobytes(freeBytes(path))} free`
  return bytes === undefined ? `: ${free}` : `: ${kilobytes(bytes)} to write, ${free}`
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1_000)} kB`

/** A new folder is a new line in the one above it, which a power cut may undo as well. */
function makeLastingFolder(folder: string): void {
  const first = makeFolder(folder)
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
}

/** Without this a power cut may undo the rename. Windows has no such call on folders. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
