/** Runs `tar`, `pg_dump` and `pg_restore` to a good end. */
import { basename } from 'node:path'
import { HOUR_MS } from '../core/durations.ts'
import { Failure } from '../core/failures.ts'
import { runProgram } from '../system/run-program.ts'

/** A million rows take some ten seconds; one that takes this long hangs. */
const LONGEST_MS = 6 * HOUR_MS
/** They write files and print next to nothing. */
const OUTPUT_BYTES = 1024 * 1024
/** The reason is at the end of what they print. */
const SHOWN_LINES = 4

export interface ToolOptions {
  /** The whole environment, with PATH. */
  env: Record<string, string>
  /** Ends the program, and what it started. Default: nothing does. */
  signal?: AbortSignal | undefined
  /** Exit codes that are a good end. Default: 0. */
  good?: readonly number[]
}

/** Throws `CommandFailed` with the last lines of what it printed, and the signal's reason. */
export async function runTool(
  program: string,
  args: readonly string[],
  { env, signal = new AbortController().signal, good = [0] }: ToolOptions,
): Promise<void> {
  const { code, endedBy, stderr } = await runProgram({
    program,
    args,
    env: { ...env, LC_ALL: 'C' },
    cwd: '/',
    timeoutMs: LONGEST_MS,
    maxOutputBytes: OUTPUT_BYTES,
    signal,
  })
  if (code !== null && good.includes(code)) return
  const said = stderr.trim().split('\n').slice(-SHOWN_LINES).join('; ')
  throw new Failure(
    'CommandFailed',
    `${basename(program)} ended with ${code ?? endedBy ?? 'a fault'}: ${said}`,
  )
}
