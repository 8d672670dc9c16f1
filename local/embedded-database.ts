/** The address of the embedded database, apart from the code that starts it: most commands only query it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failures.ts'
import { POSTGRES_DATABASE, POSTGRES_USER } from './postgres-cluster.ts'

/** Connection string of the embedded database, with its password; undefined until it was started once. */
export function embeddedDatabaseUrl(stateDir: string, port: number): string | undefined {
  const passwordFile = `${clusterFolder(stateDir)}.password`
  if (!existsSync(passwordFile)) return undefined
  const password = readFileSync(passwordFile, 'utf8').trim()
  if (password === '')
    throw new Failure(
      'Misconfigured',
      `${passwordFile} is empty; restore it, or remove ${clusterFolder(stateDir)} to begin anew.`,
    )
  return `postgresql://${POSTGRES_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${POSTGRES_DATABASE}`
}

/** Folder of the embedded database's files; its password is next to it. */
export function clusterFolder(stateDir: string): string {
  return join(stateDir, 'postgres')
}
