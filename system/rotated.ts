/** A log that is set aside under the time of its last line: which files it has become. */
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The end of its name. */
export const ROTATED = /\.\d{4}-\d\d-\d\dT\d{6}Z$/

/** Path of a log that is set aside; names sort by time. */
export const rotatedPath = (file: string, lastWritten: Date): string =>
  `${file}.${lastWritten.toISOString().slice(0, 19).replaceAll(':', '')}Z`

/** Paths of a log's older parts, newest first; none if its folder does not exist. */
export function rotatedParts(file: string): string[] {
  const name = basename(file)
  return namesIn(dirname(file))
    .filter((one) => one.replace(ROTATED, '') === name && one !== name)
    .toSorted()
    .toReversed()
    .map((one) => join(dirname(file), one))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
