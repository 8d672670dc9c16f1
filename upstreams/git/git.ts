/**
 * Public repositories over git: the newest commit of a branch, and a shallow copy on disk. All input is untrusted: an
 * address is built from a checked name, git sees nothing of this machine and starts no program of the repository
 * (git-settings.ts), and time, size and memory are bounded. Git is run directly, in a process group of its own, so that
 * a cancelled clone leaves no process behind.
 */
import { runProgram } from '../../system/run-program.ts'
import { createGitAddress } from './git-address.ts'
import { clone, type Clone, type CloneRequest, type CloningGit } from './git-clone.ts'
import { limitedGit } from './limited-git.ts'
import { gitBase, gitEnvironment, safeArguments } from './git-settings.ts'

/** The response is one line; a host that has not sent it by then is unavailable. */
const HEAD_TIMEOUT_MS = 30_000
/** One line is requested; some more may match. */
const MAX_OUTPUT_BYTES = 65_536
/**
 * Memory of each of git's processes, in kilobytes. A few hundred bytes can stand for ten thousand million files, which
 * git lists before it writes the first; with this limit that ends after some ten seconds.
 */
const MEMORY_KB = 1_000_000
/** The same for one line of a host's list of branches and tags: a million of these, which a host may send whole, take 150 MB. */
const HEAD_MEMORY_KB = 256_000

export interface GitOptions {
  /** Host of the repositories: https, or http on a loopback address; a path prefix may follow. */
  baseUrl: string
  /** The process's environment; git gets only PATH, proxies and certificates of it. */
  environment?: Readonly<Record<string, string | undefined>>
  /** Most memory of each of git's processes, in kilobytes. Default: `MEMORY_KB`. */
  memoryKb?: number
}

/**
 * Both take any spelling of a name and follow renames within the host. Both throw `NotFound` (private, deleted), `Blocked`,
 * `RateLimited`, `UpstreamUnavailable`, `CommandTimedOut`, `Misconfigured`, `PayloadInvalid` (no name; a page instead of git),
 * `CommandFailed`, or the signal's reason. Neither tries again.
 */
export interface Git {
  /** The full hash at the tip of the default branch; undefined for a repository without a commit there. */
  head: (fullName: string, signal: AbortSignal) => Promise<string | undefined>
  /**
   * The files of the newest commit of the default branch; links come out as small text files, submodules as empty
   * folders. Throws as well `NotFound` for a repository without a commit, `CommandFailed` for one that is too large,
   * `DiskFull`, `Conflict` if the target exists. A failed clone leaves no folder behind.
   */
  clone: (request: CloneRequest) => Promise<Clone>
}

/** A client of one host of repositories. Throws `Misconfigured` for an address that git must not contact. */
export function createGit({ baseUrl, environment = {}, memoryKb = MEMORY_KB }: GitOptions): Git {
  const base = gitBase(baseUrl)
  const address = createGitAddress(base)
  const env = gitEnvironment(base, environment)
  const before = safeArguments(base)
  return {
    head: (fullName, signal) => headOf({ address, env, before, memoryKb }, fullName, signal),
    clone: (request) => clone({ address, env, before, memoryKb }, request),
  }
}

async function headOf(
  { address, env, before, memoryKb }: CloningGit,
  fullName: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const what = `The newest commit of ${fullName} cannot be requested`
  const limits = {
    memoryKb: Math.min(memoryKb, HEAD_MEMORY_KB),
    fileBytes: 0,
    timeoutMs: HEAD_TIMEOUT_MS,
  }
  const { result, name } = await address.following({ fullName, what, signal }, (url) =>
    runProgram({
      ...limitedGit(limits, [...before, 'ls-remote', '--', url, 'HEAD']),
      // No repository of this machine applies its settings.
      env: { ...env, GIT_DIR: '/dev/null' },
      cwd: '/',
      timeoutMs: HEAD_TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      signal,
      name: `git ls-remote of ${fullName}`,
    }),
  )
  const commit = /^([0-9a-f]{40}|[0-9a-f]{64})\tHEAD$/m.exec(result.stdout)?.[1]
  if (commit === undefined) await address.confirmGit(name, signal)
  return commit
}
