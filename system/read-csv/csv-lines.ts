/** Reads a CSV file line by line, however large: each record, or the reason why a line is none. */
import { splitRecord, type SplitRecord } from './csv-record.ts'
import { withoutMark } from '../csv.ts'
import { readPieces } from './encoding.ts'
import { columnNames, type FileStart } from './file-start.ts'
import type { Delimiter } from './notation.ts'
import { linesIn, type TextLine } from './text-lines.ts'

/** Values by column name. */
export type CsvRecord = Record<string, string>

/** A line or entry of a file, or why it could not be read as one; `line` is its line in the file, or its position from 1. */
export type Line<Value> = { line: number; value: Value } | { line: number; problem: string }

/** How a file names its columns: from its header, or these if it has none. */
export type CsvColumns = string[] | ((header: string[]) => string[])

/** Lines that a value may have. One that seems to have more begins with a stray quote. */
const MAX_RECORD_LINES = 100

const UNCLOSED = 'a value begins with a quote that is not closed: remove the quote'

interface Reading {
  /**
   * The program that wrote the file quotes as it should, so that a line within a value may look like a record. Default:
   * not known; a quote that seems to be stray is a letter.
   */
  isQuotedRight?: boolean
}

/**
 * A reader of all lines after the header, in their order, without the marks of formulas that `csvOf` sets; `line` is the
 * line in the file where a record ends.
 */
export const csvReader = (
  file: Pick<FileStart, 'path' | 'encoding' | 'delimiter'>,
  columns: CsvColumns = columnNames,
  { isQuotedRight = false }: Reading = {},
) =>
  async function* (onBytes: (bytes: number) => void): AsyncGenerator<Line<CsvRecord>> {
    let names = typeof columns === 'function' ? undefined : columns
    const records = new RecordReader(linesIn(readPieces(file, onBytes)), file.delimiter, isQuotedRight)
    for (;;) {
      const found = await records.next(names?.length)
      if (found === undefined) return
      const { line, values } = found
      if (values === undefined) yield { line, problem: UNCLOSED }
      else if (names === undefined && typeof columns === 'function') names = columns(values)
      else if (values.length !== names?.length)
        yield { line, problem: 'the number of values differs from the header' }
      else
        yield {
          line,
          value: Object.fromEntries(names.map((name, index) => [name, withoutMark(values[index] ?? '')])),
        }
    }
  }

/** Takes records from lines, and looks ahead for the end of a value of several lines. */
class RecordReader {
  private readonly ahead: TextLine[] = []
  private readonly lines: AsyncIterator<TextLine, undefined>
  private readonly delimiter: Delimiter
  private readonly isQuotedRight: boolean

  constructor(lines: AsyncIterator<TextLine, undefined>, delimiter: Delimiter, isQuotedRight: boolean) {
    this.lines = lines
    this.delimiter = delimiter
    this.isQuotedRight = isQuotedRight
  }

  /** The next record that is not empty; without `values` if it begins a value that never ends. Undefined at the end. */
  async next(columns: number | undefined): Promise<{ line: number; values?: string[] } | undefined> {
    for (;;) {
      const first = await this.lineAt(0)
      this.ahead.shift()
      if (first === undefined) return undefined
      if (first.text === '') continue
      const record = splitRecord(first.text, this.delimiter)
      if (!record.isOpen) return { line: first.number, values: record.values }
      return (await this.continued(first, columns)) ?? { line: first.number }
    }
  }

  /**
   * The record whose last value goes on in the lines after `first`. Undefined if the value's quote is stray: then each of
   * these lines is a record of its own, and none is lost.
   */
  private async continued(first: TextLine, columns: number | undefined) {
    let text = first.text + first.end
    for (let index = 0; index < MAX_RECORD_LINES; index++) {
      const next = await this.lineAt(index)
      if (next === undefined) return undefined
      if (!this.isQuotedRight && isWhole(splitRecord(next.text, this.delimiter), columns)) return undefined
      const record = splitRecord(text + next.text, this.delimiter)
      text += next.text + next.end
      if (record.isOpen) continue
      if (record.hasStrayQuote || (columns !== undefined && record.values.length !== columns))
        return undefined
      this.ahead.splice(0, index + 1)
      return { line: next.number, values: record.values }
    }
    return undefined
  }

  private async lineAt(index: number): Promise<TextLine | undefined> {
    while (this.ahead.length <= index) {
      const found = await this.lines.next()
      if (found.done === true) return undefined
      this.ahead.push(found.value)
    }
    return this.ahead[index]
  }
}

/** Two values a line may have by chance. */
const EVIDENT_COLUMNS = 3

/** A line that has all columns by itself is no part of a value. */
const isWhole = ({ isOpen, values }: SplitRecord, columns = 0): boolean =>
  columns >= EVIDENT_COLUMNS && !isOpen && values.length === columns
