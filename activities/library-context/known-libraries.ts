/**
 * What a night knows of the libraries and their lists. It follows what the night stores, so that a night whose rows are
 * in the spool goes on from them, and is kept on disk for one without its database.
 */
import * as z from 'zod'
import { keepKnown, lastKnown } from '../../db/last-known.ts'
import {
  knownLibraries,
  namesOf,
  newestList,
  type KnownLibrary,
  type Place,
} from '../../db/queries/library-context/libraries.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { foldCase } from '../../upstreams/github/repository-name.ts'
import { domainsOf } from './domains.ts'
import type { ActivityContext } from './activity-context.ts'

export interface Known {
  /** By `owner/name` in lower case. */
  libraries: Map<string, KnownLibrary>
  /** Which library a name leads to. */
  libraryOf: Map<string, string>
  /** The newest list of each domain, with its UTC date. */
  lists: Map<string, { date: string; places: Place[] }>
  /** Whether everything is in the database; otherwise some of it is in the spool, and nothing can be moved. */
  isStored: boolean
}

const FILE = 'libraries'
const schema = z.object({
  libraries: z.array(
    z.object({
      library: z.string(),
      name: z.string(),
      githubId: z.int().nullable(),
      stars: z.int().nullable(),
      state: z.string(),
      reason: z.string().nullable(),
      askedAt: z.coerce.date().nullable(),
    }),
  ),
  names: z.array(z.tuple([z.string(), z.string()])),
  lists: z.array(
    z.object({
      domain: z.string(),
      date: z.string(),
      places: z.array(z.object({ library: z.string(), rank: z.int(), stars: z.int().nullable() })),
    }),
  ),
})

/**
 * Reads it from the database, or while that is unavailable from the disk. Throws the database's failure if no night on
 * this machine has left it there.
 */
export async function readKnown(context: ActivityContext): Promise<Known> {
  const { db, retryBudget } = context
  const query = () => stored(context)
  const known = await lastKnown(db, retryBudget, { name: FILE, schema, query })
  return { ...byName(known), isStored: db.spool?.isDatabaseUnavailable !== true }
}

/** Reads it again, after libraries have moved in the database, which may become unavailable at any moment. */
export async function readMoved(context: ActivityContext, known: Known): Promise<void> {
  Object.assign(known, byName(await stored(context)))
  keepKnownLibraries(context, known)
}

async function stored({ db, settings }: ActivityContext): Promise<z.infer<typeof schema>> {
  const lists = []
  for (const { id } of domainsOf(settings)) {
    const list = await newestList(db, id)
    if (list !== undefined) lists.push({ domain: id, date: list.date, places: list.places })
  }
  return { libraries: await knownLibraries(db), names: [...(await namesOf(db))], lists }
}

function byName({ libraries, names, lists }: z.infer<typeof schema>): Omit<Known, 'isStored'> {
  return {
    libraries: new Map(libraries.map((one) => [one.library, one])),
    libraryOf: new Map(names),
    lists: new Map(lists.map(({ domain, ...list }) => [domain, list])),
  }
}

/** Keeps it for the next night. */
export function keepKnownLibraries({ db }: ActivityContext, { libraries, libraryOf, lists }: Known): void {
  keepKnown(db, FILE, {
    libraries: [...libraries.values()],
    names: [...libraryOf],
    lists: [...lists].map(([domain, list]) => ({ domain, ...list })),
  } satisfies z.input<typeof schema>)
}

/** The library that a name leads to. */
export function libraryBy(
  { libraries, libraryOf }: Pick<Known, 'libraries' | 'libraryOf'>,
  name: string,
): KnownLibrary | undefined {
  return libraries.get(libraryOf.get(foldCase(name)) ?? foldCase(name))
}

/** Adds rows of tonight. */
export function noteRows(
  known: Known,
  rows: readonly WritableRows['libraries'][],
  names: readonly WritableRows['library_names'][],
): void {
  for (const { library, name, state, reason = null, githubId = null, stars = null, askedAt = null } of rows)
    known.libraries.set(library, { library, name, state, reason, githubId, stars, askedAt })
  for (const { named, library } of names) known.libraryOf.set(named, library)
}
