/**
 * Runs a program of the machine in a separate process group, so that whatever it starts ends with it: its time, its
 * output and its cancellation are bounded. Git and the sandbox go through here. Knows no Temporal.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { Writable, type Readable } from 'node:stream'
import { almanacCommand } from '../core/command-name.ts'
import { Failure } from '../core/failures.ts'

export interface ProgramRun {
  program: string
  args: readonly string[]
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>
  cwd: string
  /** Written to standard input, which is then closed. Default: nothing. */
  input?: string | Buffer
  /** Can be read from file descriptor 3. */
  third?: Buffer
  /** The whole group is killed after this many milliseconds: `CommandTimedOut`. */
  timeoutMs: number
  /** Most bytes of standard output; one more and the group is killed: `CommandFailed`. */
  maxOutputBytes: number
  /** Ends the group at once; the signal's reason is thrown. */
  signal: AbortSignal
  /** Name in messages. Default: the program's name. */
  name?: string
  /**
   * Ends the group even if this process is killed: an untrusted program must not outlive the process that bounds it.
   */
  endsWithUs?: boolean
}

export interface ProgramResult {
  /** Null if a signal ended it. */
  code: number | null
  endedBy: NodeJS.Signals | null
  output: Buffer
  /** The output as text. */
  readonly stdout: string
  /** The last bytes of standard error. */
  stderr: string
  ms: number
}

/** Reasons are at the end of a program's output; progress bars before it may be long. */
const STDERR_BYTES = 65_536

/**
 * Runs a program to its end. Also returns if its exit code is not 0: what that means is the caller's decision. Throws
 * `Misconfigured` if it is missing, `CommandTimedOut`, `CommandFailed` (too much output), or the signal's reason.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramResult> {
  const { program, args, env, cwd, input, third, timeoutMs, maxOutputBytes, signal, name = program } = run
  signal.throwIfAborted()
  const startedAt = performance.now()
  const stdio = ['pipe', 'pipe', 'pipe', third === undefined ? 'ignore' : 'pipe'] as const
  // Its types know no fourth stream.
  const child = spawn(program, args, { cwd, env, detached: true, stdio: [...stdio] }) as Program
  let ended: unknown
  const end = (reason: unknown) => {
    ended ??= reason
    killGroup(child.pid)
  }
  const letGo = run.endsWithUs === true ? guardGroup(child.pid, end) : undefined
  const timer = setTimeout(() => {
    end(new Failure('CommandTimedOut', `${name} did not end within ${timeoutMs / 1000} s and was killed.`))
  }, timeoutMs)
  const abort = () => {
    end(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  const output: Buffer[] = []
  let outputBytes = 0
  let errors = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length
    if (outputBytes <= maxOutputBytes) output.push(chunk)
    else
      end(new Failure('CommandFailed', `${name} printed more than ${maxOutputBytes} bytes and was killed.`))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors = Buffer.concat([errors, chunk]).subarray(-STDERR_BYTES)
  })
  // A program that ends before it has read everything breaks the pipe; its exit code says what happened.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const pipe = child.stdio[3]
  if (pipe instanceof Writable) {
    pipe.on('error', () => undefined)
    pipe.end(third)
  }
  try {
    const { code, endedBy } = await closed(child, name)
    if (ended !== undefined) throw ended as Error
    const whole = Buffer.concat(output)
    return {
      code,
      endedBy,
      output: whole,
      // Decoded only if it is read: 32 MB would hold the event loop.
      get stdout() {
        return whole.toString('utf8')
      },
      stderr: errors.toString('utf8'),
      ms: performance.now() - startedAt,
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    // What it started and left behind in its group ends with it.
    killGroup(child.pid)
    letGo?.()
  }
}

type Program = ChildProcessByStdio<Writable, Readable, Readable>

/** The first line lets go; without one its end of the pipe was closed by our death. */
const GUARD = 'read -r _ || kill -s KILL -- "-$1"'

/**
 * A shell that kills the group when this process is gone; returns what releases it. `failed` is called if there is
 * none.
 */
function guardGroup(group: number | undefined, failed: (reason: unknown) => void): (() => void) | undefined {
  if (group === undefined) return undefined
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', String(group)], {
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.once('error', failed)
  // If the guard was killed there is nothing to release.
  guard.stdin.on('error', () => undefined)
  return () => guard.stdin.end('\n')
}

function closed(
  child: ReturnType<typeof spawn>,
  name: string,
): Promise<{ code: number | null; endedBy: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const found =
        cause.code === 'ENOENT' ? 'is not installed, or not on PATH' : `cannot be started (${cause.message})`
      reject(
        new Failure('Misconfigured', `${name} ${found}; "${almanacCommand('doctor')}" says what to do.`, {
          cause,
        }),
      )
    })
    // `close`, not `exit`: the output is whole only then.
    child.once('close', (code, endedBy) => {
      resolve({ code, endedBy })
    })
  })
}

/** SIGKILL to everything in the group; one that has ended already is no fault. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
