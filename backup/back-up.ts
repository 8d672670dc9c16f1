/** A backup as it is made every night and by hand: made and proved, older ones removed, taken elsewhere; the others are read again. */
import { basename, join } from 'node:path'

import type { Config } from '../config/load-config.ts'
import { Failure, sentenceOf } from '../core/failures.ts'
import { checkSum } from './archive.ts'
import { backupsIn, removeOldBackups } from './keep.ts'
import { tellDamaged } from './known.ts'
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

/**
 * Throws what `makeBackup` throws; once it is made, `CommandFailed` if BACKUP_COMMAND fails, and `PayloadInvalid` with the names of
 * kept ones that are no longer as they were written.
 */
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
  if (to === undefined) await checkKept(config, basename(made.file), steps.signal)
  return made
}

/** What rots on a disk is known before it is needed: reads all backups but one, and keeps for the watch which are damaged. */
async function checkKept({ backupDir, dataDir }: Config, but: string, signal?: AbortSignal): Promise<void> {
  const found: { name: string; why: string }[] = []
  for (const name of backupsIn(backupDir).filter((one) => one !== but)) {
    try {
      await checkSum(join(backupDir, name), signal)
    } catch (error) {
      const isDamaged = error instanceof Failure && ['PayloadInvalid', 'NotFound'].includes(error.type)
      if (!isDamaged) throw error
      found.push({ name, why: sentenceOf(error) })
    }
  }
  tellDamaged(
    dataDir,
    found.map(({ name }) => name),
  )
  if (found.length > 0) throw new Failure('PayloadInvalid', found.map(({ why }) => why).join(' '))
}
