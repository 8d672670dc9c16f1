/** Paths made of names that come from outside: one that leads out of its folder is refused before anything is touched. */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../core/failures.ts'

/** Longest name that file systems take, in bytes. */
const MAX_NAME_BYTES = 255

/** What separates the steps of a path here or on Windows, and characters that belong in no name. */
const NOT_IN_A_NAME = /[/\\\p{Cc}]/u

/**
 * Returns the path of the last of `names` below `folder`, each name one step. Throws `InputInvalid` for a name that is more
 * than a name, and if a link on the way leads out of the folder. Creates nothing; neither need exist.
 */
export function insideFolder(folder: string, ...names: string[]): string {
  for (const name of names) {
    if (name === '' || name === '.' || name === '..' || NOT_IN_A_NAME.test(name))
      throw refused(name, 'is not the name of a file or folder', 'expected a single name')
    if (Buffer.byteLength(name) > MAX_NAME_BYTES)
      throw refused(name, `has ${Buffer.byteLength(name)} bytes`, `expected at most ${MAX_NAME_BYTES}`)
  }
  const path = join(folder, ...names)
  const steps = relative(resolvedPath(folder), resolvedPath(path))
  if (steps === '' || steps === '..' || steps.startsWith(`..${sep}`))
    throw refused(names.join(sep), `is a link that leads out of ${folder}`, 'remove it')
  return path
}

const refused = (name: string, found: string, remedy: string) =>
  new Failure(
    'InputInvalid',
    `${JSON.stringify(name.slice(0, 100))} ${found}; ${remedy}. Nothing was changed.`,
  )

/** The path without links, also where it does not exist yet. */
function resolvedPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  // A link to a file that is missing would be written through.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    return resolvedPath(resolve(dirname(path), readlinkSync(path)))
  return join(resolvedPath(dirname(path)), basename(path))
}
