/** Stores lists and tables of stars in such a way that whatever was collected outranks them. */
import { DAY_MS } from '../../../core/durations.ts'
import { rankByStars, suspicion } from '../../../activities/library-context/ranking.ts'
import {
  knownLibraries,
  namesOf,
  newestList,
  type Place,
} from '../../../db/queries/library-context/libraries.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { folded } from '../../../upstreams/github/repository-name.ts'
import { newReport, refuse, skip, type FileReport } from '../../import/file-report.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import type { GivenFile } from './given-files.ts'
import { eachOnce, type ListedOnce, type ListEntry } from './list-entries.ts'
import { reason } from '../../../wording/reason.ts'
import { sentence } from '../../../wording/sentence.ts'

type Given<Kind extends GivenFile['kind']> = Extract<GivenFile, { kind: Kind }>

/** A stored list, and the libraries of which it says that they have a context. */
export interface StoredList {
  report: FileReport
  domain: string
  day: string
  flagged: ListedOnce[]
}

/** Why an entry is left out that says of a library what another says as well. */
const SAME_LIBRARY = 'another entry is the same library'

/** Stores one list as the list of its day, with the libraries' stars, in one transaction. */
export async function storeList(target: ImportTarget, given: Given<'list'>): Promise<StoredList> {
  const { path, domain, day } = given
  const report = newReport(path, 'list of libraries')
  report.read = given.entries.length
  const entries: ListEntry[] = []
  given.entries.forEach((parsed, index) => {
    if ('row' in parsed) entries.push(parsed.row)
    else refuse(report, index + 1, parsed.reason, parsed.found)
  })
  const listed = eachOnce(entries, await nameFinder(target))
  skip(report, SAME_LIBRARY, entries.length - listed.length)
  const doubt = suspicion([], listed)
  if (doubt !== undefined) {
    skip(report, sentence(reason('suspicious', { finding: doubt })), listed.length)
    return { report, domain, day, flagged: [] }
  }
  await storePlaces(target, report, { domain, day, listed })
  return { report, domain, day, flagged: listed.filter(({ hasContext }) => hasContext) }
}

/** A day has one list: the first that was stored, ours or an imported one, stays, so that a repetition changes nothing. */
async function storePlaces(
  target: ImportTarget,
  report: FileReport,
  { domain, day, listed }: { domain: string; day: string; listed: ListedOnce[] },
): Promise<void> {
  const ranked = rankByStars(listed, Infinity)
  const stored = await listOf(target, domain, day)
  const places = ranked.map((place) => ({ ...place, domain, date: day }))
  const rows = {
    libraries: await libraryRows(target, listed),
    library_snapshots: stored === undefined ? places : [],
  }
  const written = await store(target, rows, day)
  report.written = stored === undefined ? listed.length : Math.min(written, listed.length)
  report.unchanged = listed.length - report.written
  const rankOf = new Map(ranked.map(({ library, rank }) => [library, rank]))
  const moved = listed.filter(({ library, rank }) => rank !== null && rank !== rankOf.get(library)).length
  report.notes.push(`the list of ${domain} of ${day}: ${listed.length} libraries`)
  if (moved > 0)
    report.notes.push(`ranks follow the stars: ${moved} of ${listed.length} differ from the file's`)
  if (stored !== undefined && differ(stored, ranked))
    report.notes.push(
      `${day} already had another list of ${domain}, which stays; of this one only what was missing was taken`,
    )
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
const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length)

/** Stores the stars of a table; a table is no list. */
export async function storeStars(target: ImportTarget, given: Given<'stars'>): Promise<FileReport> {
  const { path, day, lines } = given
  const report = newReport(path, 'stars of libraries')
  report.read = lines.length
  const entries: ListEntry[] = []
  for (const { line, parsed } of lines) {
    if ('row' in parsed) entries.push({ ...parsed.row, rank: null, hasContext: false, contextFile: null })
    else refuse(report, line, parsed.reason, parsed.found)
  }
  const listed = eachOnce(entries, await nameFinder(target))
  skip(report, SAME_LIBRARY, entries.length - listed.length)
  const doubt = suspicion([], listed)
  if (doubt !== undefined) {
    skip(report, sentence(reason('suspicious', { finding: doubt })), listed.length)
    return report
  }
  report.written = await store(target, { libraries: await libraryRows(target, listed) }, day)
  report.unchanged = listed.length - report.written
  report.notes.push(
    `stars of ${day}, which count until GitHub is asked; a table of stars is no list of a domain`,
  )
  return report
}

/** Under which name a library is known here: GitHub may have told that it has another one now. */
export async function nameFinder({ db }: ImportTarget): Promise<(fullName: string) => string> {
  const libraryOf = await namesOf(db)
  return (fullName) => libraryOf.get(folded(fullName)) ?? folded(fullName)
}

/** Of a library that GitHub has told of, an old file says nothing new. */
async function libraryRows({ db }: ImportTarget, listed: ListedOnce[]): Promise<WritableRows['libraries'][]> {
  const known = new Map((await knownLibraries(db)).map((one) => [one.library, one]))
  return listed
    .filter(({ library }) => (known.get(library)?.askedAt ?? null) === null)
    .map(({ library, name, stars }) => {
      const untold = { githubId: null, reason: null, pushedAt: null, sizeKb: null, askedAt: null }
      return { library, name, stars, state: 'present', ...untold }
    })
}

/** Rows of a day count as seen when it began: what was collected on it outranks them. */
async function store(
  { db, patience, runId }: ImportTarget,
  rows: { libraries: WritableRows['libraries'][]; library_snapshots?: WritableRows['library_snapshots'][] },
  day: string,
): Promise<number> {
  const { written } = await writeRows(db, rows, { observedAt: new Date(`${day}T00:00:00Z`), runId, patience })
  return written
}
