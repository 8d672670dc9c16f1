/** Imports files of the old collector for one mod, in chunks, and reports on each. */
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import {
  joinImportedVersions,
  uniquelyNamedVersions,
} from '../../../db/queries/mod-stats/imported-versions.ts'
import type { ModpackLine } from '../../../db/queries/mod-stats/modpacks.ts'
import { newReport, type FileReport } from '../../import/file-report.ts'
import { importEntries, importLines, type FileImport, type Stored } from '../../import/import-lines.ts'
import { parseRecord } from '../../import/line-values.ts'
import type { FileKind } from './file-kinds.ts'
import { parseScrapedModpacks } from './scraped-modpacks.ts'
import {
  nameKey,
  storeDailyStats,
  storeModpackDay,
  storeModpacks,
  storeModpackStats,
  storeVersionStats,
  type Target,
} from './store-rows.ts'
import { tableLines } from './table-lines.ts'

export interface ImportOptions {
  /** UTC day of the downloads in `curseforge_modpacks.csv`, which has no dates. */
  modpacksDate?: string | undefined
  /** Hears how much of the file was read, in bytes. */
  onProgress: (bytes: number, total: number) => void
}

interface Import extends FileImport {
  target: Target
  modpacksDate: string | undefined
}

/** Imports one file. Rows that stand already are not changed, so an import may be repeated or go on after a failure. */
export async function importFile(
  target: Target,
  path: string,
  kind: FileKind,
  { modpacksDate, onProgress }: ImportOptions,
): Promise<FileReport> {
  const task: Import = { path, target, modpacksDate, onProgress, report: newReport(path, kind) }
  const lines = tableLines(target.today)
  switch (kind) {
    case 'daily_stats':
      await importCsv(task, lines.daily_stats, (rows) => storeDailyStats(target, rows))
      break
    case 'version_stats':
      await importVersions(task, lines.version_stats)
      break
    case 'modpack_stats':
      await importCsv(task, lines.modpack_stats, (rows) => storeModpackStats(target, rows))
      break
    case 'modpacks':
      await importModpacks(task, lines.modpacks)
      break
    case 'scraped':
      await importScraped(task)
      break
  }
  return task.report
}

/** Ids that became known since the last import are put in before and after: the rows then meet their own. */
async function importVersions(task: Import, schema: ReturnType<typeof tableLines>['version_stats']) {
  const { db, modId } = task.target
  await joinImportedVersions(db, modId)
  const known = new Map(
    (await uniquelyNamedVersions(db, modId)).map((version) => [nameKey(version), version]),
  )
  await importCsv(task, schema, (rows) => storeVersionStats(task.target, rows, known))
  await joinImportedVersions(db, modId)
}

async function importModpacks(task: Import, schema: z.ZodType<ModpackLine>) {
  const { target, report } = task
  const date = task.modpacksDate
  let ofDay = 0
  await importCsv(task, schema, async (packs) => {
    if (date !== undefined) ofDay += await storeModpackDay(target, packs, date)
    return storeModpacks(target, packs)
  })
  report.notes.push(
    date === undefined
      ? 'the packs became known; their downloads carry no date and were not stored: --date YYYY-MM-DD says of which day they are'
      : `downloads of ${date}: ${ofDay} rows of modpack_stats written`,
  )
}

async function importScraped(task: Import) {
  const { target, report, path } = task
  const packs = parseScrapedModpacks(await readFile(path, 'utf8'), path)
  await importEntries(report, packs, (rows) => storeModpacks(target, rows))
  report.notes.push('ids in this file are not trusted: the next runs ask CurseForge for each slug')
}

/** A dump of our own tables may hold several mods; put together they would be one mod with wrong counts. */
async function importCsv<Row>(
  task: Import,
  schema: z.ZodType<Row>,
  store: (rows: Row[]) => Promise<Stored>,
): Promise<void> {
  let firstMod: string | undefined
  const parse = (record: Record<string, string>) => {
    firstMod ??= record['mod_id']
    const parsed = parseRecord(schema, record)
    const ofAnother = 'row' in parsed && record['mod_id'] !== firstMod
    return ofAnother
      ? { reason: "mod_id is not that of the file's first line: dump one mod into a file" }
      : parsed
  }
  await importLines(task, { parse, store })
}
