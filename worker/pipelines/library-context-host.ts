/**
 * The identity of this host: a name that stays with its work folder, so that a restarted worker takes its own
 * activities up again.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../../activities/library-context/activity-context.ts'
import { TASK_QUEUE } from '../../client/task-queue.ts'

/** This host, named in its work folder at its first start; throws if that folder cannot be written. */
export function thisHost(workDir: string): Host {
  mkdirSync(workDir, { recursive: true })
  const queue = `${TASK_QUEUE}-host-${hostId(join(workDir, 'host-id'))}`
  return { queue, cleanupQueue: `${queue}-cleanup`, workDir }
}

function hostId(file: string): string {
  try {
    // Of two workers that start at once in one folder, one writes.
    writeFileSync(file, `${randomBytes(4).toString('hex')}\n`, { flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}
