/** Stores lists and tables of stars in such a way that whatever was collected outranks them. */
import { DAY_MS } from '../../../core/durations.ts'
import { reason } from '../../../wording/reason.ts'
import { sentence } from '../../../wording/sentence.ts'
import { counted } from '../../../wording/text.ts'
import { rankByStars, listAnomaly } from '../../../activities/library-context/ranking.ts'
import {
  knownLibraries,
  namesOf,
  newestList,
  type Place,
} from '../../../db/queries/library-context/libraries.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { foldCase } from '../../../upstreams/github/repository-name.ts'
import type { CsvRecord } from '../../../system/read-csv/csv-lines.ts'
import type { FileReport } from '../../import/file-report.ts'
import { importRows, type FileTask, type RowImport } from '../../import/import-rows.ts'
import { entriesOf } from '../../import/json-list.ts'
import { dayOf } from '../../import/line-values.ts'
import { writeDay, type ImportTarget } from '../../import/write-periods.ts'
import { dedupe, type ListedOnce, type ListEntry, type OldList } from './list-entries.ts'

/** A stored list, and the libraries of which it says that they have a context. */
export interface StoredList {
  report: FileReport
  domain: string
  day: string
  flagged: ListedOnce[]
}

/** Stores one list as the list of its day, with the libraries' stars, in one transaction. */
export async function storeList(
  target: ImportTarget,
  task: FileTask,
  { domain, day, entries }: OldList & { day: string },
): Promise<StoredList> {
  const { report } = task
  let flagged: ListedOnce[] = []
  await importOnce(target, task, {
    read: () => entriesOf(entries),
    parse: (entry) => entry,
    store: (listed) => {
      flagged = listed.filter(({ hasContext }) => hasContext)
      return storePlaces(target, report, { domain, day, listed })
    },
  })
  return { report, domain, day, flagged }
}

/** Stores the stars of a table; a table is no list. */
export async function storeStars(
  target: ImportTarget,
  task: FileTask,
  { day, rows }: { day: string; rows: Pick<RowImport<CsvRecord, ListEntry>, 'read' | 'parse'> },
): Promise<void> {
  await importOnce(target, task, {
    ...rows,
    store: async (listed) => {
      const written = await writeDay(target, day, { libraries: await libraryRows(target, listed) })
      task.report.notes.push(
        `stars of ${day}, used until GitHub is contacted; a table of stars is not a list of a domain`,
      )
      return written
    },
  })
}

/** Imports a whole file at once, each library once, unless together they are not to be believed; `store` returns what it wrote. */
async function importOnce<Value>(
  target: ImportTarget,
  task: FileTask,
  {
    store,
    ...rows
  }: Pick<RowImport<Value, ListEntry>, 'read' | 'parse'> & {
    store: (listed: ListedOnce[]) => Promise<number>
  },
): Promise<void> {
  await importRows(task, {
    ...rows,
    chunkRows: Infinity,
    store: async (entries) => {
      const listed = dedupe(entries, await nameFinder(target))
      const skipped = { 'another entry is the same library': entries.length - listed.length }
      const anomaly = listAnomaly([], listed)
      return anomaly === undefined
        ? { written: await store(listed), skipped }
        : {
            written: 0,
            skipped,
            distrusted: {
              reason: sentence(reason('suspicious', { finding: anomaly })),
              rows: listed.length,
            },
          }
    },
  })
}

/**
 * A day has one list: the first that was stored, ours or an imported one, stays, so that a repetition changes nothing.
 * Returns how many libraries of the list were written.
 */
async function storePlaces(
  target: ImportTarget,
  report: FileReport,
  { domain, day, listed }: { domain: string; day: string; listed: ListedOnce[] },
): Promise<number> {
  const ranked = rankByStars(listed, Infinity)
  const stored = await listOf(target, domain, day)
  const places = ranked.map((place) => ({ ...place, domain, date: day }))
  const rows = {
    libraries: await libraryRows(target, listed),
    library_snapshots: stored === undefined ? places : [],
  }
  const written = await writeDay(target, day, rows)
  const rankOf = new Map(ranked.map(({ library, rank }) => [library, rank]))
  const moved = listed.filter(({ library, rank }) => rank !== null && rank !== rankOf.get(library)).length
  report.notes.push(`the list of ${domain} of ${day}: ${counted(listed.length, 'library', 'libraries')}`)
  if (moved > 0)
    report.notes.push(`ranks follow the stars: ${moved} of ${listed.length} differ from the file's`)
  if (stored !== undefined && differ(stored, ranked))
    report.notes.push(
      `${day} already had another list of ${domain}, which stays; only missing libraries were taken from this one`,
    )
  return stored === undefined ? listed.length : Math.min(written, listed.length)
}

function differ(stored: readonly Place[], ranked: readonly Place[]): boolean {
  const key = ({ library, rank, stars }: Place) => `${library} ${rank} ${stars}`
  const before = new Set(stored.map(key))
  return before.size !== ranked.length || ranked.some((place) => !before.has(key(place)))
}

async function listOf({ db }: ImportTarget, domain: string, day: string): Promise<Place[] | undefined> {
  const list = await newestList(db, domain, dayAfter(day))
  return list?.date === day ? list.places : undefined
}
const dayAfter = (day: string): string => dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS))

/** The name under which a library is known here: GitHub may have returned a newer one. */
export async function nameFinder({ db }: ImportTarget): Promise<(fullName: string) => string> {
  const libraryOf = await namesOf(db)
  return (fullName) => libraryOf.get(foldCase(fullName)) ?? foldCase(fullName)
}

/** An old file says nothing new about a library that GitHub has returned. */
async function libraryRows({ db }: ImportTarget, listed: ListedOnce[]): Promise<WritableRows['libraries'][]> {
  const known = new Map((await knownLibraries(db)).map((one) => [one.library, one]))
  return listed
    .filter(({ library }) => (known.get(library)?.askedAt ?? null) === null)
    .map(({ library, name, stars }) => {
      const unasked = { githubId: null, reason: null, pushedAt: null, sizeKb: null, askedAt: null }
      return { library, name, stars, state: 'present', ...unasked }
    })
}
