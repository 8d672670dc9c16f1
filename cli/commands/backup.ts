/** `almanac backup` and `almanac restore`. */
import { resolve } from 'node:path'
import { refuseMissing, type Manifest } from '../../backup/archive.ts'
import { backUp } from '../../backup/back-up.ts'
import { restoreBackup } from '../../backup/restore.ts'
import { rowsIn } from '../../backup/fingerprint.ts'
import { verifyBackup } from '../../backup/verify.ts'
import type { Config } from '../../config/load-config.ts'
import { almanacCommand } from '../../core/command-name.ts'
import { clusterFolder } from '../../local/embedded-database.ts'
import { startPostgres } from '../../local/postgres.ts'
import { takeStackLock } from '../../local/stack-lock.ts'
import { counted } from '../../wording/text.ts'
import { configOf, stackName, type GlobalOptions } from '../command-context.ts'
import { EXIT, exitCodeOfSignal } from '../exit.ts'
import { moment, print } from '../output.ts'
import { stopRequested } from '../stop-request.ts'

type BackupOptions = GlobalOptions & { to?: string; verify?: string }

const MB = 1_000_000

/** Makes a backup, or verifies one that is there. Ended by Ctrl+C or SIGTERM it returns what a shell calls that. */
export async function backup(options: BackupOptions): Promise<number> {
  const config = configOf(options)
  const stopping = new AbortController()
  let endedBy: NodeJS.Signals | undefined
  void stopRequested().then((name) => {
    endedBy = name
    stopping.abort()
  })
  try {
    await makeOrVerify(config, options, stopping.signal)
    return EXIT.done
  } catch (error) {
    if (endedBy === undefined) throw error
    print(`${stackName(config)}ended by ${endedBy}: nothing is left of what was not finished`)
    return exitCodeOfSignal(endedBy)
  }
}

async function makeOrVerify(config: Config, options: BackupOptions, signal: AbortSignal): Promise<void> {
  const stack = stackName(config)
  if (options.verify !== undefined) {
    const manifest = await verifyBackup(config, resolve(options.verify), signal)
    print(`${stack}${resolve(options.verify)} is whole: ${contentOf(manifest)}`)
    return
  }
  await backUp(config, {
    to: options.to === undefined ? undefined : resolve(options.to),
    signal,
    onWritten: () => {
      print(`${stack}written; restoring it into a scratch database …`)
    },
    onMade: ({ file, bytes, manifest }) => {
      print(`${stack}${file}, ${(bytes / MB).toFixed(1)} MB: ${contentOf(manifest)}, the same once restored`)
    },
    onRemoved: (name) => {
      print(`${stack}removed ${name}: newer ones are kept (BACKUP_KEEP, BACKUP_WEEKS)`)
    },
  })
}

const contentOf = ({ tables, made_at }: Manifest) =>
  `${counted(rowsIn(tables), 'row')} of ${counted(Object.keys(tables).length, 'table')} as of ${moment(new Date(made_at))}`

/** Restores a backup into an empty database and an empty folder; no stack may run meanwhile. */
export async function restore(file: string, options: GlobalOptions): Promise<void> {
  const config = configOf(options)
  refuseMissing(resolve(file))
  const manifest =
    config.env.DATABASE_URL === undefined
      ? await withEmbeddedServer(config, () => restoreBackup(config, resolve(file)))
      : await restoreBackup(config, resolve(file))
  print(`${stackName(config)}restored ${contentOf(manifest)}, and ${config.dataDir}`)
  print(`start with "${almanacCommand('up')}"`)
}

async function withEmbeddedServer<T>({ mode, stateDir, ports }: Config, work: () => Promise<T>): Promise<T> {
  const release = await takeStackLock(stateDir, 'almanac restore')
  try {
    const server = await startPostgres({
      dataDir: clusterFolder(stateDir),
      port: ports.postgres,
      setting: `${mode === 'demo' ? 'DEMO_' : ''}POSTGRES_PORT`,
    })
    try {
      return await work()
    } finally {
      await server.stop()
    }
  } finally {
    release()
  }
}
