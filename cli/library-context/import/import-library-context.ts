/** The import of library-context: looks at all files, then stores lists, tables of stars and contexts. */
import { domainsOf } from '../../../activities/library-context/domains.ts'
import { WrongUsage } from '../../../core/failures.ts'
import type { Config } from '../../../config/load-config.ts'
import { listedLibraries } from '../../../db/queries/library-context/contexts.ts'
import type { FileReport } from '../../import/file-report.ts'
import { withDatabase } from '../../import/import-database.ts'
import { pastDay } from '../../import/line-values.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import { claimFiles, type Claimant, type GivenContext } from './context-claims.ts'
import { folderReport, noteFlags } from './context-reports.ts'
import { readGiven, type GivenFile } from './given-files.ts'
import { storeContexts } from './store-contexts.ts'
import { storeList, storeStars, type StoredList } from './store-lists.ts'

/** The run that imported rows name; always the same one, so that a repeated import changes nothing. */
const RUN_ID = 'import-library-context'

export interface LibraryContextImport {
  files: string[]
  /** UTC day (YYYY-MM-DD) of lists and tables that do not say their own. */
  date?: string | undefined
  /** Names every library of a note, not only the first. */
  verbose?: boolean | undefined
  /** The time of the import; nothing can be of a later day. */
  now?: Date
  /** Hears how many of a folder's context files were read. */
  onProgress?: ((file: string, done: number, total: number) => void) | undefined
}

/** What the steps of one import share. */
interface Import {
  config: Config
  target: ImportTarget
  now: Date
  verbose: boolean
  onProgress: NonNullable<LibraryContextImport['onProgress']>
}

/**
 * Imports the files: lists and stars in their order, contexts when all lists are there. Throws `WrongUsage`, before
 * anything is written, where a file or an argument is wrong.
 */
export async function importLibraryContext(
  config: Config,
  { files, date, verbose = false, now = new Date(), onProgress = () => undefined }: LibraryContextImport,
): Promise<{ files: FileReport[] }> {
  const today = now.toISOString().slice(0, 'YYYY-MM-DD'.length)
  if (date !== undefined && !pastDay(today).safeParse(date).success)
    throw new WrongUsage(`--date is "${date}"; expected a day such as 2025-08-12, not after today.`)
  const given = await readGiven(files, { date, today })
  return withDatabase(config, async (db, patience) => {
    const task = { config, target: { db, patience, runId: RUN_ID }, now, verbose, onProgress }
    return { files: await importGiven(task, given) }
  })
}

async function importGiven(task: Import, given: readonly GivenFile[]): Promise<FileReport[]> {
  const hasLists = given.some(({ kind }) => kind === 'list')
  const hasContexts = given.some(({ kind }) => kind === 'contexts')
  const stored = hasContexts && !hasLists ? await storedClaimants(task) : []
  const reports = new Map<GivenFile, FileReport>()
  const lists: StoredList[] = []
  for (const one of given) {
    if (one.kind === 'list') {
      const list = await storeList(task.target, one)
      if (!task.config.tracked['library-context'].domains[one.domain])
        list.report.notes.push(
          `almanac.yaml has no domain ${one.domain}: nothing is published of it until it has`,
        )
      lists.push(list)
      reports.set(one, list.report)
    } else if (one.kind === 'stars') reports.set(one, await storeStars(task.target, one))
  }
  await importContexts(task, { given, reports, lists, stored })
  return given.flatMap((one) => reports.get(one) ?? [])
}

/** Where no list is given, the context files are those of the libraries in the stored lists. */
async function storedClaimants({ config, target }: Import): Promise<Claimant[]> {
  const domains = domainsOf(config.tracked['library-context']).map(({ id }) => id)
  const listed = await listedLibraries(target.db, domains)
  if (listed.length === 0)
    throw new WrongUsage(
      'No list is stored yet whose libraries the contexts could be; give the list with them, such as astronomy-libraries.json.',
    )
  return listed.map(({ library, name }) => ({ library, names: [name], contextFiles: [], domains: [] }))
}

async function importContexts(
  { target, now, verbose, onProgress }: Import,
  {
    given,
    reports,
    lists,
    stored,
  }: {
    given: readonly GivenFile[]
    reports: Map<GivenFile, FileReport>
    lists: StoredList[]
    stored: Claimant[]
  },
): Promise<void> {
  const folders = given.filter((one) => one.kind === 'contexts')
  const files = folders.flatMap((folder) => folder.files)
  const { claimants, dayOf } = flaggedOf(lists)
  const claims = claimFiles(files, lists.length > 0 ? claimants : stored)
  const done = new Map<GivenFile, number>()
  const onFile = (file: GivenContext) => {
    const folder = folders.find((one) => one.files.includes(file))
    if (folder === undefined) return
    done.set(folder, (done.get(folder) ?? 0) + 1)
    onProgress(folder.path, done.get(folder) ?? 0, folder.files.length)
  }
  const fates = await storeContexts({ target, claims, dayOf, now, onFile })
  for (const folder of folders)
    reports.set(folder, folderReport(folder.path, folder.files, { fates, claims }))
  for (const list of lists) noteFlags(list, { fates, claims }, verbose)
}

/** The libraries of which the lists say that they have a context, each once, and the day of the newest list that says so. */
function flaggedOf(lists: readonly StoredList[]): {
  claimants: Claimant[]
  dayOf: Map<string, string>
} {
  const claimants = new Map<string, Claimant>()
  const dayOf = new Map<string, string>()
  for (const { domain, day, flagged } of lists) {
    for (const { library, name, contextFiles } of flagged) {
      const other = claimants.get(library) ?? { library, names: [], contextFiles: [], domains: [] }
      claimants.set(library, {
        library,
        names: [...new Set([...other.names, name, library])],
        contextFiles: [...new Set([...other.contextFiles, ...contextFiles])],
        domains: [...new Set([...other.domains, domain])],
      })
      const before = dayOf.get(library)
      if (before === undefined || before < day) dayOf.set(library, day)
    }
  }
  return { claimants: [...claimants.values()], dayOf }
}
