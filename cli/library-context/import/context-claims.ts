/**
 * Which library a context file belongs to, by its name alone: the old collectors named them by several rules, some of
 * which leave the owner out. If two libraries could have written a file, it belongs to neither. Pure.
 */
import { foldCase } from '../../../upstreams/github/repository-name.ts'

/** A file that was given as a context. */
export interface GivenContext {
  path: string
  /** Its name, and the name of the folder that it lies in. */
  file: string
  folder: string
  /** Why it cannot be a context, if that is plain before it is read. */
  problem?: string
}

/** A library that may own a context file. */
export interface Claimant {
  /** `owner/name` in small letters: the current one. */
  library: string
  /** The names under which lists name it, each `owner/name`. */
  names: string[]
  /** Names that lists give its context file. */
  contextFiles: string[]
  domains: string[]
}

/** What became of the given files by their names. */
export interface Claims {
  /** The files of each library, the likeliest first. */
  filesOf: Map<string, GivenContext[]>
  /** Files that several libraries could have written, with these libraries. */
  shared: Map<GivenContext, string[]>
  /** Files that fit no library. */
  unmatched: GivenContext[]
}

/** Finds each file's library. Names are compared in small letters. */
export function claimFiles(files: readonly GivenContext[], claimants: readonly Claimant[]): Claims {
  const wanted = claimants.map((claimant) => ({ claimant, names: fileNames(claimant) }))
  const domains = new Set(claimants.flatMap((claimant) => claimant.domains))
  const claims: Claims = { filesOf: new Map(), shared: new Map(), unmatched: [] }
  const places = new Map<GivenContext, number>()
  for (const file of files) {
    const key = foldCase(file.file)
    const domain = domains.has(foldCase(file.folder)) ? foldCase(file.folder) : undefined
    const fitting = wanted.filter(
      ({ claimant, names }) =>
        names.includes(key) && (domain === undefined || claimant.domains.includes(domain)),
    )
    const owner = ownerOf(
      key,
      fitting.map(({ claimant }) => claimant),
    )
    const [first] = fitting
    if (first === undefined) claims.unmatched.push(file)
    else if (owner === undefined) {
      claims.shared.set(
        file,
        fitting.map(({ claimant }) => claimant.library),
      )
    } else {
      places.set(file, fitting.find(({ claimant }) => claimant === owner)?.names.indexOf(key) ?? 0)
      claims.filesOf.set(owner.library, [...(claims.filesOf.get(owner.library) ?? []), file])
    }
  }
  for (const own of claims.filesOf.values()) own.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
  return claims
}

/**
 * The only library that it fits, or of several the only one whose list says so, if the lists of the others say
 * otherwise.
 */
function ownerOf(key: string, fitting: readonly Claimant[]): Claimant | undefined {
  if (fitting.length === 1) return fitting[0]
  const named = fitting.filter(({ contextFiles }) => contextFiles.map(foldCase).includes(key))
  const silent = fitting.some(({ contextFiles }) => contextFiles.length === 0)
  return named.length === 1 && !silent ? named[0] : undefined
}

/**
 * The names that a library's file may have, the likeliest first: as a list says; ours; `{owner}-{name}`, also with dashes
 * for dots and underscores; and without the owner.
 */
function fileNames({ names, contextFiles }: Claimant): string[] {
  const stems = names.map((fullName) => {
    const [owner = '', name = ''] = foldCase(fullName).split('/')
    return { withOwner: [`${owner}__${name}`, `${owner}-${name}`, dashed(`${owner}-${name}`)], name }
  })
  const ruled = [
    ...stems.flatMap(({ withOwner }) => withOwner),
    ...stems.flatMap(({ name }) => [name, dashed(name)]),
  ]
  return [...new Set([...contextFiles.map(foldCase), ...ruled.map((stem) => `${stem}-context.txt`)])]
}

const dashed = (name: string): string => name.replaceAll(/[^a-z0-9-]/g, '-')
