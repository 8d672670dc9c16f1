/** The data folder of the embedded PostgreSQL: made once, all or nothing, with a password next to it. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../core/failures.ts'
import { OWNER_ONLY, writeFileAtomically } from '../system/atomic-file.ts'
import { asOrdinaryUser, POSTGRES_MAJOR, type PostgresPrograms } from './postgres-programs.ts'
import { POSTGRES_ADMIN } from './postgres-roles.ts'

export interface ClusterOptions {
  dataDir: string
  /** For tests: used instead of the random one that is kept next to the folder. */
  password?: string | undefined
  /** `test`: a throw-away cluster, not flushed to disk. */
  tuning: 'durable' | 'test'
}

/** Makes the cluster if there is none; returns the password of its superuser. */
export async function ensureCluster(programs: PostgresPrograms, options: ClusterOptions): Promise<string> {
  const { dataDir } = options
  const passwordFile = `${dataDir}.password`
  if (existsSync(dataDir)) {
    refuseOtherMajor(dataDir)
    return options.password ?? readPassword(passwordFile)
  }
  mkdirSync(dirname(dataDir), { recursive: true })
  const password = options.password ?? storedPassword(passwordFile) ?? randomBytes(24).toString('base64url')
  // On disk before the cluster is, which cannot be entered without it.
  writeFileAtomically(passwordFile, password, OWNER_ONLY)
  removeHalfMade(dataDir)
  await initialise(programs, options, passwordFile)
  return password
}

/** initdb works in a folder of another name, so that a kill in its middle leaves nothing that looks like a cluster. */
async function initialise(
  programs: PostgresPrograms,
  options: ClusterOptions,
  passwordFile: string,
): Promise<void> {
  const draft = `${options.dataDir}${DRAFT_MARK}${process.pid}`
  await run(programs.initdb, [
    `--pgdata=${draft}`,
    `--username=${POSTGRES_ADMIN}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorting by code point, from PostgreSQL itself: the same on every machine and after every upgrade of its C library.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(options.tuning === 'test' ? ['--no-sync'] : []),
  ])
  renameSync(draft, options.dataDir)
}

const DRAFT_MARK = '.initdb-'

function removeHalfMade(dataDir: string): void {
  const parent = dirname(dataDir)
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(dataDir)}${DRAFT_MARK}`))
      rmSync(join(parent, name), { recursive: true, force: true })
  }
}

function refuseOtherMajor(dataDir: string): void {
  const versionFile = join(dataDir, 'PG_VERSION')
  const found = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : undefined
  if (found === POSTGRES_MAJOR) return
  if (found === undefined || found === '') {
    throw new Failure(
      'Misconfigured',
      `${dataDir} exists but holds no PostgreSQL data; move it away and start again.`,
    )
  }
  throw new Failure(
    'Misconfigured',
    `${dataDir} was made by PostgreSQL ${found}, this is PostgreSQL ${POSTGRES_MAJOR}; dump it with version ${found} and restore it into a new folder, or set DATABASE_URL to a server of version ${found}.`,
  )
}

/** The password of a cluster that exists. Throws `Misconfigured` if it is lost. */
export function readPassword(passwordFile: string): string {
  const password = storedPassword(passwordFile)
  if (password !== undefined) return password
  throw new Failure(
    'Misconfigured',
    `${passwordFile}, the password of the database beside it, is ${existsSync(passwordFile) ? 'empty' : 'missing'}; put it back, or move the data folder away to start with an empty database.`,
  )
}

/** Undefined if there is none, or an earlier version was interrupted while it wrote it. */
function storedPassword(passwordFile: string): string | undefined {
  const password = existsSync(passwordFile) ? readFileSync(passwordFile, 'utf8').trim() : ''
  return password === '' ? undefined : password
}

async function run(program: string, programArgs: string[]): Promise<void> {
  const { command, args } = asOrdinaryUser(program, programArgs)
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  )
  if (code !== 0) {
    throw new Failure(
      'Misconfigured',
      `${basename(program)} ended with ${code ?? 'a signal'}: ${errors.trim()}`,
    )
  }
}
