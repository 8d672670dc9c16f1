/** The beginning of a file, by which it is recognised. */
import { closeSync, openSync, readSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { WrongUsage } from '../../core/failures.ts'

/** A header line fits many times over. */
const START_BYTES = 64 * 1024

/** What separates the values of a line. */
export type Delimiter = ',' | ';'

/** What is known of a file before it is imported. */
export interface FileStart {
  path: string
  /** The first 64 KiB. */
  text: string
  /** The first line that holds anything, without a byte order mark. */
  firstLine: string
  delimiter: Delimiter
  /** The values of the first line as written; empty if the text holds none. */
  header: string[]
  /** The values of the first line as column names are compared: trimmed and in lower case. */
  columns: string[]
}

/** Names as they are compared: dumps made by hand differ in case and blanks. */
export const columnNames = (header: string[]): string[] => header.map((name) => name.trim().toLowerCase())

/** Reads the beginning of a file. Throws `WrongUsage` if it cannot be read. */
export function readStart(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(START_BYTES)
      return bytes.toString('utf8', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new WrongUsage(`${path} cannot be read (${why}); expected a file to import.`, { cause: error })
  }
}

/** What the beginning of a file says. `semicolons` if its kinds may have them in place of commas. */
export function fileStart(path: string, text: string, semicolons = false): FileStart {
  const firstLine = /^\uFEFF?\s*([^\r\n]*)/.exec(text)?.[1] ?? ''
  const parts = (delimiter: Delimiter) => firstLine.split(delimiter).length
  const delimiter = semicolons && parts(';') > parts(',') ? ';' : ','
  const [header = []] = parseStart(text, delimiter, 1)
  return { path, text, firstLine, delimiter, header, columns: columnNames(header) }
}

/** The first lines of a CSV text that may be cut off anywhere; broken ones are left out. */
export function parseStart(text: string, delimiter: Delimiter, lines: number): string[][] {
  return parse(text, {
    bom: true,
    to: lines,
    delimiter,
    skip_empty_lines: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_records_with_error: true,
  })
}
