/** Reads a JSON file that holds a list. */
import { Failure } from '../../core/failures.ts'

/** The list in a file's text. Throws `PayloadInvalid` where it is none; `file` names it, `expected` describes it. */
export function parseJsonList(text: string, file: string, expected: string): unknown[] {
  let list: unknown
  try {
    list = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new Failure('PayloadInvalid', `${file} is no valid JSON (${why}); expected ${expected}.`, {
      cause: error,
    })
  }
  if (!Array.isArray(list)) {
    throw new Failure('PayloadInvalid', `${file} holds JSON that is no list; expected ${expected}.`)
  }
  return list
}
