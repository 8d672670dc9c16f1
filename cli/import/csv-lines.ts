/** Reads a CSV file line by line, however large: each line as a record, or as the reason why it is none. */
import { createReadStream } from 'node:fs'
import { parse, type CsvError } from 'csv-parse'
import { columnNames, type FileStart } from './file-start.ts'
import type { Line } from './import-rows.ts'

/** Values by column name. */
export type CsvRecord = Record<string, string>

/** How a file names its columns: from its header, or these if it has none. */
export type CsvColumns = string[] | ((header: string[]) => string[])

/** A reader of all lines after the header, in their order; `line` is the line in the file where a record ends. */
export const csvReader = (
  { path, delimiter }: Pick<FileStart, 'path' | 'delimiter'>,
  columns: CsvColumns = columnNames,
) =>
  async function* (onBytes: (bytes: number) => void): AsyncGenerator<Line<CsvRecord>> {
    const problems: Line<CsvRecord>[] = []
    let lastLine = 1
    const parser = parse({
      bom: true,
      delimiter,
      columns,
      skip_empty_lines: true,
      // A stray quote inside a value is a letter of it; read strictly it would swallow the lines after it.
      relax_quotes: true,
      skip_records_with_error: true,
      on_record: (value: CsvRecord, { lines }) => {
        lastLine = lines
        return { line: lines, value }
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
    for await (const line of input.pipe(parser) as AsyncIterable<Line<CsvRecord>>) {
      // The parser reads ahead of its records.
      const before = problems.findIndex((problem) => problem.line > line.line)
      yield* problems.splice(0, before === -1 ? problems.length : before)
      yield line
    }
    yield* problems
  }

function sentence(error: CsvError | undefined, startLine: number): string {
  if (error?.code === 'CSV_RECORD_INCONSISTENT_COLUMNS') return 'the number of values differs from the header'
  if (error?.code === 'CSV_QUOTE_NOT_CLOSED')
    return `a quote after line ${startLine - 1} is never closed; nothing from there on could be read`
  return 'the line is not CSV'
}
