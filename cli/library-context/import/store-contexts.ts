/** Stores the contexts of old collectors. One that was made here is never replaced by one of them. */
import { createHash } from 'node:crypto'
import { contextFile } from '../../../activities/library-context/publish.ts'
import { tokensOf } from '../../../activities/library-context/tree/budget.ts'
import { storedContexts, type StoredContext } from '../../../db/queries/library-context/contexts.ts'
import { knownLibraries } from '../../../db/queries/library-context/libraries.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { ImportTarget } from '../../import/write-periods.ts'
import type { Claims, GivenContext } from './context-claims.ts'
import { readContext, type ReadContext } from './read-context.ts'

/** What became of one file. */
export type FileOutcome =
  | 'written'
  | 'stands'
  /** Its library has a context that was made here. */
  | 'outranked'
  /** Another file of its library was taken. */
  | 'not needed'
  | 'shared'
  | 'stranger'
  | { refused: string }

/** What an import of contexts is about. */
export interface ContextImport {
  target: ImportTarget
  claims: Claims
  /** UTC day of the newest list that says that a library has a context; undefined without a list. */
  dayOf: ReadonlyMap<string, string>
  /** The time of the import: no file can have been written later. */
  now: Date
  onFile: (file: GivenContext) => void
}

/** Stores library after library; returns what became of each file. */
export async function storeContexts(task: ContextImport): Promise<Map<GivenContext, FileOutcome>> {
  const { db } = task.target
  const stored = new Map((await storedContexts(db)).map((one) => [one.library, one]))
  const nameOf = new Map((await knownLibraries(db)).map(({ library, name }) => [library, name]))
  const outcomes = new Map<GivenContext, FileOutcome>()
  for (const file of task.claims.unmatched) outcomes.set(file, 'stranger')
  for (const file of task.claims.shared.keys()) outcomes.set(file, 'shared')
  for (const [library, files] of task.claims.filesOf) {
    const name = nameOf.get(library) ?? library
    let isDone = false
    for (const file of files) {
      const outcome: FileOutcome = isDone
        ? 'not needed'
        : await storeOne(task, { library, name }, file, stored.get(library))
      isDone ||= typeof outcome === 'string'
      outcomes.set(file, outcome)
      task.onFile(file)
    }
  }
  return outcomes
}

async function storeOne(
  { target, dayOf, now }: ContextImport,
  of: { library: string; name: string },
  file: GivenContext,
  before: StoredContext | undefined,
): Promise<FileOutcome> {
  if (before !== undefined && before.engine !== 'imported') return 'outranked'
  const read = await readContext(file)
  if ('refused' in read) return read
  const day = dayOf.get(of.library)
  const seenAt = day === undefined ? earlier(read.modifiedAt, now) : new Date(`${day}T00:00:00Z`)
  const row = rowOf(of, read, earlier(read.modifiedAt, seenAt))
  if (row.hash === before?.hash) return 'stands'
  // A night that stores a context meanwhile has seen it later than this import began, so that its own wins.
  const { db, retryBudget, runId } = target
  const rows = { library_contexts: [{ ...row, leftAt: before?.leftAt ?? null }] }
  const { written } = await writeRows(db, rows, { observedAt: seenAt, runId, retryBudget })
  return written === 0 ? 'stands' : 'written'
}

/** Without a commit: a night that finds the repository makes the context anew. */
function rowOf(
  { library, name }: { library: string; name: string },
  { markdown, measures }: Exclude<ReadContext, { refused: string }>,
  madeAt: Date,
): Omit<WritableRows['library_contexts'], 'leftAt'> {
  return {
    library,
    file: contextFile(name),
    markdown,
    hash: createHash('sha256').update(markdown).digest('hex'),
    bytes: Buffer.byteLength(markdown),
    tokens: tokensOf(markdown),
    leftOut: 0,
    commit: null,
    engine: 'imported',
    mode: null,
    engineVersion: null,
    measures,
    madeAt,
  }
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)
