/**
 * The content of a source tree. The tree is untrusted: symbolic links are listed and never followed, nothing is
 * executed, and a folder with millions of files ends the walk, not the worker.
 */
import { constants } from 'node:fs'
import { lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../core/failures.ts'
import { folderReason } from './file-kinds.ts'

export interface Skipped {
  /** From the root of the tree; a folder ends in `/`. */
  path: string
  reason: string
}

/** The largest known scientific package (SciPy) has about 3,000 files; beyond this it is data. */
export const MAX_ENTRIES = 20_000
/** No package nests this deep; a deeper path is made to exhaust its reader. */
const MAX_LEVELS = 30

const TOO_MANY = `beyond the ${MAX_ENTRIES} entries that are read`

/**
 * File system errors of an untrusted entry that cannot be read; anything else is a fault of this machine and thrown.
 */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EISDIR'])

/**
 * The paths of all plain files below a folder, breadth first (what is near the root is found first) and sorted, and
 * what was passed over. Throws `NotFound` if the root is no folder, and the signal's reason.
 */
export async function listTree(
  root: string,
  signal: AbortSignal,
): Promise<{ files: string[]; skipped: Skipped[] }> {
  await mustBeFolder(root)
  const files: string[] = []
  const skipped: Skipped[] = []
  let seen = 0
  let level: string[] = ['']
  for (let depth = 0; level.length > 0 && seen < MAX_ENTRIES; depth++) {
    const below: string[] = []
    for (const folder of level.sort()) {
      signal.throwIfAborted()
      const found = await entriesOf(root, folder, MAX_ENTRIES - seen, skipped)
      seen += found.files.length + found.folders.length + found.others.length
      files.push(...found.files.sort())
      skipped.push(...found.others)
      below.push(...kept(found.folders, skipped))
    }
    if (depth + 1 === MAX_LEVELS)
      skipped.push(...below.map((path) => ({ path: `${path}/`, reason: 'nested too deep' })))
    level = depth + 1 < MAX_LEVELS ? below : []
  }
  skipped.push(...level.map((path) => ({ path: `${path}/`, reason: TOO_MANY })))
  return { files, skipped }
}

async function mustBeFolder(root: string): Promise<void> {
  const found = await lstat(root).catch((error: unknown) => {
    if (isUnreadable(error)) return undefined
    throw error
  })
  if (found?.isDirectory() !== true)
    throw new Failure('NotFound', `${root} is not a folder with a source tree.`)
}

/** Returns folders worth entering; the reasons against the others are reported. */
function kept(folders: string[], skipped: Skipped[]): string[] {
  return folders.filter((path) => {
    const reason = folderReason(path)
    if (reason !== undefined) skipped.push({ path: `${path}/`, reason })
    return reason === undefined
  })
}

async function entriesOf(root: string, folder: string, room: number, skipped: Skipped[]) {
  const found = { files: [] as string[], folders: [] as string[], others: [] as Skipped[] }
  const name = folder === '' ? './' : `${folder}/`
  try {
    let left = room
    for await (const entry of await opendir(join(root, folder), { bufferSize: 256 })) {
      if (left-- === 0) {
        skipped.push({ path: name, reason: TOO_MANY })
        break
      }
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) found.folders.push(path)
      else if (entry.isFile()) found.files.push(path)
      else
        found.others.push({ path, reason: entry.isSymbolicLink() ? 'symbolic link' : 'not a regular file' })
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    skipped.push({ path: name, reason: 'cannot be read' })
  }
  return found
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && UNREADABLE.has(String(error.code))
}

/**
 * The bytes of a plain file, or why not. Opened without following a link and without waiting for a pipe's other end;
 * the bound applies to the opened file, not to the listed size.
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer | { reason: string }> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile()) return { reason: 'not a regular file' }
      if (found.size > maxBytes) return { reason: `above ${maxBytes / 1024} KB` }
      const bytes = Buffer.alloc(found.size)
      const { bytesRead } = await file.read(bytes, 0, found.size, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return { reason: 'cannot be read' }
  }
}
