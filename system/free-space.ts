/** Free space on a disk. */
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Returns the bytes that this user may still write on the disk of the folder, which need not exist yet. */
export function freeBytes(folder: string): number {
  if (!existsSync(folder)) return freeBytes(dirname(folder))
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
