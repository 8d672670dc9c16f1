/** The files of mod-stats' old collector: its tables, and its lists of modpacks. */
import type { z } from 'zod'
import {
  joinImportedVersions,
  uniquelyNamedVersions,
} from '../../../db/queries/mod-stats/imported-versions.ts'
import { csvReader, type CsvRecord } from '../../../system/read-csv/csv-lines.ts'
import type { FileStart } from '../../../system/read-csv/file-start.ts'
import type { ImportKind } from '../../import/import-files.ts'
import { importRows, type RowImport, type Stored } from '../../import/import-rows.ts'
import { jsonReader } from '../../import/json-list.ts'
import { parseRecord } from '../../import/line-values.ts'
import { columnsOf } from '../../import/unused-columns.ts'
import { parseScrapedModpack } from './scraped-modpacks.ts'
import {
  nameKey,
  storeDailyStats,
  storeModpackDay,
  storeModpacks,
  storeModpackStats,
  storeVersionStats,
  type ModTarget,
} from './store-rows.ts'
import { tableLines } from './table-lines.ts'
import { counted } from '../../../wording/text.ts'

/** The kinds, for an import on the UTC day `today`; `date` is the day of the downloads in `curseforge_modpacks.csv`. */
export function modStatsKinds(today: string, date: string | undefined): ImportKind<ModTarget>[] {
  const linesOf = ({ notation }: FileStart) => tableLines(today, notation)
  return [
    table(
      'daily_stats',
      ['date', 'platform', 'total_downloads'],
      (file) => linesOf(file).daily_stats,
      storeDailyStats,
    ),
    {
      name: 'version_stats',
      columns: ['date', 'platform', 'version_name', 'downloads'],
      reads: (file) => readOf(linesOf(file).version_stats),
      // Ids that became known since the last import are put in before and after: the rows then meet their own.
      plan: (file) => async (target, task) => {
        const { db, modId } = target
        await joinImportedVersions(db, modId)
        const versions = await uniquelyNamedVersions(db, modId)
        const known = new Map(versions.map((version) => [nameKey(version), version]))
        await importRows(task, {
          ...ofOneMod(file, linesOf(file).version_stats),
          store: (rows) => storeVersionStats(target, rows, known),
        })
        await joinImportedVersions(db, modId)
      },
    },
    table(
      'modpack_stats',
      ['date', 'platform', 'modpack_name', 'modpack_slug', 'downloads'],
      (file) => linesOf(file).modpack_stats,
      storeModpackStats,
    ),
    {
      name: 'modpacks',
      columns: ['id', 'name', 'slug', 'downloads', 'link'],
      reads: (file) => readOf(linesOf(file).modpacks),
      plan: (file) => async (target, task) => {
        let ofDay = 0
        await importRows(task, {
          ...ofOneMod(file, linesOf(file).modpacks),
          store: async (packs) => {
            if (date !== undefined) ofDay += (await storeModpackDay(target, packs, date)).written
            return storeModpacks(target, packs)
          },
        })
        task.report.notes.push(
          date === undefined
            ? 'the packs were added; their downloads have no date and were not stored: pass it with --date YYYY-MM-DD'
            : `downloads of ${date}: ${counted(ofDay, 'row')} of modpack_stats written`,
        )
      },
    },
    {
      name: 'scraped',
      recognises: ({ firstLine }) => /^[[{]/.test(firstLine),
      expected: 'a JSON list of modpacks with name, slug and legacy_url',
      plan: (file) => async (target, task) => {
        await importRows(task, {
          read: jsonReader(file, 'a list of modpacks: [{"name": …, "slug": …, "legacy_url": …}, …]'),
          parse: parseScrapedModpack,
          store: (packs) => storeModpacks(target, packs),
        })
        task.report.notes.push(
          'ids in this file are not used: the next runs request each slug from CurseForge',
        )
      },
    },
  ]
}

/** With the column that `ofOneMod` compares. */
const readOf = (schema: z.ZodType) => [...columnsOf(schema), 'mod_id']

/** A table whose rows are stored as they come. */
const table = <Row>(
  name: string,
  columns: string[],
  schemaOf: (file: FileStart) => z.ZodType<Row>,
  store: (target: ModTarget, rows: Row[]) => Promise<Stored>,
): ImportKind<ModTarget> => ({
  name,
  columns,
  reads: (file) => readOf(schemaOf(file)),
  plan: (file) => (target, task) =>
    importRows(task, { ...ofOneMod(file, schemaOf(file)), store: (rows) => store(target, rows) }),
})

/** A dump of our own tables may hold several mods; put together they would be one mod with wrong counts. */
function ofOneMod<Row>(
  file: FileStart,
  schema: z.ZodType<Row>,
): Pick<RowImport<CsvRecord, Row>, 'read' | 'parse'> {
  let firstMod: string | undefined
  return {
    read: csvReader(file),
    parse: (record) => {
      firstMod ??= record['mod_id']
      const parsed = parseRecord(schema, record)
      return 'row' in parsed && record['mod_id'] !== firstMod
        ? { reason: "mod_id is not that of the file's first line: dump one mod into a file" }
        : parsed
    },
  }
}
