/**
 * Whose rows were loaded, so that what is derived from them is due again: an empty file for each such pipeline, since the
 * process that loads may end before it has started the run that derives. Read and changed with the drain lock held.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { changing, namesIn } from './folder.ts'

const BEGINNING = 'due-'
/** What a pipeline's id looks like; a segment that names another one comes from nobody's pipeline. */
const PIPELINE = /^[\w-]+$/

/** Marks them on the disk. Throws the failures of `writeFileAtomically`. */
export function markDue(folder: string, pipelines: readonly string[]): void {
  for (const pipeline of pipelines) {
    const path = join(folder, `${BEGINNING}${pipeline}`)
    if (PIPELINE.test(pipeline) && !existsSync(path)) writeFileAtomically(path, '')
  }
}

/** Those that are marked. */
export function duePipelines(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.startsWith(BEGINNING))
    .map((name) => name.slice(BEGINNING.length))
    .filter((pipeline) => PIPELINE.test(pipeline))
    .sort()
}

/** Takes the marks away. Throws `Misconfigured` where that is not allowed. */
export function forgetDue(folder: string, pipelines: readonly string[]): void {
  for (const pipeline of pipelines) {
    const path = join(folder, `${BEGINNING}${pipeline}`)
    changing(path, () => {
      rmSync(path, { force: true })
    })
  }
}
