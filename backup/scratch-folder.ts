/** A folder for the parts of a backup: as large as they are, and removed at the end. */
import { statSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY_MS } from '../core/durations.ts'
import { fileFailure } from '../system/atomic-file.ts'
import { makeFolder } from '../system/make-folder.mjs'

/** Beginning of its name. */
export const UNFINISHED = '.unfinished-'
/** No backup takes this long: an older one was killed. */
const LONGEST_MS = DAY_MS

/** Only their owner may read backups: they hold everything that was collected. */
const MODE = 0o700

/** Works in a folder of its own below `parent`, which is made if it is missing. Throws the named failure of a disk. */
export async function inScratchFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  let folder: string | undefined
  try {
    makeFolder(parent, MODE)
    await removeLeftOver(parent)
    folder = await mkdtemp(join(parent, UNFINISHED))
    return await work(folder)
  } catch (error) {
    throw fileFailure(parent, error) ?? error
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function removeLeftOver(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name)
    // Another backup may remove its own at this moment.
    const found = name.startsWith(UNFINISHED) ? statSync(path, { throwIfNoEntry: false }) : undefined
    if (found !== undefined && Date.now() - found.mtimeMs > LONGEST_MS)
      await rm(path, { recursive: true, force: true })
  }
}
