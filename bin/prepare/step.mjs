/** One line per thing done, with its time; and on a terminal something that moves while it takes. */
import { spawn } from 'node:child_process'

/** Shorter than this needs no word that it has begun. */
const QUIET_MS = 2000
/** Ten frames a second look like movement. */
const FRAME_MS = 100
const FRAMES = ['|', '/', '-', '\\']
const BAR_WIDTH = 24
/** Lines of a failed command that are shown from each end: pip says the reason last, npm before pages of usage. */
const SHOWN_LINES = 12

/** Everything that is printed for the demo says so, also before the demo itself can. */
const STACK = process.argv.includes('--demo') ? 'DEMO  ' : ''

/** A reason to stop that the person can act on; its message is all that is shown. */
export class PrepareError extends Error {}

/** To stderr: stdout belongs to the command's own answer. @param {string} line */
export function say(line) {
  process.stderr.write(`${STACK}${line}\n`)
}

/**
 * Runs one thing and says how long it took.
 *
 * @param {string} title "Installing packages"
 * @param {() => Promise<void>} work
 * @param {() => number} [progress] how much is done, 0 to 1
 */
export async function step(title, work, progress) {
  const started = Date.now()
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`
  const isTerminal = process.stderr.isTTY && process.env.TERM !== 'dumb'
  let frame = 0
  const draw = () => {
    const picture = progress === undefined ? FRAMES[frame++ % FRAMES.length] : bar(progress())
    process.stderr.write(`\r\x1b[K${STACK}${title} ${picture} ${seconds()}`)
  }
  const timer = isTerminal ? setInterval(draw, FRAME_MS) : setTimeout(() => say(`${title} …`), QUIET_MS)
  try {
    await work()
  } finally {
    clearInterval(timer)
    if (isTerminal) process.stderr.write('\r\x1b[K')
  }
  say(`${title} … ${seconds()}`)
}

/** @param {number} part */
function bar(part) {
  const filled = Math.round(Math.min(Math.max(part, 0), 1) * BAR_WIDTH)
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`
}

/**
 * Runs a command to its end; a failure shows the ends of its output and the sentence that says what to do.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, remedy: string, env?: Record<string, string>, shell?: boolean }} options
 */
export async function run(command, args, { cwd, remedy, env = {}, shell = false }) {
  const child = spawn(command, args, {
    cwd,
    shell,
    // Its own group, so that whatever it starts ends with us.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const endWithUs = endsWithUs(child)
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${code ?? signal}`))
  })
  endWithUs.release()
  if (failure === undefined) return
  throw new PrepareError(`${bothEnds(output)}\n${[command, ...args].join(' ')}: ${failure}. ${remedy}`)
}

/** What a terminal, systemd and a service manager send to end a program. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** Exit code of a program that SIGINT ended. */
const INTERRUPTED = 130

/**
 * Ends a child, with all that it started, if this process is asked to end.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function endsWithUs(child) {
  const end = () => {
    if (child.pid === undefined) return
    try {
      if (process.platform === 'win32') child.kill()
      else process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
  const stop = () => {
    end()
    say(process.stderr.isTTY ? '\nstopped' : 'stopped')
    process.exit(INTERRUPTED)
  }
  for (const signal of ENDING) process.on(signal, stop)
  process.on('exit', end)
  return {
    release() {
      for (const signal of ENDING) process.removeListener(signal, stop)
      process.removeListener('exit', end)
    },
  }
}

/** @param {string} output */
function bothEnds(output) {
  const lines = output.trimEnd().split('\n')
  if (lines.length <= 2 * SHOWN_LINES) return lines.join('\n')
  return [...lines.slice(0, SHOWN_LINES), '[…]', ...lines.slice(-SHOWN_LINES)].join('\n')
}
