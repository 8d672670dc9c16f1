/** A backup as it is made every night and by hand: made and proved, older ones removed, then taken elsewhere. */
import type { Config } from '../config/load-config.ts'
import { removeOldBackups } from './keep.ts'
import { makeBackup, type Backup, type BackupSteps } from './make.ts'
import { runTool } from './run-tool.ts'

export interface BackUpSteps extends BackupSteps {
  /** Folder of this one backup; older ones there are kept. Default: that of all backups. */
  to?: string | undefined
  /** Called when it is made and proved. */
  onMade?: (made: Backup) => void
  /** Called for each older one that was removed. */
  onRemoved?: (name: string) => void
}

/** Throws what `makeBackup` throws, and `CommandFailed` if BACKUP_COMMAND fails: the backup is made then. */
export async function backUp(config: Config, steps: BackUpSteps = {}): Promise<Backup> {
  const { to, onMade, onRemoved, ...making } = steps
  const { BACKUP_KEEP: newest, BACKUP_WEEKS: weeks, BACKUP_COMMAND } = config.env
  const made = await makeBackup(config, to ?? config.backupDir, making)
  onMade?.(made)
  if (to === undefined)
    for (const name of removeOldBackups(config.backupDir, { newest, weeks })) onRemoved?.(name)
  if (BACKUP_COMMAND !== undefined)
    await runTool('/bin/sh', ['-c', BACKUP_COMMAND], {
      env: { ...config.programEnv, BACKUP_FILE: made.file },
      signal: steps.signal,
    })
  return made
}
