/** Clones on this host's disk: paths, cloning, and removal. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, statfsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../core/failures.ts'
import { removeFolder } from '../../system/remove-folder.ts'
import type { Run } from '../../core/run.ts'
import { insideFolder } from '../../system/inside-folder.ts'
import type { ActivityContext, Host } from './activity-context.ts'
import type { ChildStep, Clone } from './inputs.ts'

/** Left free for everything else on this disk, in addition to the largest clone that the settings allow. */
const RESERVE_BYTES = 500_000_000

/** Name of a run's folder. Another one in the work folder is not ours to remove. */
const RUN_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Claims this host for a child workflow, and removes what earlier runs left on it. */
export async function claimThisHost(
  { host }: ActivityContext,
  run: Run,
): Promise<{ queue: string; cleanupQueue: string }> {
  const own = basename(folderOf(host, run))
  mkdirSync(host.workDir, { recursive: true })
  for (const entry of readdirSync(host.workDir, { withFileTypes: true })) {
    if (!entry.isDirectory() || !RUN_ID.test(entry.name) || entry.name === own) continue
    await removeFolder(join(host.workDir, entry.name))
  }
  return { queue: host.queue, cleanupQueue: host.cleanupQueue }
}

/** Path of this run's clone of a library on this host. Throws `InputInvalid` if it would lie elsewhere. */
export function cloneFolder({ host }: Pick<ActivityContext, 'host'>, { run, todo }: ChildStep): string {
  return insideFolder(host.workDir, run.runId, todo.name.replace('/', '__'))
}

/**
 * Clones a library into its folder; throws `DiskFull` before the disk is full. Each attempt has its own folder until it
 * is complete: git survives a killed worker, and removes its files if it then fails.
 */
export async function cloneOf(context: ActivityContext, step: ChildStep): Promise<Clone> {
  const { settings, git, signal, host } = context
  const target = cloneFolder(context, step)
  await removeAttempts(target)
  const maxBytes = settings.max_clone_mb * 1_000_000
  checkRoom(host.workDir, maxBytes)
  mkdirSync(dirname(target), { recursive: true })
  const timeoutMs = settings.clone_seconds * 1000
  const attempt = `${target}${ATTEMPT}${randomBytes(4).toString('hex')}`
  const clone = await git.clone({ fullName: step.todo.name, target: attempt, maxBytes, timeoutMs, signal })
  signal.throwIfAborted()
  renameSync(attempt, target)
  return clone
}

/** Separates a clone's name from its attempt's; occurs in no repository's name. */
const ATTEMPT = '@'

/** Removes a clone and all attempts at it, including those of killed workers. */
async function removeAttempts(target: string): Promise<void> {
  const [folder, name] = [dirname(target), basename(target)]
  for (const entry of existsSync(folder) ? readdirSync(folder) : [])
    if (entry === name || entry.startsWith(`${name}${ATTEMPT}`)) await removeFolder(join(folder, entry))
}

/** Removes a library's clone, and the run's folder with the last one. */
export async function removeCloneOf(context: ActivityContext, step: ChildStep): Promise<void> {
  await removeAttempts(cloneFolder(context, step))
  removeEmpty(folderOf(context.host, step.run))
}

function folderOf({ workDir }: Host, { runId }: Run): string {
  return insideFolder(workDir, runId)
}

/** Not recursive: another child workflow's git may start its clone there at any time. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

function checkRoom(folder: string, maxBytes: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free >= maxBytes + RESERVE_BYTES) return
  const mb = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`
  throw new Failure(
    'DiskFull',
    `${mb(free)} are free where clones are made; ${mb(maxBytes + RESERVE_BYTES)} are needed (max_clone_mb and a reserve). Free some space, or lower max_clone_mb.`,
  )
}
