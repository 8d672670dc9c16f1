/** The command line of a git whose memory, files and time are bounded by the system, also if its worker is killed. */

/** Of `ulimit -f`, by POSIX. */
const FILE_BLOCK_BYTES = 512
/** Threads of git (`pack.threads` in git-settings.ts). */
const THREADS = 2
/** Git survives a killed worker; `timeout` then ends it this much later than the worker would have. */
const ORPHAN_SECONDS = 10

/**
 * Sets what Node cannot: files that another user (the sandbox's) can read, no file larger than the whole clone may be,
 * memory, and both kinds of time, which bound a git that outlives a killed worker. A host whose own limit is lower
 * keeps it. The signal of the file limit is ignored, since it would end the unpacking part of git without a message;
 * this way git prints "File too large". The command is passed on unchanged.
 */
const LIMITED =
  'trap "" XFSZ; umask 022; ulimit -f "$1" 2>/dev/null; ulimit -d "$2" 2>/dev/null; ulimit -t "$3" 2>/dev/null; seconds=$4; shift 4; command -v timeout >/dev/null && set -- timeout -s KILL "$seconds" "$@"; exec "$@"'

export interface GitLimits {
  /** Most memory of each process, in kilobytes. */
  memoryKb: number
  /** Largest file that it may write, in bytes. */
  fileBytes: number
  timeoutMs: number
}

/** Returns the program and arguments that run git within limits. */
export function limitedGit(
  { memoryKb, fileBytes, timeoutMs }: GitLimits,
  args: readonly string[],
): { program: string; args: string[] } {
  const seconds = Math.ceil(timeoutMs / 1_000)
  const blocks = Math.ceil(fileBytes / FILE_BLOCK_BYTES)
  const limits = [blocks, memoryKb, seconds * THREADS, seconds + ORPHAN_SECONDS].map(String)
  return { program: '/bin/sh', args: ['-c', LIMITED, 'sh', ...limits, 'git', ...args] }
}
