/** Takes a file's lines into the database chunk by chunk, and counts what became of them. */
import { stat } from 'node:fs/promises'
import { distrust, refuse, skip, type FileReport } from './file-report.ts'
import type { Parsed } from './line-values.ts'
import type { Line } from '../../system/read-csv/csv-lines.ts'

/** Rows held in memory at once: as many as the writer takes in one statement. */
const CHUNK_ROWS = 5_000

/** Rows stored or changed, and rows left out by reason. */
export interface Stored {
  written: number
  skipped?: Record<string, number>
  /** Rows left out because together they are not to be believed. */
  distrusted?: { reason: string; rows: number }
}

/** One file under way. */
export interface FileTask {
  path: string
  report: FileReport
  /** Hears how much of the file was read: bytes, or files of a folder. */
  onProgress: (done: number, total: number) => void
}

/** How a file's lines become rows, and their target. */
export interface RowImport<Value, Row> {
  read: (onBytes: (bytes: number) => void) => Iterable<Line<Value>> | AsyncIterable<Line<Value>>
  parse: (value: Value) => Parsed<Row>
  store: (rows: Row[]) => Promise<Stored>
  /** Rows stored at once. Default: 5,000. */
  chunkRows?: number
}

/** Imports a file; a wrong line is reported and the rest goes on. `store` is called at least once, if only with no rows. */
export async function importRows<Value, Row>(
  { path, report, onProgress }: FileTask,
  { read, parse, store, chunkRows = CHUNK_ROWS }: RowImport<Value, Row>,
): Promise<void> {
  const total = (await stat(path)).size
  let rows: Row[] = []
  const flush = async () => {
    countStored(report, rows.length, await store(rows))
    rows = []
  }
  const lines = read((bytes) => {
    onProgress(bytes, total)
  })
  for await (const line of lines) {
    report.read++
    const parsed = 'problem' in line ? { reason: line.problem } : parse(line.value)
    if ('row' in parsed) rows.push(parsed.row)
    else refuse(report, line.line, parsed.reason, parsed.found)
    if (rows.length === chunkRows) await flush()
  }
  await flush()
}

function countStored(report: FileReport, rows: number, { written, skipped = {}, distrusted }: Stored): void {
  let left = distrusted?.rows ?? 0
  if (distrusted !== undefined) distrust(report, distrusted.reason, distrusted.rows)
  for (const [reason, lines] of Object.entries(skipped)) {
    skip(report, reason, lines)
    left += lines
  }
  report.written += written
  report.unchanged += rows - written - left
}
