/** Takes a file's lines into the database chunk by chunk, and counts what became of them. */
import { stat } from 'node:fs/promises'
import { csvLines, type CsvFormat } from './csv-lines.ts'
import { refuse, skip, type FileReport } from './file-report.ts'
import type { Parsed } from './line-values.ts'

/** Rows held in memory at once: as many as the write door takes in one statement. */
const CHUNK_ROWS = 5_000

/** Rows stored or changed, and rows left out by reason. */
export interface Stored {
  written: number
  skipped: Record<string, number>
}

/** One file under way. */
export interface FileImport {
  path: string
  report: FileReport
  /** Hears how much of the file was read, in bytes. */
  onProgress: (bytes: number, total: number) => void
}

/** How a file's lines become rows, and where these go. */
export interface LineImport<Row> {
  format?: CsvFormat
  parse: (record: Record<string, string>) => Parsed<Row>
  store: (rows: Row[]) => Promise<Stored>
}

/** Imports a CSV file of any size; a wrong line is reported and the rest goes on. */
export async function importLines<Row>(
  { path, report, onProgress }: FileImport,
  { format, parse, store }: LineImport<Row>,
): Promise<void> {
  const total = (await stat(path)).size
  let rows: Row[] = []
  const flush = async () => {
    countStored(report, rows.length, await store(rows))
    rows = []
  }
  const onBytes = (bytes: number) => {
    onProgress(bytes, total)
  }
  for await (const line of csvLines(path, onBytes, format)) {
    report.read++
    const parsed = 'problem' in line ? { reason: line.problem } : parse(line.record)
    if ('row' in parsed) rows.push(parsed.row)
    else refuse(report, line.line, parsed.reason, parsed.found)
    if (rows.length === CHUNK_ROWS) await flush()
  }
  if (rows.length > 0) await flush()
}

/** Imports the entries of a list that is in memory; wrong ones are reported by their position from 1. */
export async function importEntries<Row>(
  report: FileReport,
  entries: Parsed<Row>[],
  store: (rows: Row[]) => Promise<Stored>,
): Promise<void> {
  report.read = entries.length
  const rows: Row[] = []
  entries.forEach((entry, index) => {
    if ('row' in entry) rows.push(entry.row)
    else refuse(report, index + 1, entry.reason, entry.found)
  })
  countStored(report, rows.length, await store(rows))
}

function countStored(report: FileReport, rows: number, { written, skipped }: Stored): void {
  let left = 0
  for (const [reason, lines] of Object.entries(skipped)) {
    skip(report, reason, lines)
    left += lines
  }
  report.written += written
  report.unchanged += rows - written - left
}
