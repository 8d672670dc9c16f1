/** Files that are whole or absent: temporary file, sync, rename. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../failures.ts'

/** The folder belongs to somebody else, is mounted read-only, or is no folder. */
const NOT_OURS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'])

/**
 * Replaces a file by new content. Throws `DiskFull` where there is no room and `Misconfigured` where it may not be
 * written; the old file then still stands.
 */
export function writeFileAtomically(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(temporary, 'w')
    try {
      writeSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw failureOf(path, error) ?? error
  }
}

function failureOf(path: string, error: unknown): Failure | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC') {
    return new Failure('DiskFull', `${path} could not be written: the disk is full. Free some space.`, {
      cause: error,
    })
  }
  if (!NOT_OURS.has(code)) return undefined
  const remedy = 'Give this user the folder, or name another one in .env.'
  return new Failure('Misconfigured', `${path} could not be written (${code}). ${remedy}`, { cause: error })
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
