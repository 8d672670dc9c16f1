/** Runs git for the simulator: binary in, binary out, with nothing of the user's settings. */
import { spawn, type ChildProcess } from 'node:child_process'

/** Search path of git; a simulator that read the environment would respond differently on two machines. */
const PATH = '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin'

export interface GitRun {
  args: readonly string[]
  cwd: string
  /** Written one after the other. Default: nothing. */
  input?: readonly Buffer[]
  /** Value of the client's Git-Protocol header, `version=2`. */
  protocol?: string
}

/** The git processes of one simulator, so that closing it ends them. */
export interface GitProcesses {
  /**
   * Standard output; throws an Error with git's message if it fails, is missing, or was ended. One that fails with an
   * output returns it: `upload-pack` reports there to its client what is wrong with the request, and fails too.
   */
  run: (run: GitRun) => Promise<Buffer>
  /** Kills running processes and waits until they end; later starts fail at once. */
  end: () => Promise<void>
}

/** Has no process at first. */
export function createGitProcesses(): GitProcesses {
  const running = new Map<ChildProcess, Promise<Buffer>>()
  let ended = false
  const run = async (options: GitRun): Promise<Buffer> => {
    if (ended) throw new Error('The simulator is closed.')
    const child = start(options)
    const output = outputOf(child, options)
    running.set(child, output)
    try {
      return await output
    } finally {
      running.delete(child)
    }
  }
  return {
    run,
    end: async () => {
      ended = true
      for (const child of running.keys()) child.kill('SIGKILL')
      await Promise.allSettled(running.values())
    },
  }
}

function start({ args, cwd, protocol }: GitRun) {
  const env = {
    PATH,
    HOME: cwd,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    // the folder above may be another repository
    GIT_CEILING_DIRECTORIES: cwd,
    ...(protocol !== undefined && { GIT_PROTOCOL: protocol }),
  }
  return spawn('git', args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
}

function outputOf(child: ReturnType<typeof start>, { args, input = [] }: GitRun): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const output: Buffer[] = []
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.once('error', (cause) => {
      reject(new Error(`The simulator cannot start git: ${cause.message}`, { cause }))
    })
    child.once('close', (code, signal) => {
      if (code === 0 || (code !== null && output.length > 0)) resolve(Buffer.concat(output))
      else {
        const words = Buffer.concat(said).toString().trim()
        reject(new Error(`git ${args.join(' ')} ended with ${signal ?? code ?? ''}: ${words}`))
      }
    })
    // git that ends before it has read everything breaks the pipe; its exit code says what happened
    child.stdin.on('error', () => undefined)
    child.stdin.cork()
    for (const part of input) child.stdin.write(part)
    child.stdin.end()
  })
}
