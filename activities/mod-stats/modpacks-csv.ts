/**
 * `data/curseforge_modpacks.csv`: written from the database alone, read back only to find packs that it does not hold.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import {
  adoptModpacks,
  allModpacks,
  onlyCurseForgeMod,
  type ModpackLine,
} from '../../db/queries/mod-stats/modpacks.ts'
import { Failure } from '../../core/failures.ts'
import { failureReason, type Reason } from '../../core/reason.ts'
import type { Run } from '../../core/run.ts'
import { reason } from '../../wording/reason.ts'
import type { ActivityContext } from './activity-context.ts'
import { writeFileAtomically } from '../../system/atomic-file.ts'
import { csvOf, withoutMark } from '../../system/csv.ts'

const FILE = 'curseforge_modpacks.csv'
const COLUMNS: (keyof ModpackLine)[] = ['id', 'name', 'slug', 'downloads', 'link']

const number = z.union([z.literal('').transform(() => null), z.coerce.number().int().nonnegative()])
const lineSchema = z.object({
  id: number,
  name: z.string(),
  slug: z.string().min(1),
  downloads: number,
  link: z.string().transform((link) => (link === '' ? null : link)),
})

/** Reads lines of that file; an invalid line is left out. Throws if the text is no CSV with its columns. */
export function parseModpacksCsv(text: string): ModpackLine[] {
  const lines: unknown[] = parse(text, {
    columns: true,
    cast: withoutMark,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
  })
  return lines.flatMap((line) => {
    const parsed = lineSchema.safeParse(line)
    return parsed.success ? [parsed.data] : []
  })
}

/**
 * Makes packs of an existing file known. The file has no mod column, so this is done only while a single mod is
 * tracked on CurseForge; `almanac import mod-stats` takes it for any mod.
 */
export async function adoptKnownModpacks(
  { db, dataDir }: Pick<ActivityContext, 'db' | 'dataDir'>,
  run: Run,
): Promise<void> {
  const path = join(dataDir, FILE)
  const modId = await onlyCurseForgeMod(db)
  if (modId === undefined || !existsSync(path)) return
  await adoptModpacks(db, modId, parseModpacksCsv(readFileSync(path, 'utf8')), run.runId)
}

/** The text of the file. */
export function modpacksCsv(lines: readonly ModpackLine[]): string {
  return csvOf([COLUMNS, ...lines.map((line) => COLUMNS.map((name) => line[name]))])
}

/** Rewrites the file from the database, atomically. Returns why it could not be written. */
export async function exportModpacks({ db, dataDir }: ActivityContext): Promise<Reason[]> {
  const text = modpacksCsv(await allModpacks(db))
  try {
    writeFileAtomically(join(dataDir, FILE), text)
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [reason('file-left', { file: FILE, reason: failureReason(error) })]
  }
}
