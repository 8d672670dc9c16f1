/** Removes folders of any size without holding the event loop. */
import { Failure } from '../core/failures.ts'
import { runProgram } from './run-program.ts'

/** A hundred thousand files take seconds, on a busy disk a minute. */
const REMOVAL_MS = 5 * 60_000
const MAX_OUTPUT_BYTES = 65_536

/**
 * Removes a folder or file and everything in it; one that is missing is no fault. `rm` does it: Node's own removal lists
 * a folder of 100,000 files at once, and the threads that it then uses are those that other files and host names wait
 * for. Throws `CommandFailed` or `CommandTimedOut`.
 */
export async function removeFolder(path: string): Promise<void> {
  const { code, stderr } = await runProgram({
    program: 'rm',
    args: ['-rf', '--', path],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: '/',
    timeoutMs: REMOVAL_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal: new AbortController().signal,
    name: `Removing ${path}`,
  })
  if (code !== 0)
    throw new Failure('CommandFailed', `${path} cannot be removed: ${stderr.trim().slice(0, 300)}`)
}
