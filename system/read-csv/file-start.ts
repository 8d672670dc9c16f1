/** The beginning of a file, by which it is recognised. */
import { closeSync, openSync, readSync } from 'node:fs'
import { splitRecord } from './csv-record.ts'
import { decoderOf, findEncoding, type EncodedFile, type FoundEncoding } from './encoding.ts'
import { DELIMITERS, notationOf, type Delimiter, type Notation } from './notation.ts'

/** A header line fits many times over. */
const START_BYTES = 64 * 1024

/** What is known of a file before it is imported. */
export interface FileStart extends EncodedFile {
  /** The first 64 KiB. */
  text: string
  /** The first line that holds anything, without a byte order mark. */
  firstLine: string
  /** Of comma, semicolon and tab the one that separates most values in the first line. */
  delimiter: Delimiter
  /** How numbers and dates of the file are written. */
  notation: Notation
  /** The values of the first line as written; empty if the text holds none. */
  header: string[]
  /** The values of the first line as column names are compared: trimmed and in lower case. */
  columns: string[]
}

/** Names as they are compared: dumps made by hand differ in case and blanks. */
export const columnNames = (header: string[]): string[] => header.map((name) => name.trim().toLowerCase())

/** Reads the beginning of a file. */
export function readStart(encoded: EncodedFile): string {
  const file = openSync(encoded.path, 'r')
  try {
    const bytes = Buffer.alloc(START_BYTES)
    const length = readSync(file, bytes)
    return decoderOf(encoded)(bytes.subarray(0, length))
  } finally {
    closeSync(file)
  }
}

/**
 * Finds the encoding of a file and reads its beginning. Throws `WrongUsage` if the encoding is not certain, and what the
 * file system throws.
 */
export async function openStart(path: string): Promise<{ file: FileStart } & Pick<FoundEncoding, 'note'>> {
  const { encoding, ...found } = await findEncoding(path)
  return { file: fileStart({ path, encoding }, readStart({ path, encoding })), ...found }
}

/** What the beginning of a file says. */
export function fileStart({ path, encoding }: EncodedFile, text: string): FileStart {
  const firstLine = /^\uFEFF?\s*([^\r\n]*)/.exec(text)?.[1] ?? ''
  const headers = DELIMITERS.map((delimiter) => ({
    delimiter,
    header: splitRecord(firstLine, delimiter).values,
  }))
  const { delimiter, header } = headers.reduce((a, b) => (b.header.length > a.header.length ? b : a))
  const known = { path, encoding, text, firstLine, delimiter, notation: notationOf(delimiter) }
  return { ...known, header, columns: columnNames(header) }
}

/** The values of the first lines of a CSV text that may be cut off anywhere. */
export function parseStart(text: string, delimiter: Delimiter, lines: number): string[][] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/[\r\n]+/)
    .filter((line) => line !== '')
    .slice(0, lines)
    .map((line) => splitRecord(line, delimiter).values)
}
