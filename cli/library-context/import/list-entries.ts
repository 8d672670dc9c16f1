/**
 * The old collector's list of a domain (`astronomy-libraries.json`): what it says of each library, and how its entries
 * become one row a library. Pure.
 */
import * as z from 'zod'
import { foldCase, FULL_NAME, repositoryIn } from '../../../upstreams/github/repository-name.ts'
import { WrongUsage } from '../../../core/failures.ts'
import { dayOf, filled, parseRecord, storable, valuesIn, type Parsed } from '../../import/line-values.ts'

/** Largest value of the column of stars. */
const MAX_STARS = 2 ** 31 - 1

/** One library as an old list describes it. */
export interface ListEntry {
  /** `owner/name` as written. */
  name: string
  stars: number
  /** Place in the old list; null if it names none. */
  rank: number | null
  /** The old collector said that there is a context file. */
  hasContext: boolean
  /** Name of that file, if it gives one. */
  contextFile: string | null
}

/** An old list, its entries in their order. */
export interface OldList {
  domain: string
  /** UTC day of `last_updated`; undefined in a file without it (none that was ever committed has it). */
  day: string | undefined
  entries: Parsed<ListEntry>[]
}

const optional = <T extends z.ZodType>(schema: T) => schema.nullish()

const entry = z
  .object(
    {
      name: optional(storable),
      github_url: optional(storable),
      stars: z.int({ error: 'are not a whole number' }).min(0, 'are below 0').max(MAX_STARS, 'are too many'),
      rank: optional(z.number()),
      hasContextFile: optional(z.boolean({ error: 'is neither true nor false' })),
      contextFileName: optional(storable),
    },
    { error: 'is not an object with name and stars' },
  )
  .transform((found, context): ListEntry => {
    const name = nameOf(found.name ?? '', found.github_url ?? '')
    if (typeof name !== 'string') {
      context.addIssue({ code: 'custom', path: ['name'], message: name.problem })
      return z.NEVER
    }
    const contextFile = found.contextFileName?.trim() ?? ''
    return {
      name,
      stars: found.stars,
      rank: found.rank ?? null,
      hasContext: found.hasContextFile ?? false,
      contextFile: contextFile === '' ? null : contextFile,
    }
  })

/** The name counts, the address only without a name; if they differ, it is unknown whose the stars are. */
function nameOf(name: string, address: string): string | { problem: string } {
  const inAddress = repositoryIn(address)
  if (!FULL_NAME.test(name))
    return inAddress ?? { problem: 'is not the owner/name of a repository on GitHub' }
  const differs = inAddress !== undefined && foldCase(inAddress) !== foldCase(name)
  return differs ? { problem: 'is not the repository of github_url' } : name
}

const list = z.object(
  {
    domain: filled.refine((name) => /^[a-z0-9][a-z0-9-]{0,40}$/.test(name), {
      error: 'is not a name in lower case',
    }),
    libraries: z.array(z.unknown(), { error: 'is not a list' }),
    last_updated: optional(valuesIn('plain').timestamp),
  },
  { error: 'is not an object' },
)

/** Reads an old list. Throws `WrongUsage` if the text is none; `file` names it. */
export function parseOldList(text: string, file: string): OldList {
  const expected = 'expected {"libraries": [{"name": …, "stars": …}, …], "domain": …}'
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new WrongUsage(`${file} is not valid JSON (${why}); ${expected}.`, { cause: error })
  }
  const parsed = parseRecord(list, json)
  if ('reason' in parsed) {
    const found = parsed.found === undefined ? '' : ` (found ${parsed.found})`
    throw new WrongUsage(`${file}: ${parsed.reason}${found}; ${expected}.`)
  }
  const { domain, libraries, last_updated: updated } = parsed.row
  return {
    domain,
    day: updated == null ? undefined : dayOf(updated),
    entries: libraries.map((candidate) => parseRecord(entry, candidate)),
  }
}

/** A library of an old list under the name by which it is known here. */
export interface ListedOnce extends Omit<ListEntry, 'contextFile'> {
  /** `owner/name` in lower case: the current one if the repository was renamed. */
  library: string
  /** The names that the list gives its context file. */
  contextFiles: string[]
}

/**
 * Each library once: entries that differ in case alone, or are an old and a new name of one repository, are one. The
 * larger number of stars is kept (the other is older), the first name with a capital letter is shown, and no flag is
 * lost.
 */
export function dedupe(entries: readonly ListEntry[], libraryOf: (fullName: string) => string): ListedOnce[] {
  const found = new Map<string, ListedOnce>()
  for (const { contextFile, ...one } of entries) {
    const library = libraryOf(one.name)
    const other = found.get(library)
    const contextFiles = [...(other?.contextFiles ?? []), ...(contextFile === null ? [] : [contextFile])]
    found.set(library, {
      library,
      name: other === undefined || other.name === foldCase(other.name) ? one.name : other.name,
      stars: Math.max(one.stars, other?.stars ?? 0),
      rank: other?.rank ?? one.rank,
      hasContext: one.hasContext || other?.hasContext === true,
      contextFiles: [...new Set(contextFiles)],
    })
  }
  return [...found.values()]
}
