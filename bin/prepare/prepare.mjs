/** What a clone needs before its command can be loaded: packages, PostgreSQL's links, the Temporal programs. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockHolder, takeFileLock } from '../../local/file-lock.mjs'
import { hydratePostgres, installPackages, packagesDiffer, postgresLinksMissing } from './packages.mjs'
import { PrepareError, say } from './step.mjs'
import { installTool, temporalOnPath, toolMissing, TOOLS } from './tools.mjs'

/** Poll interval while another prepare works: it takes seconds, so a shorter one finds nothing. */
const LOCK_POLL_MS = 250

/** Verbs that start the embedded servers; all others need the packages alone. */
const VERBS_WITH_SERVERS = ['prepare', 'up', 'collector']
/** Verbs that dump or load the database, the stack every night. */
const VERBS_WITH_DUMPS = ['backup', 'restore', 'up']

/**
 * Makes what is missing, and nothing if all exists. False if that failed, with the reason reported.
 *
 * @param {string} root folder of the clone
 * @param {string[]} argv
 */
export async function prepare(root, argv) {
  try {
    const need = describeNeed(root, argv)
    if (missing(need).length > 0) await makeAlone(need)
    return true
  } catch (error) {
    const sentence = error instanceof PrepareError ? error.message : folderSentence(error)
    if (sentence === undefined) throw error
    console.error(sentence)
    return false
  }
}

/** Faults of the file system that a person mends. */
const REMEDIES = {
  EACCES: 'cannot be written by this user; change its owner, or set ALMANAC_STATE_DIR to a folder that can',
  EPERM: 'cannot be written by this user; change its owner, or set ALMANAC_STATE_DIR to a folder that can',
  EROFS: 'is on a disk that is mounted read-only; set ALMANAC_STATE_DIR to a folder on another one',
  ENOTDIR: 'is not in a folder; correct ALMANAC_STATE_DIR',
  EEXIST: 'is in the way of a folder; remove it, or correct ALMANAC_STATE_DIR',
  ENOSPC: 'cannot be written: the disk is full; free some space',
  EDQUOT: "cannot be written: this user's quota is used up; free some space",
}

const UNMAKABLE = 'cannot be made; set ALMANAC_STATE_DIR to another folder'

/**
 * What to do about the folder in which something could not be made; undefined for any other fault.
 *
 * @param {NodeJS.ErrnoException} error
 */
function folderSentence({ code = '', syscall, path }) {
  if (path === undefined) return undefined
  if (syscall === 'mkdir') return `${path} ${REMEDIES[code] ?? UNMAKABLE}.`
  return REMEDIES[code] === undefined ? undefined : `${dirname(path)} ${REMEDIES[code]}.`
}

/**
 * @typedef {object} Need
 * @property {string} root
 * @property {string} stateDir
 * @property {boolean} development whether the packages of the tests are needed
 * @property {boolean} servers whether the embedded servers are to be started
 * @property {(keyof typeof TOOLS)[]} tools programs that are needed
 */

/**
 * @param {string} root
 * @param {string[]} argv
 * @returns {Need}
 */
function describeNeed(root, argv) {
  const verb = argv.find((argument) => !argument.startsWith('-')) ?? ''
  const servers = VERBS_WITH_SERVERS.includes(verb)
  const hasOwnServer = !argv.includes('--demo') && setting(root, 'TEMPORAL_ADDRESS') !== undefined
  // The tests need the time-skipping server too, which no Temporal CLI brings. There are no wheels for Windows.
  const hasOwnTemporal = verb !== 'prepare' && (hasOwnServer || temporalOnPath())
  // For a server of yours its own version of them is on PATH; of PostgreSQL's embedded package they are no part.
  const hasOwnDatabase = !argv.includes('--demo') && setting(root, 'DATABASE_URL') !== undefined
  const dumps = VERBS_WITH_DUMPS.includes(verb)
  return {
    root,
    stateDir: resolve(root, setting(root, 'ALMANAC_STATE_DIR') ?? '.almanac'),
    development: verb === 'prepare',
    servers: servers || verb === 'restore',
    tools:
      process.platform === 'win32'
        ? []
        : [
            ...(servers && !hasOwnTemporal ? /** @type {const} */ (['temporal']) : []),
            // The tests make backups too.
            ...(verb === 'prepare' || (dumps && !hasOwnDatabase) ? /** @type {const} */ (['postgres']) : []),
          ],
  }
}

/**
 * The two settings that matter before the real reader of the configuration can be loaded.
 *
 * @param {string} root
 * @param {string} name
 */
function setting(root, name) {
  const line = new RegExp(`^${name}=(.+)$`, 'm').exec(envText(join(root, '.env')))
  const value = process.env[name] || line?.[1]?.trim().replace(/^(['"])(.*)\1$/, '$2')
  return value || undefined
}

/** @param {string} file */
function envText(file) {
  if (!existsSync(file)) return ''
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown error'
    throw new PrepareError(`${file} cannot be read (${code}); expected a file that this user may read.`)
  }
}

/** @param {Need} need */
function missing({ root, stateDir, development, servers, tools }) {
  return [
    ...(packagesDiffer(root, development) ? ['packages'] : []),
    ...(servers && postgresLinksMissing(root) ? ['links'] : []),
    ...tools.filter((name) => toolMissing(root, stateDir, TOOLS[name])),
  ]
}

/**
 * Two terminals may start at once: the second waits, and then finds nothing left to do. Packages are the clone's, the
 * tools are the state folder's, which another terminal may have elsewhere.
 *
 * @param {Need} need
 */
async function makeAlone(need) {
  const ofClone = missing(need).some((what) => !(what in TOOLS))
  const folders = new Set([...(ofClone ? [join(need.root, '.almanac')] : []), need.stateDir])
  /** @type {(() => void)[]} */
  const releases = []
  try {
    for (const folder of folders) releases.push(await waitForTurn(join(folder, 'prepare.lock')))
    await make(need)
  } finally {
    for (const release of releases) release()
  }
}

/** @param {string} file */
async function waitForTurn(file) {
  for (let told = false; ; told = true) {
    const lock = await takeFileLock(file, 'almanac prepare')
    if ('release' in lock) return lock.release
    if (!told) say(`Process ${lock.holder.pid} is preparing this folder; waiting for it.`)
    await sleep(LOCK_POLL_MS)
  }
}

/** @param {Need} need */
async function make(need) {
  const { root, stateDir } = need
  const todo = missing(need)
  if (todo.includes('packages')) {
    const running = runningStack(stateDir)
    if (running === undefined) await installPackages(root, need.development)
    else refuseUnderStack(running, need)
  }
  if (need.servers && postgresLinksMissing(root)) await hydratePostgres(root)
  for (const name of need.tools.filter((one) => todo.includes(one)))
    await installTool(root, stateDir, TOOLS[name])
}

/** @param {string} stateDir */
function runningStack(stateDir) {
  const locks = [join(stateDir, 'stack.lock'), join(stateDir, 'demo', 'stack.lock')]
  return locks.map((file) => lockHolder(file)).find((holder) => holder !== undefined)
}

/**
 * Packages that change under a running program break it. Commands that only read the stack continue with the present
 * packages: the command that stops it must not be refused.
 *
 * @param {{ pid: number, what: string }} running
 * @param {Need} need
 */
function refuseUnderStack({ pid, what }, { servers }) {
  const found = `package-lock.json changed while "${what}" (process ${pid}) runs on the installed packages`
  if (servers) throw new PrepareError(`${found}; stop it, then start again.`)
  say(`${found}; going on with those.`)
}
