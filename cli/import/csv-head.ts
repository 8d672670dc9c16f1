/** The beginning of a file, by which an importer recognises it. */
import { closeSync, openSync, readSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { WrongUsage } from '../../core/failures.ts'

/** A header line fits many times over. */
const HEAD_BYTES = 64 * 1024

/** What separates the values of a line; the old collectors wrote either. */
export type Delimiter = ',' | ';'

/** Names as they are compared: dumps made by hand differ in case and blanks. */
export const columnNames = (header: string[]): string[] => header.map((name) => name.trim().toLowerCase())

/** The values of the first line that holds any; empty where there is none. */
export function headerOf(head: string, delimiter: Delimiter = ','): string[] {
  const [header = []] = parse(head, {
    bom: true,
    to: 1,
    delimiter,
    skip_empty_lines: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_records_with_error: true,
  })
  return header
}

/** The first 64 KiB of a file as text. Throws `WrongUsage` where it cannot be read. */
export function readHead(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(HEAD_BYTES)
      return bytes.toString('utf8', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new WrongUsage(`${path} cannot be read (${why}); expected a file to import.`, { cause: error })
  }
}
