/** Reads the text of a settings file. */
import { readFileSync } from 'node:fs'
import { Failure } from '../core/failures.ts'

/** Throws `Misconfigured` if it is no file, or belongs to another user. */
export function settingsText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new Failure(
      'Misconfigured',
      `${file} cannot be read (${code}); expected a file that this user may read.`,
      { cause: error },
    )
  }
}
