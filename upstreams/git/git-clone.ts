/** A shallow copy of a repository on disk, within bounds of size, time and memory. */
import { chmod, mkdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../core/failures.ts'
import { removeFolder } from '../../system/remove-folder.ts'
import { runProgram, type ProgramResult } from '../../system/run-program.ts'
import { excess, MB, treeSize, whileSmall } from './clone-size.ts'
import type { GitAddress } from './git-address.ts'
import { isFileTooLarge, isUnwritten } from './git-failure.ts'
import { limitedGit } from './limited-git.ts'

/** Git prints only errors. */
const MAX_OUTPUT_BYTES = 65_536
/** Reading one name from a folder of ours. */
const READ_TIMEOUT_MS = 30_000
/** With less free space, or no free inode, a file that could not be written did not fit. */
const LOW_ROOM_BYTES = 64 * MB
const CLONE = [
  'clone',
  '--quiet',
  '--depth=1',
  '--single-branch',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-local',
  '--template=',
]

/** Configuration of git for one host. */
export interface CloningGit {
  address: GitAddress
  env: Record<string, string>
  /** Arguments before the subcommand. */
  before: readonly string[]
  /** Most memory of each process, in kilobytes. */
  memoryKb: number
}

export interface CloneRequest {
  /** `Owner/Name`. */
  fullName: string
  /** Folder to be created, absolute; it must not exist yet: the caller removes what a killed attempt left there. */
  target: string
  /** Most bytes on disk, git's own folder included. */
  maxBytes: number
  /** Of the whole clone, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
}

export interface Clone {
  /** Full hash of the commit that was checked out. */
  commit: string
  /** Taken on disk, git's own folder included. */
  bytes: number
}

/** `Git.clone` (git.ts). */
export async function clone(git: CloningGit, request: CloneRequest): Promise<Clone> {
  const { fullName, target, maxBytes, signal } = request
  signal.throwIfAborted()
  git.address.check(fullName)
  await makeFolder(target)
  try {
    const watch = { root: target, maxBytes, what: `The clone of ${fullName}`, signal }
    const commit = await whileSmall(watch, (watched) => fetchInto(git, { ...request, signal: watched }))
    const { bytes } = await within(request)
    return { commit, bytes }
  } catch (error) {
    await removeFolder(target)
    throw error
  }
}

async function fetchInto(git: CloningGit, request: CloneRequest): Promise<string> {
  const { fullName, target, maxBytes, timeoutMs, signal } = request
  const limits = { memoryKb: git.memoryKb, fileBytes: maxBytes, timeoutMs }
  const endsAt = performance.now() + timeoutMs
  const what = `${fullName} cannot be cloned`
  const { name } = await git.address.following({ fullName, what, signal }, async (url) => {
    const result = await runProgram({
      ...limitedGit(limits, [...git.before, ...CLONE, '--', url, target]),
      env: { ...git.env, GIT_CEILING_DIRECTORIES: dirname(target) },
      cwd: dirname(target),
      timeoutMs: Math.max(1, Math.round(endsAt - performance.now())),
      maxOutputBytes: MAX_OUTPUT_BYTES,
      signal,
      name: `git clone of ${fullName}`,
    })
    await rejectUnwritten(request, result)
    return result
  })
  const commit = await checkedOut(git, target, signal)
  if (commit !== undefined) return commit
  await git.address.confirmGit(name, signal)
  throw new Failure('NotFound', `${fullName} is empty: it has no commit on its default branch.`)
}

/** The commit of a fresh clone; undefined if it has none. */
async function checkedOut(git: CloningGit, target: string, signal: AbortSignal): Promise<string | undefined> {
  const { code, stdout } = await runProgram({
    ...limitedGit({ memoryKb: git.memoryKb, fileBytes: 0, timeoutMs: READ_TIMEOUT_MS }, [
      ...git.before,
      'rev-parse',
      '--verify',
      '--quiet',
      'HEAD^{commit}',
    ]),
    env: { ...git.env, GIT_DIR: join(target, '.git') },
    cwd: target,
    timeoutMs: READ_TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  })
  return code === 0 ? stdout.trim() : undefined
}

/** If git could not write a file it does not always say why: our limit, or the disk. */
async function rejectUnwritten(request: CloneRequest, result: ProgramResult): Promise<void> {
  const { fullName, target, maxBytes } = request
  if (result.code === 0) return
  if (isFileTooLarge(result)) throw tooLarge(fullName, `larger than ${maxBytes / MB} MB`)
  if (!isUnwritten(result)) return
  await within(request)
  const { bavail, bsize, ffree, files } = await statfs(target)
  // Some file systems do not count inodes, and report 0 of 0.
  if (bavail * bsize < LOW_ROOM_BYTES || (files > 0 && ffree === 0)) {
    throw new Failure('DiskFull', `${fullName} cannot be cloned: the disk is full; free some space.`)
  }
}

/** The size of the clone; throws `CommandFailed` if it is too large. */
async function within({ fullName, target, maxBytes }: CloneRequest): Promise<{ bytes: number }> {
  const size = await treeSize(target, maxBytes)
  const found = excess(size, maxBytes)
  if (found !== undefined) throw tooLarge(fullName, found)
  return size
}

const tooLarge = (fullName: string, found: string): Failure =>
  new Failure('CommandFailed', `The clone of ${fullName} is ${found}; it was stopped.`)

/** The end of another clone may remove the empty parent just then; more often than this it is another problem. */
const MAKING_ATTEMPTS = 3

/**
 * Makes the folder that git fills: creating it here shows that it did not exist, and another user can enter it whatever
 * our umask is.
 */
async function makeFolder(target: string, attempts = MAKING_ATTEMPTS): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true })
    await mkdir(target)
    await chmod(target, 0o755)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' && attempts > 1) {
      await makeFolder(target, attempts - 1)
      return
    }
    if (code === 'EEXIST')
      throw new Failure('Conflict', `${target} exists already; remove it first.`, { cause: error })
    if (code === 'ENOSPC')
      throw new Failure('DiskFull', `${target} cannot be made: the disk is full.`, { cause: error })
    throw new Failure('Misconfigured', `${target} cannot be made: ${String(error)}`, { cause: error })
  }
}
