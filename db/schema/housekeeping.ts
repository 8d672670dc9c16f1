/** Tables of housekeeping: how large tables and disks were, day by day. */
import { bigint, date, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { type ChecksOfTables, holds, pastDay, range } from '../data-check.ts'
import type { KeptTables } from '../kept.ts'
import { reason } from '../../wording/reason.ts'
import { writable } from '../writable.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const observed = () => ({ observedAt: moment('observed_at').notNull(), runId: text('run_id').notNull() })
/** UTC date on which the run started. */
const day = () => date({ mode: 'string' }).notNull()
const bytes = (name: string) => bigint(name, { mode: 'number' }).notNull()

/** One row a UTC day and table. */
export const tableSizes = pgTable(
  'table_sizes',
  {
    day: day(),
    tableName: text('table_name').notNull(),
    /** As the server estimates it: counting them all would read the whole table. */
    rows: bigint({ mode: 'number' }).notNull(),
    /** With its indexes. */
    bytes: bytes('bytes'),
    ...observed(),
  },
  (table) => [
    primaryKey({ columns: [table.day, table.tableName] }),
    index('idx_table_sizes_table').on(table.tableName, table.day.desc()),
  ],
)

/** One row a UTC day and disk. */
export const diskSizes = pgTable(
  'disk_sizes',
  {
    day: day(),
    /** A folder of ours on it. */
    folder: text().notNull(),
    /** What this user may still write. */
    freeBytes: bytes('free_bytes'),
    bytes: bytes('bytes'),
    ...observed(),
  },
  (table) => [
    primaryKey({ columns: [table.day, table.folder] }),
    index('idx_disk_sizes_folder').on(table.folder, table.day.desc()),
  ],
)

const MEASURED = 'our own measures of the machine'

/** What the writer takes, by SQL name, with the natural key of each. Names are stable: spooled calls refer to them. */
export const housekeepingTables = {
  table_sizes: writable(tableSizes, ['day', 'tableName'], { numbers: MEASURED }),
  disk_sizes: writable(diskSizes, ['day', 'folder'], { numbers: MEASURED }),
}

/** Growth is looked at over months. */
const MEASURES_DAYS = 730

export const housekeepingKept: KeptTables = {
  table_sizes: { grows: 'a row a night and table', age: 'day', days: MEASURES_DAYS },
  disk_sizes: { grows: 'a row a night and disk', age: 'day', days: MEASURES_DAYS },
}

const newestOf = (table: string, of: string) => ({ of, newest: `day = (select max(day) from ${table})` })
const TABLES = newestOf('table_sizes', 'table_name')
const DISKS = newestOf('disk_sizes', 'folder')

/** What must hold of their rows. */
export const housekeepingChecks: ChecksOfTables = {
  table_sizes: [pastDay(TABLES, 'day'), range(TABLES, 'rows', 0), range(TABLES, 'bytes', 0)],
  disk_sizes: [pastDay(DISKS, 'day'), holds('free', DISKS, 'free_bytes <= bytes', reason('breach-free'))],
}
