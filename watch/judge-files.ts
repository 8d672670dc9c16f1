/** Judges what was seen of this machine's files: spool, backups, disks. Pure. */
import { DAY_MS, MINUTE_MS } from '../core/durations.ts'
import { reason } from '../wording/reason.ts'
import { fullAt, type FreeSpace } from './disk.ts'
import { finding, iso, type Finding } from './finding.ts'
import type { BackupsSeen, FilesSeen } from './seen.ts'

/** The spool drains within minutes once the database answers. */
const SPOOL_MS = 15 * MINUTE_MS
/** How old the last backup may be: they are made nightly; half a day is for a night at which the machine was off. */
export const BACKUP_MS = 1.5 * DAY_MS
/** The nearest day on which a full disk is worth a message. */
const FULL_WITHIN_MS = 7 * DAY_MS

export interface KnownOfFiles {
  /** When this stack was first looked at: what never ran is late from then on. */
  since: number
  /** Free space of each disk over the last days. */
  space: Readonly<Record<string, readonly FreeSpace[]>>
}

function ofBackups({ madeAt, failed, damaged }: BackupsSeen, knownSince: number, now: number): Finding[] {
  const lateSince = (madeAt ?? knownSince) + BACKUP_MS
  const lastGood = madeAt === null ? {} : { lastGood: madeAt }
  const late = reason('alert-backup-late', { at: madeAt === null ? null : iso(madeAt) })
  return [
    ...(failed === null
      ? []
      : [
          finding(
            'backup-failed',
            null,
            reason('alert-backup-failed', { at: iso(failed.at), why: failed.why }),
            { since: failed.at, ...lastGood },
          ),
        ]),
    ...(damaged.length === 0
      ? []
      : [
          finding('backup-damaged', null, reason('alert-backup-damaged', { files: damaged }), {
            size: damaged.length,
          }),
        ]),
    ...(now > lateSince ? [finding('backup-late', null, late, { since: lateSince, ...lastGood })] : []),
  ]
}

/** Returns what is not as it should be among them. `now`: milliseconds since 1970. */
export function ofFiles(
  { spool, disks, backups }: FilesSeen,
  { since, space }: KnownOfFiles,
  now: number,
): Finding[] {
  const { waiting, oldestAt, deadLetters } = spool
  return [
    ...(oldestAt !== null && now - oldestAt > SPOOL_MS
      ? [
          finding(
            'spool-waiting',
            null,
            reason('alert-spool-waiting', { segments: waiting, oldestAt: iso(oldestAt) }),
            { since: oldestAt },
          ),
        ]
      : []),
    ...(deadLetters > 0
      ? [finding('dead-letters', null, reason('alert-dead-letters', { deadLetters }), { size: deadLetters })]
      : []),
    ...ofBackups(backups, since, now),
    ...disks.flatMap(({ folder, freeBytes, room }) => {
      if (room !== 'enough')
        return [finding('disk-low', null, reason('alert-disk-low', { folder, freeBytes }), { of: folder })]
      const at = fullAt(space[folder] ?? [], now)
      if (at === undefined || at - now > FULL_WITHIN_MS) return []
      return [
        finding(
          'disk-filling',
          null,
          reason('alert-disk-filling', { folder, freeBytes, fullOn: iso(at).slice(0, 10) }),
          { of: folder },
        ),
      ]
    }),
  ]
}
