/** Imports files of the old collector for one mod, in chunks, and reports on each. */
import { readFile, stat } from 'node:fs/promises'
import type { z } from 'zod'
import { joinImportedVersions, uniquelyNamedVersions } from '../../db/queries/imported-versions.ts'
import type { ModpackLine } from '../../db/queries/modpacks.ts'
import { csvLines } from './csv-lines.ts'
import type { FileKind } from './file-kinds.ts'
import { newReport, refuse, skip, type FileReport } from './file-report.ts'
import { parseScrapedModpacks } from './scraped-modpacks.ts'
import {
  nameKey,
  storeDailyStats,
  storeModpackDay,
  storeModpacks,
  storeModpackStats,
  storeVersionStats,
  type Stored,
  type Target,
} from './store-rows.ts'
import { parseRecord, tableLines } from './table-lines.ts'

/** Rows held in memory at once: as many as the write door takes in one statement. */
const CHUNK_ROWS = 5_000

export interface ImportOptions {
  /** UTC day of the downloads in `curseforge_modpacks.csv`, which has no dates. */
  modpacksDate?: string | undefined
  /** Hears how much of the file was read, in bytes. */
  onProgress: (bytes: number, total: number) => void
}

interface Import {
  path: string
  target: Target
  options: ImportOptions
  report: FileReport
}

/** Imports one file. Rows that stand already are not changed, so an import may be repeated or go on after a failure. */
export async function importFile(
  target: Target,
  path: string,
  kind: FileKind,
  options: ImportOptions,
): Promise<FileReport> {
  const task: Import = { path, target, options, report: newReport(path, kind) }
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
  const date = task.options.modpacksDate
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
  const parsed = parseScrapedModpacks(await readFile(path, 'utf8'), path)
  report.read = parsed.length
  const packs: ModpackLine[] = []
  parsed.forEach((entry, index) => {
    if ('row' in entry) packs.push(entry.row)
    else refuse(report, index + 1, entry.reason, entry.found)
  })
  count(report, packs.length, await storeModpacks(target, packs))
  report.notes.push('ids in this file are not trusted: the next runs ask CurseForge for each slug')
}

/** Reads a CSV file chunk by chunk; `kind` and mod are the same for all its lines. */
async function importCsv<Row>(
  { path, report, options }: Import,
  schema: z.ZodType<Row>,
  store: (rows: Row[]) => Promise<Stored>,
): Promise<void> {
  const total = (await stat(path)).size
  let rows: Row[] = []
  const flush = async () => {
    count(report, rows.length, await store(rows))
    rows = []
  }
  let firstMod: string | undefined
  const onBytes = (bytes: number) => {
    options.onProgress(bytes, total)
  }
  for await (const line of csvLines(path, onBytes)) {
    report.read++
    if ('problem' in line) {
      refuse(report, line.line, line.problem)
      continue
    }
    // A dump of our own tables may hold several mods; put together they would be one mod with wrong counts.
    firstMod ??= line.record['mod_id']
    const parsed = parseRecord(schema, line.record)
    if ('reason' in parsed) refuse(report, line.line, parsed.reason, parsed.found)
    else if (line.record['mod_id'] !== firstMod) {
      refuse(report, line.line, "mod_id is not that of the file's first line: dump one mod into a file")
    } else rows.push(parsed.row)
    if (rows.length === CHUNK_ROWS) await flush()
  }
  if (rows.length > 0) await flush()
}

function count(report: FileReport, rows: number, { written, skipped }: Stored): void {
  let left = 0
  for (const [reason, lines] of Object.entries(skipped)) {
    skip(report, reason, lines)
    left += lines
  }
  report.written += written
  report.unchanged += rows - written - left
}
