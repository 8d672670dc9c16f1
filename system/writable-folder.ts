/** Whether a folder can be written, before anything starts that needs it. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../core/failures.ts'
import { fileFailure } from './atomic-file.ts'
import { makeFolder } from './make-folder.mjs'

/** A folder and the setting that moves it. */
export interface SetFolder {
  folder: string
  setting: string
  /** Rights of a folder that is made. */
  mode?: number
}

/** Makes the folder if it is missing. Throws `Misconfigured` unless this user may write in it. */
export function ensureWritable({ folder, setting, mode }: SetFolder): void {
  const existing = nearestExisting(folder)
  if (!statSync(existing).isDirectory())
    throw new Failure('Misconfigured', `${existing} is not a folder; correct ${setting}, which is ${folder}.`)
  const cannot = (cause?: unknown) =>
    new Failure(
      'Misconfigured',
      `${existing} cannot be written by this user; change its owner, or set ${setting}, which is ${folder}, to another folder.`,
      { cause },
    )
  if (!isWritable(existing)) throw cannot()
  try {
    makeFolder(folder, mode)
  } catch (error) {
    const failure = fileFailure(folder, error)
    throw failure?.type === 'DiskFull' ? failure : cannot(error)
  }
}

/** The folder itself, or the one in which it will be made. */
export function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder))
}

/** Whether this user may make files in the folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
    throw error
  }
}
