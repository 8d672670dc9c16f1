/**
 * The identity of this host: a name that stays with its work folder, so that a restarted worker takes its own
 * activities up again.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../../activities/library-context/activity-context.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { TASK_QUEUE } from '../../client/task-queue.ts'

/** This host, named in its work folder at its first start; throws if that folder cannot be written. */
export function thisHost(workDir: string): Host {
  mkdirSync(workDir, { recursive: true })
  const queue = `${TASK_QUEUE}-host-${hostId(join(workDir, 'host-id'))}`
  return { queue, cleanupQueue: `${queue}-cleanup`, workDir }
}

/** The name in the file. Of two workers that start at once, one makes it; a file that is empty counts as none. */
function hostId(file: string): string {
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (found !== '') return found
  const draft = `${file}.${process.pid}`
  writeFileAtomically(draft, `${randomBytes(4).toString('hex')}\n`)
  if (existsSync(file)) renameSync(draft, file)
  else linkIfAbsent(draft, file)
  return readFileSync(file, 'utf8').trim()
}

function linkIfAbsent(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}
