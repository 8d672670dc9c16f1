/** Data sets of housekeeping. */
import { type DataSets, day, filter, integer, moment, number, run } from '../data-set.ts'

/** Nights over which a growth is measured: an upgrade or an import fills a disk in one of them. */
const NIGHTS = 30
/** A disk that is not full within this is not filling. */
const FAR_DAYS = 36_500

/** Bytes a day by least squares over the newest nights of one line of `from`; null of a single night. */
const slopeOf = (bytes: string, from: string, line: string) => `
      left join lateral (
        select regr_slope(m.${bytes}, m.day - date '2000-01-01') as bytes_per_day
        from ${from} m where m.${line} = newest.${line} and m.day > newest.day - ${NIGHTS}
      ) growth on true`

const OF_ROW = {
  observed_at: moment('When it was measured, UTC'),
  run_id: run('Run that measured it'),
}

export const dataSets = {
  tables: {
    row: 'a table, and how it grows',
    sql: `select newest.table_name, newest.day, newest.rows, newest.bytes, growth.bytes_per_day, newest.run_id
      from (select distinct on (table_name) * from table_sizes order by table_name, day desc) newest
      ${slopeOf('bytes', 'table_sizes', 'table_name')}`,
    columns: {
      table_name: filter('Table of the database'),
      day: day('Newest UTC day on which it was measured'),
      rows: integer('Its rows, as PostgreSQL estimates them', 'rows'),
      bytes: integer('Its size with its indexes', 'bytes'),
      bytes_per_day: number(`Growth over the last ${NIGHTS} days; empty until a second night`, 'bytes/day'),
      run_id: run('Run that measured it'),
    },
    order: ['table_name'],
    fewRows: true,
    direction: 'asc',
  },
  disks: {
    row: 'a disk that Almanac writes to, and when it will be full',
    sql: `select newest.folder, newest.day, newest.free_bytes, newest.bytes, growth.bytes_per_day,
        case when growth.bytes_per_day < 0 and newest.free_bytes / -growth.bytes_per_day < ${FAR_DAYS}
          then newest.day + floor(newest.free_bytes / -growth.bytes_per_day)::int end as full_on, newest.run_id
      from (select distinct on (folder) * from disk_sizes order by folder, day desc) newest
      ${slopeOf('free_bytes', 'disk_sizes', 'folder')}`,
    columns: {
      folder: filter('Folder on it'),
      day: day('Newest UTC day on which it was measured'),
      free_bytes: integer('What may still be written', 'bytes'),
      bytes: integer('Its size', 'bytes'),
      bytes_per_day: number(`How the free space changed over the last ${NIGHTS} days`, 'bytes/day'),
      full_on: day('Day on which it is full if it goes on like this; empty if it does not fill'),
      run_id: run('Run that measured it'),
    },
    order: ['folder'],
    fewRows: true,
    direction: 'asc',
  },
  'table-sizes': {
    row: 'a day of a table',
    sql: 'select day, table_name, rows, bytes, observed_at, run_id from table_sizes',
    columns: {
      day: day('UTC day'),
      table_name: filter('Table of the database'),
      rows: integer('Its rows, as PostgreSQL estimates them', 'rows'),
      bytes: integer('Its size with its indexes', 'bytes'),
      ...OF_ROW,
    },
    time: 'day',
    order: ['day', 'table_name'],
  },
  'disk-sizes': {
    row: 'a day of a disk',
    sql: 'select day, folder, free_bytes, bytes, observed_at, run_id from disk_sizes',
    columns: {
      day: day('UTC day'),
      folder: filter('Folder on it'),
      free_bytes: integer('What may still be written', 'bytes'),
      bytes: integer('Its size', 'bytes'),
      ...OF_ROW,
    },
    time: 'day',
    order: ['day', 'folder'],
  },
} satisfies DataSets
