/**
 * The embedded servers that work in a folder. Each has the folder's path among its arguments, so a server is found
 * without a file that names it, and a copy of the folder finds none of the original's.
 */
import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { identify, ownProcesses, type ProcessIdentity } from './process-identity.mjs'

export interface FoundServer {
  server: ProcessIdentity
  /** Program and arguments, separated by spaces. */
  command: string
}

/** The PostgreSQL server of a data folder, with its port; undefined if none runs. */
export function runningPostgres(dataDir: string): (FoundServer & { port: number | undefined }) | undefined {
  // Its children have titles of their own.
  const found = processOf(
    dataDir,
    (path) => new RegExp(`postgres(\\.exe)?"? -D "?${path}"?( -p (\\d+))?( |$)`),
  )
  if (found === undefined) return undefined
  const port = / -p (\d+)/.exec(found.command)?.[1]
  return { ...found, port: port === undefined ? undefined : Number(port) }
}

/** The Temporal server of a state folder; undefined if none runs. */
export function runningTemporal(stateDir: string): FoundServer | undefined {
  return processOf(
    temporalStore(stateDir),
    (path) => new RegExp(` server start-dev .*--db-filename "?${path}"?( |$)`),
  )
}

/** The server of the page and the API of a state folder; undefined if none runs. */
export function runningPage(stateDir: string): FoundServer | undefined {
  return processOf(stateDir, (path) => new RegExp(` serve .*--folder "?${path}"?( |$)`))
}

/** The file that the embedded Temporal server keeps everything in. */
export function temporalStore(stateDir: string): string {
  return join(stateDir, 'temporal.db')
}

/** The path as it is kept in arguments: absolute, and the same however the folder is reached. */
export function canonical(path: string): string {
  const absolute = resolve(path)
  return existsSync(absolute) ? realpathSync(absolute) : absolute
}

function processOf(path: string, pattern: (path: string) => RegExp): FoundServer | undefined {
  const patterns = [...new Set([resolve(path), canonical(path)])].map((form) => pattern(escaped(form)))
  for (const { pid, command } of ownProcesses()) {
    const server = patterns.some((one) => one.test(command)) ? identify(pid) : undefined
    if (server !== undefined) return { server, command }
  }
  return undefined
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
