/** Imports files by a table of the kinds that a pipeline knows: recognises all of them, then stores file after file. */
import { connectDatabase } from '../../client/connection.ts'
import type { Config } from '../../config/load-config.ts'
import { WrongUsage } from '../../core/failures.ts'
import { checkMigrated } from '../../db/migrate.ts'
import { newReport, type FileReport } from './file-report.ts'
import { fileStart, openStart, type FileStart } from '../../system/read-csv/file-start.ts'
import type { FileTask } from './import-rows.ts'
import type { ImportRequest, ImportResult } from './importer.ts'
import { noteOnUnused } from './unused-columns.ts'
import type { ImportTarget } from './write-periods.ts'

/** A restart of the database takes a few seconds; a person at the terminal should not wait longer without a word. */
const DATABASE_RETRY_BUDGET_MS = 15_000

/** Characters of an unknown file's first line that a message shows. */
const SHOWN_CHARS = 200

/** Imports one file that was recognised. */
export type FileImport<Target> = (target: Target, task: FileTask) => Promise<void>

/** A kind of file. It is recognised by one of `columns`, `recognises` and `isPath`. */
export interface ImportKind<Target> {
  /** What the report calls it. */
  name: string
  /** Columns that its header must have, in any order and among others. */
  columns?: readonly string[]
  /** In place of the columns. */
  recognises?: (file: FileStart) => boolean
  /** By its path alone; such a file is not opened, and may be a folder. */
  isPath?: (path: string) => boolean
  /** How a message describes it if columns do not. */
  expected?: string
  /** Every column that it reads. Absent if it keeps all, or its files have no header. */
  reads?: (file: FileStart) => readonly string[]
  /** Checks the file's name and start; nothing is written yet. Throws `WrongUsage` if they are not as required. */
  plan: (file: FileStart) => FileImport<Target> | Promise<FileImport<Target>>
}

/** The import of one pipeline. */
export interface PipelineImport<Target> {
  /** The run that rows name; always the same one, so that a repeated import changes nothing. */
  runId: string
  /** The kinds of files; of several that fit, the first counts. */
  kinds: readonly ImportKind<Target>[]
  /** Makes ready what all files need, after all were recognised and before anything is written. May throw `WrongUsage`. */
  open: (base: ImportTarget) => Target | Promise<Target>
  /** What the rows belong to, for the report. */
  about?: (target: Target) => Record<string, string>
  /** What is left to do after the last file. */
  finish?: (target: Target) => Promise<void>
}

/**
 * Imports the files in their order. Existing rows are not changed, so an import may be repeated or continued after a
 * failure. Throws `WrongUsage`, before anything is written, if a file is of no known kind or encoding; throws if the
 * database cannot be reached or is not migrated.
 */
export async function importFiles<Target>(
  config: Config,
  { files, onProgress }: ImportRequest,
  pipeline: PipelineImport<Target>,
): Promise<ImportResult> {
  const planned = []
  for (const path of files) {
    const { kind, file, note } = await recognise(path, pipeline)
    const notes = [
      ...(note === undefined ? [] : [note]),
      ...(kind.reads === undefined ? [] : noteOnUnused(file.columns, kind.reads(file))),
    ]
    planned.push({ path, kind, notes, run: await kind.plan(file) })
  }
  const database = connectDatabase(config)
  try {
    const { db } = database
    await checkMigrated(db)
    const retryBudget = { ms: DATABASE_RETRY_BUDGET_MS, signal: new AbortController().signal }
    const target = await pipeline.open({ db, retryBudget, runId: pipeline.runId })
    const reports: FileReport[] = []
    for (const { path, kind, notes, run } of planned) {
      const report = newReport(path, kind.name)
      report.notes.push(...notes)
      reports.push(report)
      await run(target, { path, report, onProgress: (done, total) => onProgress?.(path, done, total) })
    }
    await pipeline.finish?.(target)
    return { about: pipeline.about?.(target) ?? {}, files: reports }
  } finally {
    await database.close()
  }
}

type Recognition<Target> = Pick<PipelineImport<Target>, 'kinds'>

interface Recognised<Target> {
  kind: ImportKind<Target>
  file: FileStart
  /** What the report says of its encoding. */
  note?: string | undefined
}

/** The kind of a file, and its beginning. Throws `WrongUsage` if it cannot be read or is of no known kind. */
async function recognise<Target>(path: string, pipeline: Recognition<Target>): Promise<Recognised<Target>> {
  const kind = pipeline.kinds.find(({ isPath }) => isPath?.(path))
  if (kind !== undefined) return { kind, file: fileStart({ path, encoding: 'utf-8' }, '') }
  const { file, note } = await openFile(path)
  return { ...recogniseStart(file, pipeline), note }
}

async function openFile(path: string): ReturnType<typeof openStart> {
  try {
    return await openStart(path)
  } catch (error) {
    if (error instanceof WrongUsage) throw new WrongUsage(`${error.message} Nothing of it was imported.`)
    throw cannotRead(path, error)
  }
}

function cannotRead(path: string, error: unknown): WrongUsage {
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return new WrongUsage(`${path} cannot be read (${why}); expected a file to import.`, { cause: error })
}

/** As `recognise`, from the beginning of a file. */
export function recogniseStart<Target>(
  file: FileStart,
  { kinds }: Recognition<Target>,
): { kind: ImportKind<Target>; file: FileStart } {
  const kind = kinds.find(({ recognises, columns }) =>
    recognises === undefined
      ? columns?.every((name) => file.columns.includes(name)) === true
      : recognises(file),
  )
  if (kind !== undefined) return { kind, file }
  const expected = kinds.flatMap((known) => {
    const table =
      known.columns &&
      `CSV with commas, semicolons or tabs, with at least the columns ${known.columns.join(',')}`
    const described = known.expected ?? table
    return described === undefined ? [] : [`  ${known.name}: ${described}`]
  })
  throw new WrongUsage(
    `${file.path}: the first line is "${file.firstLine.slice(0, SHOWN_CHARS)}"; expected one of:\n${expected.join('\n')}`,
  )
}
