/** Old CSV and log files: which they are, by the date of what they hold, and their archive. */
import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join, parse } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { DAY_MS } from '../../core/durations.ts'
import { fileFailure, OWNER_ONLY } from '../../system/atomic-file.ts'
import { insideFolder } from '../../system/inside-folder.ts'
import { makeFolder } from '../../system/make-folder.mjs'

/** A folder whose files are archived; those below it are not. */
export interface ArchivedFolder {
  folder: string
  /** Names of the files; all others are left alone. */
  names: RegExp
  /** A file without a date in its name is as old as the newest day in its first and last lines; otherwise it is left alone. */
  byRows: boolean
}

/** Paths of files that are to be archived, and of archives that are to be removed. */
export interface DueFiles {
  old: string[]
  outdated: string[]
}

export interface Ages {
  archiveDays: number
  keepDays: number
  now: Date
}

/** Of the beginning and of the end of a file: some dozen lines each. */
const READ_BYTES = 4_096
const DAYS = /(?<!\d)(\d{4})-?(\d\d)-?(\d\d)(?!\d)/g
/** An archive of ours, with the time at which it was made. */
const ARCHIVE = /_\d{8}-\d{6}(\.[^.]+)?\.gz$/

/** Looks through the folders. What is no file, such as a link, is left alone. */
export function dueFiles(
  folders: readonly ArchivedFolder[],
  archives: string,
  { archiveDays, keepDays, now }: Ages,
): DueFiles {
  const isOlder = (days: number) => (at: number | undefined) =>
    at !== undefined && at < now.getTime() - days * DAY_MS
  const old = folders.flatMap(({ folder, names, byRows }) =>
    filesIn(folder)
      .filter((name) => names.test(name))
      .map((name) => join(folder, name))
      .filter((path) =>
        isOlder(archiveDays)(newestDay(parse(path).base) ?? (byRows ? newestRow(path) : undefined)),
      ),
  )
  const outdated = filesIn(archives)
    .filter((name) => ARCHIVE.test(name))
    .filter((name) => isOlder(keepDays)(newestDay(ARCHIVE.exec(name)?.[0] ?? '')))
    .map((name) => join(archives, name))
  return { old, outdated }
}

/**
 * Compresses a file into the archive and removes it; one that grew meanwhile stays. Returns whether it is in the archive. Throws
 * `DiskFull` or `Misconfigured`.
 */
export async function archiveFile(
  path: string,
  archives: string,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<boolean> {
  const { name, ext } = parse(path)
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const target = insideFolder(archives, `${name}_${time}${ext}.gz`)
  const draft = `${target}.tmp`
  try {
    if (existsSync(target)) return false
    makeFolder(archives)
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const before = fstatSync(file)
    await pipeline(
      createReadStream(path, { fd: file }),
      createGzip(),
      createWriteStream(draft, { mode: OWNER_ONLY, flush: true }),
      { signal },
    )
    const after = lstatSync(path)
    if (after.ino !== before.ino || after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      return false
    renameSync(draft, target)
    rmSync(path)
    return true
  } catch (error) {
    throw fileFailure(path, error) ?? error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** None of a folder that is missing, or a link to another. */
function filesIn(folder: string): string[] {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted()
}

/** The newest day in a text, in milliseconds since 1970; undefined if there is none. */
function newestDay(text: string): number | undefined {
  const days = [...text.matchAll(DAYS)]
    .map(([, year, month, day]) => Date.parse(`${year}-${month}-${day}`))
    .filter((ms) => !Number.isNaN(ms))
  return days.length === 0 ? undefined : Math.max(...days)
}

function newestRow(path: string): number | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = fstatSync(file)
    const textAt = (at: number) => {
      const buffer = Buffer.alloc(READ_BYTES)
      return buffer.toString('latin1', 0, readSync(file, buffer, 0, READ_BYTES, at))
    }
    return newestDay(`${textAt(0)}\n${textAt(Math.max(0, size - READ_BYTES))}`)
  } finally {
    closeSync(file)
  }
}
