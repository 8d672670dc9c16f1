/** The files of library-context: lists of a domain, tables of stars, folders of context files. */
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import * as z from 'zod'
import { WrongUsage } from '../../../core/failures.ts'
import { repositoryIn } from '../../../upstreams/github/repository-name.ts'
import { csvReader } from '../../../system/read-csv/csv-lines.ts'
import { readText } from '../../../system/read-csv/encoding.ts'
import type { ImportKind } from '../../import/import-files.ts'
import type { FileTask } from '../../import/import-rows.ts'
import { checkDay, parseRecord, storable, whole } from '../../import/line-values.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import type { GivenContext } from './context-claims.ts'
import { parseOldList, type ListEntry } from './list-entries.ts'
import { storeList, storeStars, type StoredList } from './store-lists.ts'

/** A list of a thousand libraries has a quarter of a megabyte; what is larger is another file. */
const MAX_LIST_BYTES = 64 * 1024 * 1024
/** Largest value of the column of stars. */
const MAX_STARS = 2 ** 31 - 1

/** What was given, and what was stored of it so far. */
export interface GivenFiles {
  /** The context files by their folder, and each folder's report once its turn has come. */
  folders: ReadonlyMap<string, GivenContext[]>
  tasks: Map<string, FileTask>
  hasLists: boolean
  lists: StoredList[]
}

/** What lists and tables of stars do not say themselves. */
export interface Asked {
  /** The UTC day that the caller said. */
  date: string | undefined
  /** The UTC day of the import. */
  today: string
  /** Whether almanac.yaml has a domain. */
  isTracked: (domain: string) => boolean
}

/** The kinds. Contexts are only noted here: whose they are is known once all lists are stored. */
export const libraryKinds = (given: GivenFiles, asked: Asked): ImportKind<ImportTarget>[] => [
  {
    name: 'contexts',
    isPath: (path) => given.folders.has(path),
    expected: 'a folder of context files, or *-context.txt',
    plan: () => (_, task) => {
      given.tasks.set(task.path, task)
      return Promise.resolve()
    },
  },
  {
    name: 'list of libraries',
    recognises: ({ firstLine }) => /^[[{]/.test(firstLine),
    expected: 'JSON such as astronomy-libraries.json',
    plan: ({ path, encoding }) => {
      if (statSync(path).size > MAX_LIST_BYTES)
        throw new WrongUsage(
          `${path} is larger than 64 MB; expected a list such as astronomy-libraries.json.`,
        )
      const list = parseOldList(readText({ path, encoding }), path)
      const dated = { ...list, day: dayOfFile(path, asked, list.day) }
      given.hasLists = true
      return async (target, task) => {
        given.lists.push(await storeList(target, task, dated))
        if (!asked.isTracked(list.domain))
          task.report.notes.push(
            `almanac.yaml has no domain ${list.domain}: its list is published once the domain is added`,
          )
      }
    },
  },
  {
    name: 'stars of libraries',
    columns: ['github_url', 'stars'],
    plan: (file) => {
      const day = dayOfFile(file.path, asked)
      const rows = { read: csvReader(file), parse: (record: unknown) => parseRecord(starsLine, record) }
      return (target, task) => storeStars(target, task, { day, rows })
    },
  },
]

/** A line of a table of stars; such a table says nothing else about a library. */
export const starsLine = z
  .object({
    github_url: storable.refine((address) => repositoryIn(address) !== undefined, {
      error: 'is not an address of a repository on GitHub',
    }),
    stars: z
      .string()
      .refine((stars) => stars !== '-1', {
        error: 'are -1: the old collector could not read the page',
        abort: true,
      })
      .pipe(whole(MAX_STARS)),
  })
  .transform(({ github_url: address, stars }): ListEntry => ({
    name: repositoryIn(address) ?? address,
    stars,
    rank: null,
    hasContext: false,
    contextFile: null,
  }))

/** The UTC day of a list or a table: its own word, else what the caller says, else what its name holds. */
export function dayOfFile(path: string, { date, today }: Asked, own?: string): string {
  const day = own ?? date ?? /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/.exec(basename(path))?.[0]
  if (day === undefined)
    throw new WrongUsage(`${path} does not state its day; pass it with --date YYYY-MM-DD.`)
  checkDay(`the day of ${path}`, day, today)
  return day
}
