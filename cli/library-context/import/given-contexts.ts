/** Which of the given paths are context files, alone or in folders. */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { WrongUsage } from '../../../core/failures.ts'
import type { GivenContext } from './context-claims.ts'

/** The context files of each folder, and all paths with a folder in the place of its files. */
export interface GivenPaths {
  paths: string[]
  folders: Map<string, GivenContext[]>
}

/** Finds the context files, each once. Throws `WrongUsage` if one does not exist, or a folder has none. */
export function findContexts(given: readonly string[]): GivenPaths {
  const paths: string[] = []
  const folders = new Map<string, GivenContext[]>()
  const seen = new Set<string>()
  for (const path of given) {
    const found = contextsAt(path)
    const files = found?.files.filter((file) => !seen.has(resolve(file.path))) ?? []
    for (const file of files) seen.add(resolve(file.path))
    const others = folders.get(found?.folder ?? '')
    if (found === undefined) paths.push(path)
    else if (others !== undefined) others.push(...files)
    else if (files.length > 0) {
      folders.set(found.folder, files)
      paths.push(found.folder)
    }
  }
  return { paths, folders }
}

/** The context files of a path; undefined if it is another file. */
function contextsAt(path: string): { folder: string; files: GivenContext[] } | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  const isFolder = found?.isDirectory() === true
  // A folder under the name of a file is what the old collector sometimes made instead of one.
  if (!isContextName(path)) return isFolder ? { folder: path, files: contextsIn(path) } : undefined
  if (found === undefined) throw new WrongUsage(`${path} cannot be read (ENOENT); expected a file to import.`)
  return { folder: dirname(path), files: [contextAt(path, isFolder)] }
}

const isContextName = (path: string): boolean => /\.txt$/i.test(path)

function contextAt(path: string, isFolder: boolean, isLink = false): GivenContext {
  const given = { path, file: basename(path), folder: basename(dirname(resolve(path))) }
  if (isFolder) return { ...given, problem: 'is a folder, not a file' }
  return isLink ? { ...given, problem: 'is a link; the file that it leads to counts' } : given
}

/** Text files of a folder, by name. Links are not followed: they lead to files that are given as well, or out of it. */
function contextsIn(folder: string): GivenContext[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => isContextName(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => contextAt(join(folder, entry.name), entry.isDirectory(), entry.isSymbolicLink()))
  if (files.length > 0) return files
  throw new WrongUsage(`${folder} holds no context file; expected a folder that holds *-context.txt itself.`)
}
