/** A small file system, if this user may mount one: to be filled, and to be made read-only. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  folder: string
  /** Takes all room. */
  fill(): void
  /** Gives it back. */
  free(): void
  setReadOnly(readOnly: boolean): void
  /** Gives it room for so many megabytes, of which memory holds only what is written. */
  resize(megabytes: number): void
  remove(): void
}

/** Mounts one of the given number of megabytes; undefined if that is not allowed. Remove it in the end. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-disk-'))
  const mount = (...args: string[]) => spawnSync('mount', [...args, folder]).status === 0
  if (!mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs')) {
    rmSync(folder, { recursive: true, force: true })
    return undefined
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const file = openSync(filler, 'w')
      const block = Buffer.alloc(statfsSync(folder).bsize)
      try {
        // Others may write to it meanwhile: it is full when it says so.
        for (;;) writeSync(file, block)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      }
      closeSync(file)
    },
    free() {
      rmSync(filler, { force: true })
    },
    resize(size) {
      if (!mount('-o', `remount,size=${size}m`)) throw new Error(`${folder} could not be resized`)
    },
    setReadOnly(readOnly) {
      if (!mount('-o', `remount,${readOnly ? 'ro' : 'rw'}`))
        throw new Error(`${folder} could not be remounted`)
    },
    remove() {
      spawnSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
