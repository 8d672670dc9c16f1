/** The tables that pipelines write through `writeRows`, by SQL name. A pipeline adds its own here. */
import { dailyStats, modpacks, modpackStats, versionStats } from './schema/mod-stats.ts'
import { writable } from './writable.ts'

/** Natural key of each table. Names are stable: a spooled or exported call refers to them. */
export const WRITABLE_TABLES = {
  daily_stats: writable(dailyStats, ['date', 'platform', 'modId']),
  version_stats: writable(versionStats, ['date', 'platform', 'versionId']),
  modpack_stats: writable(modpackStats, ['date', 'platform', 'modId', 'modpackSlug']),
  modpacks: writable(modpacks, ['modId', 'slug'], ['lastSeen']),
}

type OwnColumns = 'id' | 'createdAt' | 'firstSeen' | 'observedAt' | 'runId'

/** The rows that each table takes, as drizzle infers them, without what the door fills itself. */
export interface WritableRows {
  daily_stats: Omit<typeof dailyStats.$inferInsert, OwnColumns>
  version_stats: Omit<typeof versionStats.$inferInsert, OwnColumns>
  modpack_stats: Omit<typeof modpackStats.$inferInsert, OwnColumns>
  modpacks: Omit<typeof modpacks.$inferInsert, OwnColumns>
}

export type WritableTable = keyof WritableRows
