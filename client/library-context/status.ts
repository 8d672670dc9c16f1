/** Status of the lists and of the contexts of their libraries, from the database alone. */
import { join } from 'node:path'
import { DAY_MS } from '../../core/durations.ts'
import { publishedIn } from '../../activities/library-context/publish.ts'
import type { Config } from '../../config/load-config.ts'
import type { Database } from '../../db/database.ts'
import { newestList, type Place } from '../../db/queries/library-context/libraries.ts'
import { libraryStates, type LibraryState } from '../../db/queries/library-context/library-report.ts'
import { domainsNamed } from './domains.ts'

/** A library's place in a list, and what is known of its context. */
export interface ListedLine extends Pick<LibraryState, 'state' | 'reason' | 'context' | 'attempt'> {
  rank: number
  /** As GitHub shows it. */
  library: string
  stars: number | null
  /** In the list before; null for a library that was not in it, and in a first list. */
  starsBefore: number | null
  /** There is a list before, without this library. */
  isNew: boolean
}

export interface DomainStatus {
  domain: string
  description: string
  /** UTC date of the night that the list is of, and of the list before it. */
  date: string
  dateBefore: string | null
  /** When the list was last confirmed. */
  listedAt: Date
  /** The published list. */
  file: string
  libraries: ListedLine[]
}

/** A context of a library that is in no list any more. */
export interface KeptContext {
  library: string
  file: string
  leftAt: Date
  keptUntil: Date
}

export interface LibrariesStatus {
  domains: DomainStatus[]
  /** Domains without a list. */
  withoutList: string[]
  kept: KeptContext[]
  /** Folder of the context files. */
  contextFolder: string
}

export interface StatusOptions {
  domain?: string | undefined
  /** Only libraries without a context. */
  missingContext?: boolean | undefined
}

/** Reads the status. Throws `WrongUsage` for a domain that is not in the settings. */
export async function librariesStatus(
  db: Database,
  config: Config,
  { domain: only, missingContext = false }: StatusOptions = {},
): Promise<LibrariesStatus> {
  const domains = domainsNamed(config, only)
  const states = new Map((await libraryStates(db)).map((one) => [one.library, one]))
  const { folder, contexts: contextFolder } = publishedIn(config.dataDir)
  const found: DomainStatus[] = []
  const withoutList: string[] = []
  for (const { id, description } of domains) {
    const list = await newestList(db, id)
    if (list === undefined) {
      withoutList.push(id)
      continue
    }
    const before = await newestList(db, id, list.date)
    const lines = linesOf(list.places, before?.places, states)
    found.push({
      domain: id,
      description,
      date: list.date,
      dateBefore: before?.date ?? null,
      listedAt: list.listedAt,
      file: join(folder, `${id}-libraries.json`),
      libraries: lines.filter(({ context }) => !missingContext || context === null),
    })
  }
  // Omitted for one domain, or for libraries without a context.
  const kept = only === undefined && !missingContext ? keptContexts(states, config) : []
  return { domains: found, withoutList, kept, contextFolder }
}

function linesOf(
  places: readonly Place[],
  before: readonly Place[] | undefined,
  states: ReadonlyMap<string, LibraryState>,
): ListedLine[] {
  const starsBefore = new Map(before?.map(({ library, stars }) => [library, stars]))
  return places.map(({ library, rank, stars }) => {
    const known = states.get(library)
    return {
      rank,
      library: known?.name ?? library,
      stars,
      starsBefore: starsBefore.get(library) ?? null,
      isNew: before !== undefined && !starsBefore.has(library),
      state: known?.state ?? 'unknown',
      reason: known?.reason ?? null,
      context: known?.context ?? null,
      attempt: known?.attempt ?? null,
    }
  })
}

function keptContexts(states: ReadonlyMap<string, LibraryState>, { tracked }: Config): KeptContext[] {
  const keptMs = tracked['library-context'].keep_left_days * DAY_MS
  return [...states.values()].flatMap(({ name, context }) => {
    if (context?.leftAt == null) return []
    const { file, leftAt } = context
    return [{ library: name, file, leftAt, keptUntil: new Date(leftAt.getTime() + keptMs) }]
  })
}
