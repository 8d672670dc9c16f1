/**
 * The activities of housekeeping, and what they get of this machine: whoever makes a backup, and the folders whose disks
 * may fill.
 */
import { basename, dirname, join } from 'node:path'
import type { HousekeepingDependencies } from '../../activities/housekeeping/activity-context.ts'
import { createHousekeepingActivities } from '../../activities/housekeeping/index.ts'
import type { ArchivedFolder } from '../../activities/housekeeping/old-files.ts'
import { backUp } from '../../backup/back-up.ts'
import { rowsIn } from '../../backup/fingerprint.ts'
import { workerLogFile } from '../../client/worker-log.ts'
import type { Config } from '../../config/load-config.ts'
import { canonical } from '../../local/running-servers.ts'
import { ROTATED } from '../../system/rotated.ts'
import type { WorkerPart } from './worker-part.ts'

export const housekeepingWorker: WorkerPart<'housekeeping', HousekeepingDependencies> = {
  createActivities: createHousekeepingActivities,
  createClients: ({ config }) => ({
    backUp: (signal) => nightlyBackup(config, signal),
    folders: [config.stateDir, config.dataDir, config.backupDir],
    ...archivePlaces(config),
  }),
}

async function nightlyBackup(config: Config, signal: AbortSignal): Promise<{ rows: number }> {
  const { manifest } = await backUp(config, { signal })
  return { rows: rowsIn(manifest.tables) }
}

const FILES = /\.(csv|log)$/

/**
 * Files that runs write anew stand in the data folder without a date in their name, and stay; older collectors left theirs in
 * folders of its own. Of the worker's log the parts that were set aside.
 */
export function archivePlaces(config: Config): { archived: ArchivedFolder[]; archives: string } {
  const log = workerLogFile(config)
  // These two may well be links to another disk; what a link in them leads to is not ours.
  const [data, logs] = [canonical(config.dataDir), canonical(dirname(log))]
  const name = basename(log).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return {
    archived: [
      { folder: data, names: FILES, byRows: false },
      { folder: join(data, 'csv'), names: FILES, byRows: true },
      { folder: join(data, 'logs'), names: FILES, byRows: true },
      { folder: logs, names: new RegExp(`^${name}${ROTATED.source}$`), byRows: false },
    ],
    archives: join(data, 'archives'),
  }
}
