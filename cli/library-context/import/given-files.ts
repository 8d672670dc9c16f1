/** What the given files are: lists, tables of stars, context files. All are read and checked before anything is stored. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { repositoryIn } from '../../../upstreams/github/repository-name.ts'
import { WrongUsage } from '../../../core/failures.ts'
import { columnNames, headerOf, readHead } from '../../import/csv-head.ts'
import { csvLines } from '../../import/csv-lines.ts'
import { parseRecord, pastDay, storable, whole, type Parsed } from '../../import/line-values.ts'
import type { GivenContext } from './context-claims.ts'
import { parseOldList, type OldList } from './list-entries.ts'

/** A list of a thousand libraries has a quarter of a megabyte; what is larger is another file. */
const MOST_LIST_BYTES = 64 * 1024 * 1024
/** Largest value of the column of stars. */
const MAX_STARS = 2 ** 31 - 1

/** One library's stars in a table. */
export interface StarsLine {
  name: string
  stars: number
}

/** The given files, by kind. */
export type GivenFile =
  | (Omit<OldList, 'day'> & { kind: 'list'; path: string; day: string })
  | { kind: 'stars'; path: string; day: string; lines: { line: number; parsed: Parsed<StarsLine> }[] }
  | { kind: 'contexts'; path: string; files: GivenContext[] }

/** What says of which day a list or a table is. `date` is what the caller said; `today` a UTC day. */
export interface Days {
  date: string | undefined
  today: string
}

/** Recognises and reads all files; context files of one folder become one. Throws `WrongUsage` where one is none of ours. */
export async function readGiven(paths: readonly string[], days: Days): Promise<GivenFile[]> {
  const given: GivenFile[] = []
  const seen = new Set<string>()
  for (const path of paths) {
    const one = await read(path, days)
    if (one.kind !== 'contexts') {
      given.push(one)
      continue
    }
    const files = one.files.filter((file) => !seen.has(resolve(file.path)))
    for (const file of files) seen.add(resolve(file.path))
    const folder = given.find((other) => other.kind === 'contexts' && other.path === one.path)
    if (folder?.kind === 'contexts') folder.files.push(...files)
    else if (files.length > 0) given.push({ ...one, files })
  }
  return given
}

async function read(path: string, days: Days): Promise<GivenFile> {
  const found = statSync(path, { throwIfNoEntry: false })
  // A folder under the name of a file is what the old collector sometimes made instead of one.
  if (isContextName(path)) {
    if (found === undefined)
      throw new WrongUsage(`${path} cannot be read (ENOENT); expected a file to import.`)
    return { kind: 'contexts', path: dirname(path), files: [contextAt(path, found.isDirectory())] }
  }
  if (found?.isDirectory() === true) return { kind: 'contexts', path, files: contextsIn(path) }
  const head = readHead(path)
  if (/^\uFEFF?\s*[[{]/.test(head)) return readList(path, days)
  const columns = columnNames(headerOf(head))
  if (columns.includes('github_url') && columns.includes('stars')) return readStars(path, days)
  const line = /^\uFEFF?\s*([^\r\n]*)/.exec(head)?.[1] ?? ''
  throw new WrongUsage(
    `${path}: the first line is "${line.slice(0, SHOWN_CHARS)}"; expected a list such as astronomy-libraries.json, a table with` +
      ' the columns library_name,github_url,stars or github_url,stars, a folder of context files, or *-context.txt.',
  )
}

/** Letters of a wrong first line that a message shows. */
const SHOWN_CHARS = 200

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

function readList(path: string, days: Days): GivenFile {
  if (statSync(path).size > MOST_LIST_BYTES)
    throw new WrongUsage(`${path} is larger than 64 MB; expected a list such as astronomy-libraries.json.`)
  const list = parseOldList(readFileSync(path, 'utf8'), path)
  return { kind: 'list', path, ...list, day: dayOf(path, days, list.day) }
}

async function readStars(path: string, days: Days): Promise<GivenFile> {
  const day = dayOf(path, days)
  const lines: { line: number; parsed: Parsed<StarsLine> }[] = []
  for await (const line of csvLines(path, () => undefined)) {
    const parsed = 'problem' in line ? { reason: line.problem } : parseRecord(starsLine, line.record)
    lines.push({ line: line.line, parsed })
  }
  return { kind: 'stars', path, day, lines: lines.toSorted((a, b) => a.line - b.line) }
}

const starsLine = z
  .object({
    github_url: storable.refine((address) => repositoryIn(address) !== undefined, {
      error: 'is no address of a repository on GitHub',
    }),
    stars: z
      .string()
      .refine((stars) => stars !== '-1', {
        error: 'are -1: the old collector could not read the page',
        abort: true,
      })
      .pipe(whole(MAX_STARS)),
  })
  .transform(({ github_url: address, stars }): StarsLine => ({
    name: repositoryIn(address) ?? address,
    stars,
  }))

/** The UTC day of a list or a table: its own word, else what the caller says, else what its name holds. */
function dayOf(path: string, { date, today }: Days, own?: string): string {
  const day = own ?? date ?? /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/.exec(basename(path))?.[0]
  if (day === undefined)
    throw new WrongUsage(`${path} does not say of which day it is; say it with --date YYYY-MM-DD.`)
  if (pastDay(today).safeParse(day).success) return day
  throw new WrongUsage(`${path} is of the day "${day}"; expected one such as 2025-08-12, not after today.`)
}
