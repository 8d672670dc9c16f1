/** What the activities of housekeeping get: this machine's disks, and whoever makes a backup. */
import type { ArchivedFolder } from './old-files.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'

/** A backup that was made and proved. */
export interface NightlyBackup {
  /** Rows of all tables in it. */
  rows: number
}

export interface HousekeepingClients {
  /**
   * Makes a backup, removes older ones and takes it elsewhere, then reads those that are kept. Throws `PayloadInvalid` with the
   * names of those that are not as they were written.
   */
  backUp: (signal: AbortSignal) => Promise<NightlyBackup>
  /** Folders whose disks are measured. */
  folders: readonly string[]
  /** Where old files are looked for, and the folder of their archive. */
  archived: readonly ArchivedFolder[]
  archives: string
}

export type HousekeepingDependencies = DependenciesFor<'housekeeping', HousekeepingClients>

export type ActivityContext = HousekeepingDependencies & Attempt
