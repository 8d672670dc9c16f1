/**
 * contextmaker (PyPI), which makes one Markdown file of a library's documentation or sources. It executes what it
 * documents, so it runs in the sandbox or not at all.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { almanacCommand } from '../../../core/command-name.ts'
import { elapsed } from '../../../core/elapsed.ts'
import { Failure } from '../../../core/failures.ts'
import { packageRoot } from '../../../system/package-root.ts'
import { runProgram, type ProgramResult } from '../../../system/run-program.ts'
import { createMemoryGuard, SANDBOX_MEMORY_BYTES } from './memory-guard.ts'
import { processes } from './processes.ts'
import { explain, isStartFailure, type Readiness } from './readiness.ts'
import { MAX_PROCESSES, OUTER_ENV, sandboxCommand, sandboxUid, SLOTS } from './sandbox.ts'
import { keyFilter } from './seccomp.ts'
import { createSlots } from './slots.ts'

/** The slowest library measured took 5 s: what runs for five minutes does not end. */
const WALL_MS = 300_000
/** The sandbox ends itself only if no process is left to end it. */
const ALARM_AFTER_WALL_MS = 10_000
/** Ten times the largest result measured. */
const OUTPUT_BYTES = 32 * 1_048_576
/** Python starts in 0.1 s; a machine with a full load takes longer. */
const PROBE_MS = 30_000
/** A machine is fixed by hand: nothing waits for the next check. */
const READY_FOR_MS = 5 * 60_000
/** Lines of contextmaker's log in a failure's message. */
const REASON_LINES = 3
const REASON_CHARACTERS = 600

/** Exit codes of inside.py. */
const INSIDE_FAILURES = [20, 21, 22]

/**
 * `safe`: our Sphinx configuration replaces the library's, nothing of it is executed. `strip`: no configuration, so
 * that sources are read instead. `native`: the library's own configuration and Makefile run, in the same sandbox.
 */
export type Mode = 'safe' | 'strip' | 'native'

export interface MakeRequest {
  /** Absolute folder of the source tree. Its contents are only read; root opens what others may not read (`.git` aside). */
  tree: string
  /** What the context calls the library. */
  name: string
  mode: Mode
  signal: AbortSignal
}

export interface Contextmaker {
  /** Checks that the sandbox starts here and contextmaker is in it; the result is cached for five minutes. */
  ready: () => Promise<Readiness>
  /**
   * Returns the whole result. Throws `CommandTimedOut`, `CommandFailed` (with the reason), `Misconfigured` (the sandbox
   * does not start). The bytes are as contextmaker left them, the log is without control characters. Waits while 16
   * sandboxes run.
   */
  make: (request: MakeRequest) => Promise<{ markdown: Buffer; log: string; seconds: number }>
}

export interface ContextmakerOptions {
  /** Folder of the virtual environment, made by local/contextmaker-venv.ts. */
  venv: string
  /** Timeout of one `make`, in milliseconds. */
  wallMs?: number
  /** Most bytes of memory of all processes of one `make` together. */
  memoryBytes?: number
  /** The `bwrap` program, if it is not on the usual path. */
  bubblewrap?: string
}

