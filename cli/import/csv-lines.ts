/** Reads a CSV file line by line, however large: each line as a record, or as the reason why it is none. */
import { createReadStream } from 'node:fs'
import { parse, type CsvError } from 'csv-parse'
import { columnNames, type Delimiter } from './csv-head.ts'
import { mustBeUtf8 } from './must-be-utf8.ts'

/** Values by column name; `line` is the line in the file where the record ends. */
export type CsvLine = { line: number; record: Record<string, string> } | { line: number; problem: string }

/** How a file is to be read: `columns` names its columns from the header, or is the names where it has none. */
export interface CsvFormat {
  delimiter?: Delimiter
  columns?: string[] | ((header: string[]) => string[])
}

/**
 * Yields every line after the header; a wrong one may come before lines that were read with it. `onBytes` hears how much of
 * the file was read so far. Throws `WrongUsage`, before the first line, for a file that is not UTF-8.
 */
export async function* csvLines(
  path: string,
  onBytes: (bytes: number) => void,
  { delimiter = ',', columns = columnNames }: CsvFormat = {},
): AsyncGenerator<CsvLine> {
  await mustBeUtf8(path)
  const problems: CsvLine[] = []
  let lastLine = 1
  const parser = parse({
    bom: true,
    delimiter,
    columns,
    skip_empty_lines: true,
    // A stray quote inside a value is a letter of it; read strictly it would swallow the lines after it.
    relax_quotes: true,
    skip_records_with_error: true,
    on_record: (record: Record<string, string>, { lines }) => {
      lastLine = lines
      return { line: lines, record }
    },
    on_skip: (error) => {
      const line = typeof error?.['lines'] === 'number' ? error['lines'] : lastLine
      problems.push({ line, problem: sentence(error, lastLine + 1) })
      lastLine = line
    },
  })
  const input = createReadStream(path)
  input.on('data', () => {
    onBytes(input.bytesRead)
  })
  // The parser does not hear of its source's errors by itself.
  input.on('error', (error) => parser.destroy(error))
  for await (const line of input.pipe(parser) as AsyncIterable<CsvLine>) {
    yield* problems.splice(0)
    yield line
  }
  yield* problems
}

function sentence(error: CsvError | undefined, startLine: number): string {
  if (error?.code === 'CSV_RECORD_INCONSISTENT_COLUMNS')
    return 'the line has another number of values than the header'
  if (error?.code === 'CSV_QUOTE_NOT_CLOSED')
    return `a quote after line ${startLine - 1} is never closed; nothing from there on could be read`
  return 'the line is no CSV'
}
