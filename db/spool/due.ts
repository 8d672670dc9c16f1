/**
 * Pipelines whose rows were loaded and whose derived rows must be recomputed: an empty file for each, since the loading
 * process may end before it has started the recompute run. Read and changed with the drain lock held.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { changing, namesIn } from './folder.ts'

const BEGINNING = 'due-'
/** Format of a pipeline's id; a segment with another one belongs to no pipeline. */
const PIPELINE = /^[\w-]+$/

/** Marks them on disk. Throws the failures of `writeFileAtomically`. */
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

/** Removes the marks. Throws `Misconfigured` if that is not permitted. */
export function forgetDue(folder: string, pipelines: readonly string[]): void {
  for (const pipeline of pipelines) {
    const path = join(folder, `${BEGINNING}${pipeline}`)
    changing(path, () => {
      rmSync(path, { force: true })
    })
  }
}
