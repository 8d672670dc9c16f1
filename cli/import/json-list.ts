/** Reads a JSON file that holds a list. */
import { Failure } from '../../core/failures.ts'
import { readText, type EncodedFile } from '../../system/read-csv/encoding.ts'
import type { Line } from '../../system/read-csv/csv-lines.ts'

/** A reader of a list's entries. It throws `PayloadInvalid` if the file holds none; `expected` describes the list. */
export const jsonReader = (file: EncodedFile, expected: string) => (): Line<unknown>[] =>
  entriesOf(parseJsonList(readText(file), file.path, expected))

/** Entries with their positions, from 1. */
export const entriesOf = <Value>(list: readonly Value[]): Line<Value>[] =>
  list.map((value, index) => ({ line: index + 1, value }))

/** The list in a file's text. Throws `PayloadInvalid` if it is none; `file` names it, `expected` describes it. */
export function parseJsonList(text: string, file: string, expected: string): unknown[] {
  let list: unknown
  try {
    list = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new Failure('PayloadInvalid', `${file} is not valid JSON (${why}); expected ${expected}.`, {
      cause: error,
    })
  }
  if (!Array.isArray(list)) {
    throw new Failure('PayloadInvalid', `${file} holds JSON that is not a list; expected ${expected}.`)
  }
  return list
}
