/** The address of the embedded database, apart from the code that starts it: most commands only query it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readPassword } from './postgres-cluster.ts'
import { loginUrl, workLogin } from './postgres-roles.ts'

/** Connection string of the embedded database, with its password; undefined until it was started once. */
export function embeddedDatabaseUrl(stateDir: string, port: number): string | undefined {
  const folder = clusterFolder(stateDir)
  return existsSync(folder) ? loginUrl(workLogin(port, readPassword(`${folder}.password`))) : undefined
}

/** Folder of the embedded database's files; its password is next to it. */
export function clusterFolder(stateDir: string): string {
  return join(stateDir, 'postgres')
}
