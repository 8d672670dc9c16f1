/** The world's libraries: found by name as GitHub finds them, and changed in the middle of the night. */
import { listLibraries, type SimulatedLibrary } from './library-list.ts'

export type { RepositoryKind, SimulatedLibrary } from './library-list.ts'

/**
 * The libraries of a world, in the order in which they were made. Returned objects never change; request them again for
 * the current state.
 */
export interface Libraries {
  list(): SimulatedLibrary[]
  /** By full name in any case, through former names; also one that is deleted or blocked: its `state` says so. */
  byName(fullName: string): { library: SimulatedLibrary; renamed: boolean } | undefined
  byId(githubId: number): SimulatedLibrary | undefined
  /** One more push, now. Throws a RangeError for an unknown name. */
  push(fullName: string): void
  /**
   * Changes fields; under another `owner` or `name` the old full name redirects.
   * Throws a RangeError for an unknown name, and for a new one that another repository has.
   */
  change(fullName: string, fields: Partial<Omit<SimulatedLibrary, 'githubId'>>): void
}

export interface LibrariesOptions {
  seed: number
  clock: () => Date
  /** Number of additional plain repositories. Default: none. */
  extra?: number
  /** The world is these repositories with these stars, all plain, instead of the fixed ones. */
  recorded?: { stars: ReadonlyMap<string, number> }
}

/** `Owner/Name` as GitHub shows it. */
export function fullNameOf({ owner, name }: Pick<SimulatedLibrary, 'owner' | 'name'>): string {
  return `${owner}/${name}`
}

/** Makes the libraries; costs nothing until the first request. */
export function createLibraries({ seed, clock, extra = 0, recorded }: LibrariesOptions): Libraries {
  let held: Index | undefined
  const index = () =>
    (held ??= createIndex(listLibraries({ seed, extra, ...(recorded && { recordedStars: recorded.stars }) })))
  const known = (fullName: string) => {
    const found = index().byName(fullName)
    if (found === undefined) throw new RangeError(`The simulated GitHub has no repository ${fullName}.`)
    return found.library
  }
  const change: Libraries['change'] = (fullName, fields) => {
    const before = known(fullName)
    const after = { ...before, ...fields }
    const [was, is] = [fullNameOf(before), fullNameOf(after)]
    const other = index().byName(is)
    if (other !== undefined && !other.renamed && other.library.githubId !== before.githubId)
      throw new RangeError(`The simulated GitHub has a repository ${is} already.`)
    if (foldCase(was) !== foldCase(is)) after.formerNames = [...after.formerNames, was]
    index().put(after)
  }
  return {
    list: () => index().list(),
    byName: (fullName) => index().byName(fullName),
    byId: (githubId) => index().byId(githubId),
    push: (fullName) => {
      change(fullName, { pushes: known(fullName).pushes + 1, pushedAt: clock() })
    },
    change,
  }
}

type Index = Pick<Libraries, 'list' | 'byName' | 'byId'> & { put(library: SimulatedLibrary): void }

/** A name that is in use belongs to its current library. */
function createIndex(libraries: readonly SimulatedLibrary[]): Index {
  const byId = new Map<number, SimulatedLibrary>()
  const ids = new Map<string, number>()
  const formerIds = new Map<string, number>()
  const put = (library: SimulatedLibrary) => {
    const { githubId, formerNames } = library
    const before = byId.get(githubId)
    if (before !== undefined) ids.delete(foldCase(fullNameOf(before)))
    byId.set(githubId, library)
    ids.set(foldCase(fullNameOf(library)), githubId)
    for (const name of formerNames) formerIds.set(foldCase(name), githubId)
  }
  for (const library of libraries) put(library)
  const at = (id: number | undefined) => (id === undefined ? undefined : byId.get(id))
  return {
    list: () => [...byId.values()],
    byId: at,
    byName: (fullName) => {
      const library = at(ids.get(foldCase(fullName)))
      if (library !== undefined) return { library, renamed: false }
      const former = at(formerIds.get(foldCase(fullName)))
      return former && { library: former, renamed: true }
    },
    put,
  }
}

/** GitHub's names are the same in any case. */
function foldCase(fullName: string): string {
  return fullName.toLowerCase()
}
