/** Makes a backup: the files, the database and what both held, in one archive that was restored before it counts. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../config/load-config.ts'
import { SECOND_MS } from '../core/durations.ts'
import { Failure, sentenceOf } from '../core/failures.ts'
import { packageVersion } from '../system/package-version.ts'
import { DUMP, FILES, MANIFEST, pack, publish, type Manifest } from './archive.ts'
import { connected, databaseAccess, serverTools, withoutPassword } from './database-access.ts'
import { fingerprintOf } from './fingerprint.ts'
import { tellFailed, tellMade } from './known.ts'
import { runTool } from './run-tool.ts'
import { inScratchFolder, UNFINISHED } from './scratch-folder.ts'
import { verifyBackup } from './verify.ts'

export interface Backup {
  file: string
  bytes: number
  manifest: Manifest
}

export interface BackupSteps {
  /** Called when the archive is written and its restoration begins. */
  onWritten?: () => void
  /** Ends it, and leaves nothing behind. */
  signal?: AbortSignal | undefined
}

/** GNU tar: a file changed while it was read, as a log does. Whatever replaces a file as a whole is read whole. */
const TAR_CHANGED = 1
/** Unfinished files, the lock of a process, and backups, which would hold each other. */
const LEFT_OUT = [
  '--exclude=*.tmp',
  '--exclude=./spool/drain.lock',
  '--exclude=./last-backup.json',
  '--exclude=almanac-????-??-??T??????Z.tar*',
  `--exclude=${UNFINISHED}*`,
]
/** The fastest: the default takes two and a half times as long for a tenth less. */
const COMPRESSION = 1

/**
 * Makes a backup in a folder. One that cannot be restored is removed, and `PayloadInvalid` thrown; that none was made is kept for the
 * watch, unless somebody ended it.
 */
export async function makeBackup(config: Config, folder: string, steps: BackupSteps = {}): Promise<Backup> {
  const madeAt = new Date()
  const made = await proved(config, folder, { ...steps, madeAt }).catch((error: unknown) => {
    steps.signal?.throwIfAborted()
    throw toldFailed(config.dataDir, madeAt, error)
  })
  tellMade(config.dataDir, { file: made.file, madeAt })
  return made
}

/** Keeps why there is no backup, and returns that. Throws both if it cannot be kept. */
function toldFailed(dataDir: string, at: Date, error: unknown): unknown {
  const message = sentenceOf(error)
  const type = error instanceof Failure ? error.type : 'CommandFailed'
  try {
    tellFailed(dataDir, { at, type, message })
  } catch (trouble) {
    throw new Failure(type, `${message} The watch does not know of it: ${sentenceOf(trouble)}`, {
      cause: error,
    })
  }
  return error
}

async function proved(
  config: Config,
  folder: string,
  { onWritten = () => undefined, signal, madeAt }: BackupSteps & { madeAt: Date },
): Promise<Backup> {
  return inScratchFolder(folder, async (scratch) => {
    // Before the database: what waits in the spool is loaded into it at any time, and must be in one of both.
    await packFiles(config, join(scratch, FILES), signal)
    const { url } = databaseAccess(config)
    const manifest = await connected(
      url,
      (client) => dump(client, config, { madeAt, url, scratch, signal }),
      signal,
    )
    writeFileSync(join(scratch, MANIFEST), JSON.stringify(manifest, null, 2))
    // The name under which a failure of the proof is told.
    const draft = join(scratch, nameAt(madeAt))
    await pack(scratch, draft, { env: config.programEnv, signal })
    onWritten()
    await verifyBackup(config, draft, signal)
    const file = published(draft, folder, madeAt)
    return { file, bytes: statSync(file).size, manifest }
  })
}

/** Moves it into the folder, named after the first second that no other backup has. */
function published(draft: string, folder: string, madeAt: Date): string {
  for (let at = madeAt.getTime(); ; at += SECOND_MS) {
    const file = join(folder, nameAt(new Date(at)))
    if (publish(draft, file)) return file
  }
}

/** `almanac-2026-11-30T033000Z.tar`: names sort by time, and no file system refuses them. */
const nameAt = (time: Date) => `almanac-${time.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar`

async function packFiles(
  { dataDir, programEnv }: Config,
  archive: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const what = existsSync(dataDir) ? ['--directory', dataDir, '.'] : ['--files-from', '/dev/null']
  await runTool('tar', ['--create', '--gzip', `--file=${archive}`, ...LEFT_OUT, ...what], {
    env: programEnv,
    signal,
    good: [0, TAR_CHANGED],
  })
}

interface Dumping {
  madeAt: Date
  url: string
  scratch: string
  signal: AbortSignal | undefined
}

/** Dumps one state of the database, and tells what that holds. */
async function dump(
  client: pg.Client,
  config: Config,
  { madeAt, url, scratch, signal }: Dumping,
): Promise<Manifest> {
  const { dump: program, major } = await serverTools(client, config.toolsDir)
  await client.query('begin isolation level repeatable read read only')
  const { rows } = await client.query<{ id: string }>('select pg_export_snapshot() as id')
  const { dbname, env } = withoutPassword(url)
  const file = `--file=${join(scratch, DUMP)}`
  const [tables] = await Promise.all([
    fingerprintOf(client),
    runTool(
      program,
      [
        '--format=custom',
        `--compress=${COMPRESSION}`,
        `--snapshot=${rows[0]?.id ?? ''}`,
        file,
        `--dbname=${dbname}`,
      ],
      { env: { ...config.programEnv, ...config.postgresEnv, ...env }, signal },
    ),
  ])
  return {
    format: 1,
    made_at: madeAt.toISOString(),
    almanac: packageVersion,
    postgres: major,
    stack: config.mode,
    tables,
  }
}
