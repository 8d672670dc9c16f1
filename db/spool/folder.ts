/** The folder of a spool: its content, order and size. Every function reads the disk itself. */
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pMap from 'p-map'
import {
  fileFailure,
  OWNER_ONLY,
  removeUnfinishedFiles,
  writeFileAtomically,
} from '../../system/atomic-file.ts'
import { sentenceOf } from '../../core/failures.ts'
import { LONGEST_HEAD_BYTES, readHead, type SegmentHead } from './segment.ts'

/** Lock of the process that loads the segments; the file names the holder. */
export const DRAIN_LOCK = 'drain.lock'
const ENDING = '.segment'
const REASON = '.reason.txt'

/** A segment that could not be loaded, and why. */
export interface Damaged {
  name: string
  reason: string
}

/** A dead letter; `head` is absent if that cannot be read either. */
export interface DeadLetter extends Damaged {
  head?: SegmentHead
}

/** A waiting segment, as its file describes it; `head` is undefined if it cannot be read. */
export interface Waiting {
  name: string
  bytes: number
  /** When it was written. */
  since: Date
  head: SegmentHead | undefined
  /** Why there is no head. */
  trouble?: string
}

const damagedFolder = (folder: string) => join(folder, 'damaged')

/** Returns the path of a segment. */
export function segmentPath(folder: string, name: string): string {
  return join(folder, name)
}

/**
 * Returns the names of the waiting segments, oldest first: names begin with their time. Empty if there is no folder.
 */
export function segmentNames(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(ENDING))
    .sort()
}

/** Bytes of everything in the folder, damaged segments too. */
export function folderBytes(folder: string): number {
  const sizes = [folder, damagedFolder(folder)].flatMap((here) =>
    namesIn(here).map((name) => sizeOf(join(here, name))),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Returns the waiting segments, oldest first, from the heads of the files. */
export function waitingSegments(folder: string): Waiting[] {
  return segmentNames(folder).flatMap((name) => {
    const path = join(folder, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return []
    return [{ name, bytes: stat.size, since: stat.mtime, ...headOf(path) }]
  })
}

/** Returns the dead letters, oldest first, each with its reason. */
export function damagedSegments(folder: string): DeadLetter[] {
  const here = damagedFolder(folder)
  return segmentNames(here).map((name) =>
    deadLetter(folder, { name, reason: textOr(join(here, `${name}${REASON}`), 'no reason was recorded') }),
  )
}

/** A segment that was moved to the dead letters, with its head: that is often whole where the rest is not. */
export function deadLetter(folder: string, { name, reason }: Damaged): DeadLetter {
  const { head } = headOf(join(damagedFolder(folder), name))
  return { name, reason, ...(head !== undefined && { head }) }
}

/**
 * Returns the one segment, waiting or dead letter, whose name equals or begins with this; otherwise all names that do.
 */
export function findSegment(
  folder: string,
  beginning: string,
): { name: string; isDamaged: boolean; bytes: Buffer } | { names: string[] } {
  const places = [
    { here: folder, isDamaged: false },
    { here: damagedFolder(folder), isDamaged: true },
  ]
  const found = places.flatMap(({ here, isDamaged }) =>
    segmentNames(here)
      .filter((name) => name.startsWith(beginning))
      .map((name) => ({ name, here, isDamaged })),
  )
  const [one, another] = found
  const bytes = one === undefined || another !== undefined ? undefined : readSegment(one.here, one.name)
  if (one === undefined || bytes === undefined) return { names: found.map(({ name }) => name) }
  return { name: one.name, isDamaged: one.isDamaged, bytes }
}

/**
 * Moves a segment to the dead letters. False if it is gone, since another process has loaded it. Throws the failures of
 * `writeFileAtomically`; the segment is then still in place.
 */
export function moveToDeadLetters(folder: string, { name, reason }: Damaged): boolean {
  const aside = join(damagedFolder(folder), name)
  // The reason first: a segment without one would be a riddle.
  writeFileAtomically(`${aside}${REASON}`, `${reason}\n`)
  const isThere = moved(join(folder, name), aside)
  if (!isThere) rmSync(`${aside}${REASON}`, { force: true })
  return isThere
}

/** Replaces a waiting segment. Throws the failures of `writeFileAtomically`. */
export function replaceSegment(folder: string, name: string, bytes: Buffer): void {
  writeFileAtomically(segmentPath(folder, name), bytes, OWNER_ONLY)
}

/** Moves all dead letters back for the next drain. Throws `Misconfigured` if that is not permitted. */
export function restoreDeadLetters(folder: string): void {
  const here = damagedFolder(folder)
  for (const name of segmentNames(here)) {
    const reason = `${join(here, name)}${REASON}`
    moved(join(here, name), join(folder, name))
    changing(reason, () => {
      rmSync(reason, { force: true })
    })
  }
}

/** False if there is nothing to move. */
function moved(from: string, to: string): boolean {
  return changing(to, () => {
    try {
      renameSync(from, to)
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  })
}

/** A busy disk takes a millisecond each; node has four threads for them. */
const REMOVED_AT_ONCE = 4

/** Removes loaded segments; one that is already gone is fine. Throws `Misconfigured` if that is not permitted. */
export async function removeSegments(folder: string, names: readonly string[]): Promise<void> {
  await pMap(
    names,
    async (name) => {
      const path = join(folder, name)
      await rm(path, { force: true }).catch((error: unknown) => {
        throw fileFailure(path, error) ?? error
      })
    },
    { concurrency: REMOVED_AT_ONCE },
  )
}

/** Removes files of writers that died in the middle of a segment. */
export function removeUnfinished(folder: string): void {
  for (const here of [folder, damagedFolder(folder)])
    changing(here, () => {
      removeUnfinishedFiles(here)
    })
}

/** Returns the content of a segment, or undefined if it is gone. */
export function readSegment(folder: string, name: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, name))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Reads the head of a file without the rest of it, or why there is none: one bad file must not hide the others. */
function headOf(path: string): Pick<Waiting, 'head' | 'trouble'> {
  const beginning = Buffer.alloc(LONGEST_HEAD_BYTES)
  try {
    const file = openSync(path, 'r')
    try {
      return { head: readHead(beginning.subarray(0, readSync(file, beginning))) }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return { head: undefined, trouble: sentenceOf(error) }
  }
}

/** Names of all files in a folder; none if there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === true ? stat.size : 0
}

function textOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (isMissing(error)) return otherwise
    throw error
  }
}

/** Changes something in the folder; an error of the file system becomes a named failure. */
export function changing<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fileFailure(path, error) ?? error
  }
}

/** ENOTDIR: a file is in the place of a folder; a writer there reports it. */
const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
