/** Sentences of housekeeping, in English. */
import type { SentenceTable } from '../table.ts'

export const housekeeping = {
  'kept-now-only': 'it looks after what is stored now',
  'backup-off': 'backup is false in almanac.yaml',
  'kept-unknown': ({ table }: { table: string }) => `keep_days names ${table}, and there is no such table`,
  'kept-without-age': ({ table, grows }: { table: string; grows: string }) =>
    `keep_days names ${table}, of which nothing is removed by age (${grows})`,
  'breach-free': 'more is free than the disk holds',
  'never-thinned': ({ table }: { table: string }) =>
    `thin_days names ${table}, which has at most one row a day of each thing`,
  'file-not-archived': ({ path }: { path: string }) =>
    `${path} changed while it was read, and was left as it is`,
} satisfies SentenceTable
