/** Stores the parsed rows of old tables for one mod, through the write door. */
import type { Database } from '../../../db/database.ts'
import type { Patience } from '../../../db/patience.ts'
import {
  heldVersions,
  isSynthetic,
  syntheticVersionId,
  type UniquelyNamedVersion,
} from '../../../db/queries/mod-stats/imported-versions.ts'
import { adoptModpacks, type ModpackLine } from '../../../db/queries/mod-stats/modpacks.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import type { Stored } from '../../import/import-lines.ts'
import { writePeriods } from '../../import/write-periods.ts'
import type { TableRow } from './table-lines.ts'

/** The run that imported rows name; always the same one, so that a repeated import changes nothing. */
const RUN_ID = 'import-mod-stats'

/** Whose rows they are, where they go, and the UTC day of the import. */
export interface Target {
  db: Database
  modId: number
  today: string
  patience: Patience
}

type Dated = 'daily_stats' | 'version_stats' | 'modpack_stats'

/** One day's totals a row. */
export async function storeDailyStats(target: Target, rows: TableRow<'daily_stats'>[]): Promise<Stored> {
  return { written: await writeDays(target, 'daily_stats', rows.map(ofMod(target))), skipped: {} }
}

/**
 * One version a row. `known` are the versions that a name is enough to recognise; any other gets an id made from its
 * name, and is left out on days whose versions are there, or are still to come, under the platform's own ids.
 */
export async function storeVersionStats(
  target: Target,
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
    written: await writeDays(target, 'version_stats', kept.map(ofMod(target))),
    skipped: {
      'the day already holds a version of that name': held.size,
      "today's versions come with today's run": toCome.length,
    },
  }
}

/** One modpack a row; packs that are not known yet become known. */
export async function storeModpackStats(target: Target, rows: TableRow<'modpack_stats'>[]): Promise<Stored> {
  const packs = new Map(
    rows
      .filter((row) => row.platform === 'curseforge')
      .map((row): [string, ModpackLine] => [
        row.modpackSlug,
        { id: null, name: row.modpackName, slug: row.modpackSlug, downloads: null, link: null },
      ]),
  )
  await adoptModpacks(target.db, target.modId, [...packs.values()], RUN_ID)
  return { written: await writeDays(target, 'modpack_stats', rows.map(ofMod(target))), skipped: {} }
}

/** Makes modpacks known; answers how many were new or lacked their id. */
export async function storeModpacks(target: Target, packs: ModpackLine[]): Promise<Stored> {
  return { written: await adoptModpacks(target.db, target.modId, packs, RUN_ID), skipped: {} }
}

/** Stores the downloads of a list of modpacks as those of one day; answers how many rows changed. */
export async function storeModpackDay(target: Target, packs: ModpackLine[], date: string): Promise<number> {
  const rows = packs.flatMap(({ name, slug, downloads }) =>
    downloads === null
      ? []
      : [{ date, platform: 'curseforge', modpackName: name, modpackSlug: slug, downloads, followers: null }],
  )
  return writeDays(target, 'modpack_stats', rows.map(ofMod(target)))
}

const ofMod =
  ({ modId }: Target) =>
  <Row extends object>(row: Row) => ({ ...row, modId })

/** A snapshot is seen when its day began, at the earliest. */
const writeDays = <Table extends Dated>(
  { db, patience }: Target,
  table: Table,
  rows: WritableRows[Table][],
): Promise<number> => writePeriods({ db, patience, runId: RUN_ID }, table, rows, ({ date }) => date)

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
