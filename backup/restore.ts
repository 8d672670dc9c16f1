/** Restores a backup into an empty database and an empty folder. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../config/load-config.ts'
import { Failure, sentenceOf } from '../core/failures.ts'
import { makeFolder } from '../system/make-folder.mjs'
import { DUMP, FILES, refuseMissing, unpack, type Manifest } from './archive.ts'
import { connected, databaseAccess } from './database-access.ts'
import { fingerprintOf } from './fingerprint.ts'
import { runTool } from './run-tool.ts'
import { inScratchFolder } from './scratch-folder.ts'
import { loadDump } from './verify.ts'

/** A database that was only migrated has rows here. */
const MIGRATIONS = 'drizzle.__drizzle_migrations'

/**
 * Restores it. Throws `Conflict` if the database has rows or the folder of the files has any, `PayloadInvalid` for a backup
 * that is not whole; nothing has changed then.
 */
export async function restoreBackup(config: Config, file: string): Promise<Manifest> {
  refuseMissing(file)
  const { url } = databaseAccess(config)
  refuseFullFolder(config.dataDir)
  await connected(url, refuseFullDatabase)
  return inScratchFolder(config.stateDir, async (folder) => {
    const manifest = await unpack(file, folder, { env: config.programEnv })
    makeFolder(config.dataDir)
    try {
      const files = [`--file=${join(folder, FILES)}`, `--directory=${config.dataDir}`]
      await runTool('tar', ['--extract', '--gzip', ...files], { env: config.programEnv })
      await connected(url, empty)
      await loadDump(config, url, { file, dump: join(folder, DUMP), manifest, how: 'whole or not at all' })
      return manifest
    } catch (error) {
      // As empty as they were: another try must not be refused for what this one left.
      for (const name of readdirSync(config.dataDir))
        rmSync(join(config.dataDir, name), { recursive: true, force: true })
      await connected(url, empty).catch((trouble: unknown) => {
        throw notEmptied(error, trouble)
      })
      throw error
    }
  })
}

/** Why the restore failed comes first; that the database was not emptied after it, as when it is away, must be known as well. */
function notEmptied(failed: unknown, trouble: unknown): Failure {
  return new Failure(
    failed instanceof Failure ? failed.type : 'DatabaseUnavailable',
    `${sentenceOf(failed)} The database could not be emptied after that (${sentenceOf(trouble)}): empty it before another try.`,
    { cause: failed },
  )
}

/** Removes what migrations made, which the dump makes anew. */
const empty = async (client: pg.Client): Promise<void> => {
  await client.query(
    'drop schema if exists public cascade; drop schema if exists drizzle cascade; create schema public',
  )
}

function refuseFullFolder(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []
  const file = names.find((entry) => !entry.isDirectory())
  if (file !== undefined)
    throw new Failure(
      'Conflict',
      `${folder} holds files (${file.name}): a backup is restored into an empty folder. Move it away, or set DATA_DIR to another one.`,
    )
}

async function refuseFullDatabase(client: pg.Client): Promise<void> {
  await client.query('begin isolation level repeatable read read only')
  const full = Object.entries(await fingerprintOf(client)).find(
    ([name, { rows }]) => rows > 0 && name !== MIGRATIONS,
  )
  if (full !== undefined)
    throw new Failure(
      'Conflict',
      `The database has rows (${full[1].rows} in ${full[0]}): a backup is restored into an empty one. Make another database, or move the folder of the embedded one away.`,
    )
}
