/** `data/curseforge_modpacks.csv`: the packs of the database, and those of an older file that it does not hold. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
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
import { csvOf } from '../../system/csv.ts'
import { exportedRecords, unreadable } from '../../system/read-csv/exported-file.ts'
import { NOTHING, wholeIn } from '../../system/read-csv/numbers.ts'

const FILE = 'curseforge_modpacks.csv'
const COLUMNS: (keyof ModpackLine)[] = ['id', 'name', 'slug', 'downloads', 'link']

const number = z.string().transform((text, context) => {
  if (NOTHING.test(text.trim())) return null
  const value = wholeIn(text)
  if (value !== undefined && value >= 0) return value
  context.addIssue({ code: 'custom', message: 'is not a whole number with all its digits' })
  return z.NEVER
})
const lineSchema = z
  .object({
    id: number,
    name: z.string(),
    slug: z.string().min(1, 'is empty'),
    downloads: number,
    link: z.string().transform((link) => (link === '' ? null : link)),
  })
  .transform((pack) => ({ ...pack, name: pack.name === '' ? pack.slug : pack.name }))

/**
 * Returns the packs of the file; none without a file. Throws `Misconfigured` if something in it cannot be read.
 */
export async function readModpacksCsv(dataDir: string): Promise<ModpackLine[]> {
  const path = join(dataDir, FILE)
  const packs: ModpackLine[] = []
  if (!existsSync(path)) return packs
  for await (const { line, value } of exportedRecords(path, COLUMNS)) {
    const parsed = lineSchema.safeParse(value)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw unreadable(path, `line ${line}: ${String(issue?.path[0])} ${issue?.message}`)
    }
    packs.push(parsed.data)
  }
  return packs
}

/**
 * Makes packs of an existing file known. The file has no mod column, so this is done only while a single mod is
 * tracked on CurseForge; `almanac import mod-stats` takes it for any mod. Of a file that cannot be read none is known:
 * `exportModpacks` says why, and does not replace it.
 */
export async function adoptKnownModpacks(
  { db, dataDir }: Pick<ActivityContext, 'db' | 'dataDir'>,
  run: Run,
): Promise<void> {
  const modId = await onlyCurseForgeMod(db)
  if (modId === undefined) return
  const packs = await readModpacksCsv(dataDir).catch(noneOfUnreadable)
  if (packs.length > 0) await adoptModpacks(db, modId, packs, run.runId)
}

function noneOfUnreadable(error: unknown): ModpackLine[] {
  if (error instanceof Failure) return []
  throw error
}

/** The text of the file. */
export function modpacksCsv(lines: readonly ModpackLine[]): string {
  return csvOf([COLUMNS, ...lines.map((line) => COLUMNS.map((name) => line[name]))])
}

/**
 * Rewrites the file from the database, atomically; lines of packs that the database does not hold stay as they are.
 * Returns why it was not written: it could not be, or something in it cannot be read and would be lost.
 */
export async function exportModpacks({
  db,
  dataDir,
}: Pick<ActivityContext, 'db' | 'dataDir'>): Promise<Reason[]> {
  const stored = await allModpacks(db)
  const ids = new Set(stored.map(({ id }) => id))
  const slugs = new Set(stored.map(({ slug }) => slug))
  try {
    const others = (await readModpacksCsv(dataDir)).filter(
      ({ id, slug }) => !slugs.has(slug) && (id === null || !ids.has(id)),
    )
    writeFileAtomically(join(dataDir, FILE), modpacksCsv([...stored, ...others]))
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [reason('file-left', { file: FILE, reason: failureReason(error) })]
  }
}
