/** Reads back a CSV file that Almanac wrote, and that a person may have saved with a spreadsheet since. */
import { Failure, WrongUsage } from '../../core/failures.ts'
import { fileFailure } from '../atomic-file.ts'
import { csvReader, type CsvRecord } from './csv-lines.ts'
import { columnNames, openStart, type FileStart } from './file-start.ts'
import type { Notation } from './notation.ts'

/** A record, how its values are written, and the line in the file where it ends. */
export interface ExportedRecord {
  line: number
  value: CsvRecord
  notation: Notation
}

/**
 * Returns the records of the file; none if it is empty. Throws `Misconfigured` if it lacks one of the columns, or if a
 * line cannot be read: who replaces the file by what was read would lose that line.
 */
export async function* exportedRecords(
  path: string,
  columns: readonly string[],
): AsyncGenerator<ExportedRecord> {
  const file = await open(path)
  if (file.firstLine === '') return
  const lacking = columns.filter((name) => !file.columns.includes(name))
  if (lacking.length > 0) throw unreadable(path, `its first line lacks ${lacking.join(', ')}`)
  for await (const line of csvReader(file, columnNames, { isQuotedRight: true })(() => undefined)) {
    if ('problem' in line) throw unreadable(path, `line ${line.line}: ${line.problem}`)
    yield { ...line, notation: file.notation }
  }
}

/** The failure of a file that is not replaced, since something in it cannot be read. */
export function unreadable(path: string, why: string): Failure {
  return new Failure(
    'Misconfigured',
    `${path} is left as it is: ${why}. Correct it or move it away, and the next run writes it.`,
  )
}

async function open(path: string): Promise<FileStart> {
  try {
    return (await openStart(path)).file
  } catch (error) {
    if (error instanceof WrongUsage) throw new Failure('Misconfigured', error.message, { cause: error })
    throw fileFailure(path, error) ?? error
  }
}
