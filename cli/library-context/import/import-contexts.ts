/** Imports the contexts, when all lists are stored that say whose they are. */
import { domainsOf } from '../../../activities/library-context/domains.ts'
import type { Config } from '../../../config/load-config.ts'
import { WrongUsage } from '../../../core/failures.ts'
import { listedLibraries } from '../../../db/queries/library-context/contexts.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import { claimFiles, type Claimant, type GivenContext } from './context-claims.ts'
import { noteFlags, reportFolder } from './context-reports.ts'
import type { GivenFiles } from './kinds.ts'
import { storeContexts } from './store-contexts.ts'
import type { StoredList } from './store-lists.ts'

/** Without a list, the context files are those of the libraries in the stored lists. */
export async function storedClaimants(config: Config, { db }: ImportTarget): Promise<Claimant[]> {
  const domains = domainsOf(config.tracked['library-context']).map(({ id }) => id)
  const listed = await listedLibraries(db, domains)
  if (listed.length === 0)
    throw new WrongUsage(
      'No list is stored yet that the contexts could belong to; pass the list with them, such as astronomy-libraries.json.',
    )
  return listed.map(({ library, name }) => ({ library, names: [name], contextFiles: [], domains: [] }))
}

/** Stores the contexts of the given folders, and adds them to the reports of folders and lists. */
export async function importContexts(
  target: ImportTarget,
  { folders, tasks, lists }: GivenFiles,
  { stored, now, verbose }: { stored: Claimant[]; now: Date; verbose: boolean },
): Promise<void> {
  const { claimants, dayOf } = flaggedOf(lists)
  const claims = claimFiles([...folders.values()].flat(), lists.length > 0 ? claimants : stored)
  const done = new Map<string, number>()
  const onFile = (file: GivenContext) => {
    for (const [folder, files] of folders) {
      if (!files.includes(file)) continue
      done.set(folder, (done.get(folder) ?? 0) + 1)
      tasks.get(folder)?.onProgress(done.get(folder) ?? 0, files.length)
    }
  }
  const outcomes = await storeContexts({ target, claims, dayOf, now, onFile })
  for (const [folder, { report }] of tasks)
    reportFolder(report, folders.get(folder) ?? [], { outcomes, claims })
  for (const list of lists) noteFlags(list, { outcomes, claims }, verbose)
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
