/** Stores the parsed rows of old tables for one mod, through the writer. */
import {
  heldVersions,
  isSynthetic,
  syntheticVersionId,
  type UniquelyNamedVersion,
} from '../../../db/queries/mod-stats/imported-versions.ts'
import { adoptModpacks, type ModpackLine } from '../../../db/queries/mod-stats/modpacks.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import type { Stored } from '../../import/import-rows.ts'
import { writePeriods, type ImportTarget } from '../../import/write-periods.ts'
import type { TableRow } from './table-lines.ts'

/** Target of the rows, their mod, and the UTC day of the import. */
export interface ModTarget extends ImportTarget {
  modId: number
  today: string
}

type Dated = 'daily_stats' | 'version_stats' | 'modpack_stats'

/** One day's totals a row. */
export const storeDailyStats = (target: ModTarget, rows: TableRow<'daily_stats'>[]): Promise<Stored> =>
  writeDays(target, 'daily_stats', rows)

/**
 * One version a row. `known` are the versions that a name is enough to recognise; any other gets an id made from its
 * name, and is left out on days whose versions are there, or are still to come, under the platform's own ids.
 */
export async function storeVersionStats(
  target: ModTarget,
  rows: TableRow<'version_stats'>[],
  known: Map<string, UniquelyNamedVersion>,
): Promise<Stored> {
  const identified = rows.map((row) => ({ ...row, versionId: ownId(row.versionId) ?? knownId(row, known) }))
  const nameless = identified.filter((row) => row.versionId === null)
  const held = await heldVersions(target.db, target.modId, nameless)
  const toCome = nameless.filter((row) => !held.has(row) && row.date === target.today)
  const left = new Set([...held, ...toCome])
  const kept = identified
    .filter((row) => !left.has(row))
    .map((row) => ({ ...row, versionId: row.versionId ?? syntheticVersionId(target.modId, row.versionName) }))
  return {
    ...(await writeDays(target, 'version_stats', kept)),
    skipped: {
      'the day already holds a version of that name': held.size,
      'versions of today are collected by the run of today': toCome.length,
    },
  }
}

/** One modpack a row; packs that are not known yet become known. */
export async function storeModpackStats(
  target: ModTarget,
  rows: TableRow<'modpack_stats'>[],
): Promise<Stored> {
  const packs = new Map(
    rows
      .filter((row) => row.platform === 'curseforge')
      .map((row): [string, ModpackLine] => [
        row.modpackSlug,
        { id: null, name: row.modpackName, slug: row.modpackSlug, downloads: null, link: null },
      ]),
  )
  await storeModpacks(target, [...packs.values()])
  return writeDays(target, 'modpack_stats', rows)
}

/** Makes modpacks known; `written` are those that were new or lacked their id. */
export async function storeModpacks({ db, modId, runId }: ModTarget, packs: ModpackLine[]): Promise<Stored> {
  return { written: await adoptModpacks(db, modId, packs, runId) }
}

/** Stores the downloads of a list of modpacks as those of one day. */
export async function storeModpackDay(
  target: ModTarget,
  packs: ModpackLine[],
  date: string,
): Promise<Stored> {
  const rows = packs.flatMap(({ name, slug, downloads }) =>
    downloads === null
      ? []
      : [{ date, platform: 'curseforge', modpackName: name, modpackSlug: slug, downloads, followers: null }],
  )
  return writeDays(target, 'modpack_stats', rows)
}

/** A snapshot is seen when its day began, at the earliest. */
const writeDays = <Table extends Dated>(
  target: ModTarget,
  table: Table,
  rows: Omit<WritableRows[Table], 'modId'>[],
): Promise<Stored> =>
  writePeriods(
    target,
    rows,
    ({ date }) => date,
    (ofDay) => ({
      [table]: ofDay.map((row) => ({ ...row, modId: target.modId })),
    }),
  )

/** The id that a dump of our own table holds, unless it was made from a name, too. */
function ownId(versionId: string | null): string | null {
  return versionId === null || isSynthetic(versionId) ? null : versionId
}

/** Key of `known`; no platform's name holds a NUL. */
export const nameKey = (version: { platform: string; versionName: string }): string =>
  `${version.platform}\u0000${version.versionName}`

function knownId(row: TableRow<'version_stats'>, known: Map<string, UniquelyNamedVersion>): string | null {
  const match = known.get(nameKey(row))
  const fits = row.versionNumber === null || match?.numbers.includes(row.versionNumber)
  return match !== undefined && fits === true ? match.versionId : null
}
