/** Free space on a disk. */
import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const GIGABYTE = 1_000_000_000
/** Below this a few weeks of raw payloads (500 MB a source by default) may fill the disk. */
const LITTLE_BYTES = 2 * GIGABYTE
/** PostgreSQL stops for good when it cannot write a segment of its log (16 MB), so it must never come to that. */
const TOO_LITTLE_BYTES = 0.2 * GIGABYTE

export const ROOMS = ['enough', 'little', 'too little'] as const

/** Whether this many free bytes are enough for a folder that Almanac writes to. */
export function roomIn(free: number): (typeof ROOMS)[number] {
  if (free < TOO_LITTLE_BYTES) return 'too little'
  return free < LITTLE_BYTES ? 'little' : 'enough'
}

/** Returns the bytes that this user may still write on the disk of the folder, which need not exist yet. */
export function freeBytes(folder: string): number {
  if (!existsSync(folder)) return freeBytes(dirname(folder))
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Bytes that the disk of a folder has in all. */
export function diskBytes(folder: string): number {
  const { blocks, bsize } = statfsSync(folder)
  return blocks * bsize
}

/** One folder of each disk; those that do not exist are on the disk of one that does. */
export function onDifferentDisks(folders: readonly string[]): string[] {
  const byDisk = new Map<number, string>()
  for (const folder of folders) {
    const disk = statSync(folder, { throwIfNoEntry: false })?.dev
    if (disk !== undefined && !byDisk.has(disk)) byDisk.set(disk, folder)
  }
  return [...byDisk.values()]
}
