/** A folder for the parts of a backup, on the disk of the backups: as large as they are, and removed at the end. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileFailure } from '../system/atomic-file.ts'
import { makeFolder } from '../system/make-folder.mjs'

/** Only their owner may read backups: they hold everything that was collected. */
const MODE = 0o700

export async function inScratchFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  let folder: string | undefined
  try {
    makeFolder(parent, MODE)
    folder = await mkdtemp(join(parent, '.unfinished-'))
    return await work(folder)
  } catch (error) {
    throw fileFailure(parent, error) ?? error
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}
