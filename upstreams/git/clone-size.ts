/** Watches the size of a folder while a program writes into it, and ends the program if it grows too large. */
import type { Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../core/failures.ts'
import { sleep } from '../sleep.ts'

/** At a hundred megabytes a second, more than a network here delivers, this bounds what is written before the check. */
const POLL_INTERVAL_MS = 500
/**
 * A disk has a limited number of inodes; a small pack can contain millions of empty files. Large libraries have 20,000.
 */
const MAX_ENTRIES = 200_000
/** Checked concurrently: enough to keep the disk busy, few enough to leave threads to others. */
const CHUNK = 64
const BLOCK_BYTES = 512
export const MB = 1_000_000

export interface TreeSize {
  /**
   * Bytes taken on disk, or a file's length if that is more (zeros take no room); folders included, no link followed.
   */
  bytes: number
  /** Files, folders and links. */
  entries: number
}

/**
 * Returns the size of everything under a folder, itself included; stops counting beyond `maxBytes` or too many entries.
 * Files that disappear meanwhile do not count.
 */
export async function treeSize(root: string, maxBytes = Number.POSITIVE_INFINITY): Promise<TreeSize> {
  const size = { bytes: 0, entries: 0 }
  const folders: string[] = []
  const count = (path: string, stat: Stats | undefined): void => {
    if (stat === undefined) return
    size.entries += 1
    size.bytes += Math.max(stat.size, stat.blocks * BLOCK_BYTES)
    if (stat.isDirectory()) folders.push(path)
  }
  count(root, await unlessGone(lstat(root)))
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const names of chunksOf(folder)) {
      if (excess(size, maxBytes) !== undefined) return size
      const paths = names.map((name) => join(folder, name))
      const stats = await Promise.all(paths.map((path) => unlessGone(lstat(path))))
      paths.forEach((path, index) => {
        count(path, stats[index])
      })
    }
  }
  return size
}

/** Returns what is too large, in words; undefined if nothing is. */
export function excess({ bytes, entries }: TreeSize, maxBytes: number): string | undefined {
  if (bytes > maxBytes) return `larger than ${maxBytes / MB} MB`
  return entries > MAX_ENTRIES ? `more than ${MAX_ENTRIES} files` : undefined
}

/**
 * Runs something that writes into a folder, and aborts its signal with `CommandFailed` ("`what` is larger than …") as soon
 * as the folder is. The caller's own abort passes through.
 */
export async function whileSmall<T>(
  { root, maxBytes, what, signal }: { root: string; maxBytes: number; what: string; signal: AbortSignal },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const tooMuch = new AbortController()
  const done = new AbortController()
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const found = excess(await treeSize(root, maxBytes), maxBytes)
      if (found !== undefined)
        tooMuch.abort(new Failure('CommandFailed', `${what} is ${found}; it was stopped.`))
      if (found !== undefined) return
      await sleep(POLL_INTERVAL_MS, done.signal)
    }
  }
  // A failed poll must end the run, not go unnoticed; the end of the run ends the watch.
  const watching = watch().catch((error: unknown) => {
    if (!done.signal.aborted) tooMuch.abort(error)
  })
  try {
    return await run(AbortSignal.any([signal, tooMuch.signal]))
  } finally {
    done.abort()
    await watching
  }
}

async function* chunksOf(folder: string): AsyncGenerator<string[]> {
  const dir = await unlessGone(opendir(folder))
  if (dir === undefined) return
  let names: string[] = []
  for await (const { name } of dir) {
    if (names.push(name) < CHUNK) continue
    yield names
    names = []
  }
  yield names
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