export function createContextmaker({
  venv,
  wallMs = WALL_MS,
  memoryBytes = SANDBOX_MEMORY_BYTES,
  bubblewrap,
}: ContextmakerOptions): Contextmaker {
  const slots = createSlots(SLOTS)
  const guard = createMemoryGuard(memoryBytes)
  let known: { at: number; answer: Promise<Readiness> } | undefined

  async function run(command: string[], bounds: Bounds, tree?: string): Promise<ProgramResult> {
    const { slot, release } = await slots.take(bounds.signal)
    const exceeded = new AbortController()
    const marker = `ctx-${randomUUID()}`
    const unwatch = guard.watch(marker, (failure) => {
      exceeded.abort(failure)
    })
    try {
      const { program, args } = sandboxCommand({
        venv,
        python: pythonOf(venv),
        marker,
        command,
        ...(await userOf(slot)),
        ...(tree === undefined ? {} : { tree }),
        ...(bubblewrap === undefined ? {} : { bubblewrap }),
      })
      return await runProgram({
        program,
        args,
        env: OUTER_ENV,
        cwd: '/',
        name: bounds.name,
        timeoutMs: bounds.timeoutMs,
        maxOutputBytes: OUTPUT_BYTES,
        signal: AbortSignal.any([bounds.signal, exceeded.signal]),
        third: keyFilter(),
        endsWithUs: true,
      })
    } finally {
      unwatch()
      release()
    }
  }

  async function check(): Promise<Readiness> {
    const python = join(venv, 'bin', 'python')
    if (process.platform !== 'linux')
      return { ok: false, missing: 'the sandbox needs Linux', remedy: 'use Linux or WSL' }
    if (!existsSync(join(venv, INSTALLED))) return notInstalled(venv)
    const bounds = { name: 'the sandbox', timeoutMs: PROBE_MS, signal: AbortSignal.timeout(PROBE_MS) }
    try {
      const { code, stdout, stderr } = await run([python, '-I', '-c', TELL_VERSION], bounds)
      return code === 0 ? { ok: true, version: stdout.trim() } : explain(stderr)
    } catch (error) {
      if (error instanceof Failure) return explain(error.message)
      throw error
    }
  }

  return {
    ready: () => {
      if (known === undefined || elapsed() - known.at > READY_FOR_MS)
        known = { at: elapsed(), answer: check() }
      return known.answer
    },
    make: async ({ tree, name, mode, signal }) => {
      const title = `contextmaker (${mode} mode)`
      const python = join(venv, 'bin', 'python')
      const alarm = String(Math.ceil((wallMs + ALARM_AFTER_WALL_MS) / 1000))
      const command = [python, '-I', '-c', INSIDE, libraryName(name), mode, alarm, SAFE_CONF]
      const ended = await run(command, { name: title, timeoutMs: wallMs, signal }, tree)
      const log = printable(ended.stderr)
      if (ended.code !== 0 || ended.output.length === 0) throw failed(title, ended, log)
      return { markdown: ended.output, log, seconds: ended.ms / 1000 }
    },
  }
}

interface Bounds {
  name: string
  timeoutMs: number
  signal: AbortSignal
}

/** The file that is written last into a venv. */
const INSTALLED = 'installed'

const PROGRAMS = join(packageRoot, 'activities', 'library-context', 'contextmaker')
const INSIDE = readFileSync(join(PROGRAMS, 'inside.py'), 'utf8')
const SAFE_CONF = readFileSync(join(PROGRAMS, 'safe-conf.py'), 'utf8')
const TELL_VERSION = 'from importlib.metadata import version; print(version("contextmaker"))'

function notInstalled(venv: string): Readiness {
  return {
    ok: false,
    missing: `contextmaker is not installed in ${venv}`,
    remedy:
      'start Almanac with library-context enabled: it brings contextmaker (it needs Python 3.11 to 3.13 in /usr/bin, with pip or venv)',
  }
}

/** The one `lib/python3.x` of a venv. */
function pythonOf(venv: string): string {
  const lib = join(venv, 'lib')
  const found = existsSync(lib) ? readdirSync(lib).find((name) => /^python3\.\d+$/.test(name)) : undefined
  if (found !== undefined) return found
  throw new Failure(
    'Misconfigured',
    `There is no Python in ${lib}; "${almanacCommand('doctor')}" says what to do.`,
  )
}

async function userOf(slot: number): Promise<{ uid: number | undefined; processes: number }> {
  const own = process.getuid?.()
  if (own === 0) return { uid: sandboxUid(slot, process.pid), processes: MAX_PROCESSES }
  // An ordinary user cannot become another, and their running processes already count.
  const tasks = (await processes()).filter(({ uid }) => uid === own)
  return {
    uid: undefined,
    processes: MAX_PROCESSES + tasks.reduce((sum, { threads }) => sum + threads, 0),
  }
}

/**
 * A name that is safe as a file name in the sandbox. `camb` is changed: for this one name contextmaker runs setup.py.
 */
export function libraryName(name: string): string {
  const fitting = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
  if (fitting === '') return 'library'
  return fitting.toLowerCase() === 'camb' ? `${fitting}-lib` : fitting
}

function failed(title: string, { code, endedBy, stderr }: ProgramResult, log: string): Failure {
  const reason = log.trim().split('\n').slice(-REASON_LINES).join(' | ').slice(-REASON_CHARACTERS)
  if (isStartFailure(stderr)) {
    const { missing, remedy } = explain(stderr)
    return new Failure('Misconfigured', `${title} was not run: ${missing}. Remedy: ${remedy}.`)
  }
  if (code === 0) return new Failure('CommandFailed', `${title} left an empty result.`)
  const how = code === null ? `was ended by ${endedBy ?? 'a signal'}` : `ended with ${code}`
  const end = code !== null && INSIDE_FAILURES.includes(code) ? 'failed' : how
  return new Failure('CommandFailed', `${title} ${end}: ${reason}`, { details: { code, endedBy } })
}

/** Text without control characters but tab and line end: PostgreSQL takes no NUL. */
function printable(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}/gu, '')
}
