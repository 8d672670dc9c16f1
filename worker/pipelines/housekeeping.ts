/** What housekeeping gets of this machine: whoever makes a backup, and the folders whose disks may fill. */
import { basename } from 'node:path'
import { checkSum } from '../../backup/archive.ts'
import { backUp } from '../../backup/back-up.ts'
import { rowsIn } from '../../backup/fingerprint.ts'
import { newestBackupBut } from '../../backup/keep.ts'
import type { Config } from '../../config/load-config.ts'
import type { WorkerPart } from './worker-part.ts'

export const housekeepingWorker: WorkerPart<'housekeeping'> = {
  createClients: ({ config }) => ({
    backUp: (signal) => nightlyBackup(config, signal),
    folders: [config.stateDir, config.dataDir, config.backupDir],
  }),
}

async function nightlyBackup(config: Config, signal: AbortSignal): Promise<{ rows: number }> {
  const { file, manifest } = await backUp(config, { signal })
  // What rots on the disk is known before it is needed.
  const older = newestBackupBut(config.backupDir, basename(file))
  if (older !== undefined) await checkSum(older)
  return { rows: rowsIn(manifest.tables) }
}
