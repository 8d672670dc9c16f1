/**
 * contextmaker in a separate virtual environment, from a list of pinned hashes. Its Python is the system's, because the
 * sandbox shows it `/usr` alone; it holds no pip, because contextmaker would run that at every call.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../core/failures.ts'
import { packageRoot } from '../system/package-root.ts'
import { takeFileLock } from './file-lock.mjs'

const REQUIREMENTS = join(packageRoot, 'local', 'contextmaker-requirements.txt')

/** Newest first. Packages of the list refuse 3.10; 3.14 was not tried. */
const SYSTEM_PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3'].map((name) =>
  join('/usr/bin', name),
)
/** Minor versions of Python 3 that the list is good for. */
const OLDEST_MINOR = 11
const NEWEST_MINOR = 13
/** From 22.3 on pip installs into an environment that has none (`--python`). */
const PIP_WITH_PYTHON = 22.3
/** 44 packages take 10 s; a slow line takes minutes. */
const INSTALL_MS = 15 * 60_000
/** Timeout of programs that only print something. */
const ASK_MS = 60_000
/** Poll interval while another process installs the same. */
const LOCK_POLL_MS = 250
/** Lines of a failed command that are shown: pip says the reason last. */
const SHOWN_LINES = 6

/** A person's own settings of pip hold (proxy, index), but for what would send the packages elsewhere. */
const PIP_ENVIRONMENT = ['PIP_USER=0', 'PIP_REQUIRE_VIRTUALENV=0', 'PIP_DISABLE_PIP_VERSION_CHECK=1']
const PIP_INSTALL = ['install', '--no-deps', '--require-hashes', '--only-binary=:all:', '--quiet']

const WITHOUT = 'without contextmaker the contexts are made by the static reader only'
const NEEDS_PYTHON = `Debian, Ubuntu: apt install python3 python3-venv python3-pip; ${WITHOUT}`
const NEEDS_INDEX = `See that pip reaches its package index (the installation needs the internet, or the index that "pip config list" names); ${WITHOUT}`

/** Path of contextmaker, now or later: one path, however the folder is reached, since its programs hold it. */
export function contextmakerVenv(toolsDir: string): string {
  return join(existsSync(toolsDir) ? realpathSync(toolsDir) : toolsDir, 'contextmaker')
}

/**
 * Makes the virtual environment if it is missing, or was made for another list, another Python or another place. Safe
 * to call from several processes at once. Returns its folder. Throws `Misconfigured` with what was found.
 *
 * @param say called with one line about what takes time
 */
export async function ensureContextmaker(toolsDir: string, say: (line: string) => void): Promise<string> {
  if (process.platform !== 'linux')
    throw new Failure('Misconfigured', 'contextmaker runs only on Linux: its sandbox needs it.')
  const venv = contextmakerVenv(toolsDir)
  const python = await systemPython()
  const wanted = fingerprint(venv, python)
  if (isInstalled(venv, wanted)) return venv
  const release = await waitForTurn(`${venv}.lock`, say)
  try {
    if (!isInstalled(venv, wanted)) await install(venv, python, wanted, say)
    return venv
  } finally {
    release()
  }
}

interface Python {
  program: string
  version: string
}

/** The newest Python of the system that the list is good for. */
async function systemPython(): Promise<Python> {
  const found: string[] = []
  for (const program of SYSTEM_PYTHONS.filter((path) => existsSync(path))) {
    const version = await ask(program, [
      '-I',
      '-c',
      'import sys, venv; print("%d.%d" % sys.version_info[:2])',
    ])
    if (version === undefined) continue
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (major === 3 && minor >= OLDEST_MINOR && minor <= NEWEST_MINOR) return { program, version }
    found.push(`${program} is ${version}`)
  }
  throw new Failure(
    'Misconfigured',
    `contextmaker needs Python 3.${OLDEST_MINOR} to 3.${NEWEST_MINOR} with its venv module in /usr/bin; found: ${found.join(', ') || 'none'}. ${NEEDS_PYTHON}.`,
  )
}

/** Its programs name their Python by the folder's path, so a folder that was moved is another one. */
function fingerprint(venv: string, { program, version }: Python): string {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex')
  return `${hash} python ${version} of ${program} in ${venv}\n`
}

/** The marker is written last: an installation that was cut short has none. */
function isInstalled(venv: string, wanted: string): boolean {
  const marker = join(venv, 'installed')
  return existsSync(marker) && readFileSync(marker, 'utf8') === wanted
}

async function waitForTurn(file: string, say: (line: string) => void): Promise<() => void> {
  for (let reported = false; ; reported = true) {
    const lock = await takeFileLock(file, 'installing contextmaker')
    if ('release' in lock) return lock.release
    if (!reported) say(`Process ${lock.holder.pid} is installing contextmaker; waiting for it.`)
    await sleep(LOCK_POLL_MS)
  }
}

async function install(
  venv: string,
  python: Python,
  wanted: string,
  say: (line: string) => void,
): Promise<void> {
  say('Installing contextmaker (44 packages, 110 MB) …')
  rmSync(venv, { recursive: true, force: true })
  const inside = join(venv, 'bin', 'python')
  const pip = await pipWithPython(python)
  if (pip !== undefined) {
    await run(python.program, ['-I', '-m', 'venv', '--without-pip', venv])
    await run(pip, ['-m', 'pip', '--python', inside, ...PIP_INSTALL, '-r', REQUIREMENTS], NEEDS_INDEX)
  } else {
    await run(python.program, ['-I', '-m', 'venv', venv])
    await run(inside, ['-m', 'pip', ...PIP_INSTALL, '-r', REQUIREMENTS], NEEDS_INDEX)
    await run(inside, ['-m', 'pip', 'uninstall', '--quiet', '--yes', 'setuptools', 'pip'])
  }
  // contextmaker writes its log here, and crashes if it can neither write nor make the folder.
  mkdirSync(join(venv, 'lib', `python${python.version}`, 'logs'))
  for (const program of ['contextmaker', 'sphinx-build', 'jupytext'])
    await run(join(venv, 'bin', program), ['--help'])
  writeFileSync(join(venv, 'installed'), wanted)
}

/** A Python whose pip can install into another environment: the system's, or the one on PATH. */
async function pipWithPython({ program }: Python): Promise<string | undefined> {
  for (const candidate of [program, 'python3']) {
    const said = await ask(candidate, ['-m', 'pip', '--version'])
    const version = /^pip (\d+\.\d+)/.exec(said ?? '')?.[1]
    if (version !== undefined && Number(version) >= PIP_WITH_PYTHON) return candidate
  }
  return undefined
}

/** What a program prints, or undefined if it is missing or fails. */
async function ask(program: string, args: string[]): Promise<string | undefined> {
  const { failure, output } = await execute(program, args, ASK_MS)
  return failure === undefined ? output.trim() : undefined
}

async function run(program: string, args: string[], remedy = NEEDS_PYTHON): Promise<void> {
  const { failure, output } = await execute(program, args, INSTALL_MS)
  if (failure === undefined) return
  const said = output.trim().split('\n').slice(-SHOWN_LINES).join('\n')
  throw new Failure(
    'Misconfigured',
    `contextmaker could not be installed: ${[program, ...args].join(' ')} ${failure}:\n${said}\n${remedy}.`,
  )
}

/** In this process's own environment, which may name the proxy or the package index that pip has to use. */
function execute(
  program: string,
  args: string[],
  timeoutMs: number,
): Promise<{ failure: string | undefined; output: string }> {
  return new Promise((resolve) => {
    execFile(
      'env',
      [...PIP_ENVIRONMENT, program, ...args],
      { timeout: timeoutMs, windowsHide: true },
      (error, stdout, stderr) => {
        const failure =
          error === null
            ? undefined
            : error.killed === true
              ? `did not end within ${timeoutMs / 1000} s`
              : `ended with ${error.code ?? error.signal ?? 'a fault'}`
        resolve({ failure, output: error === null ? stdout : stdout + stderr })
      },
    )
  })
}
