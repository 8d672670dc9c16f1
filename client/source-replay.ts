/** The replay of one source: what it found, and the rows that it wrote. */
import type { ReplayedCall, ReplayedSource } from '../activities/replay.ts'
import { Failure } from '../core/failures.ts'
import { failureReason, type Reason } from '../core/reason.ts'
import type { RunIdentity } from '../core/run.ts'
import type { Database } from '../db/database.ts'
import type { RetryBudget } from '../db/database-retry.ts'
import { dropRejected } from '../db/queries/quarantine.ts'
import { rejectedOf, storedPayloads, storedRows, type StoredGroup } from '../db/queries/replay.ts'
import { WRITABLE_TABLES, type WritableTable } from '../db/writable-tables.ts'
import type { RawBody } from '../db/write-call.ts'
import { keptRow, writeRows } from '../db/write-rows.ts'
import type { PipelineId } from '../pipelines/index.ts'

/** A restart of the database takes a few seconds; a person who waits should not do so longer without a word. */
const DATABASE_RETRY_BUDGET_MS = 15_000

/** A source, whatever the settings of its pipeline are. */
export type AnySource = ReplayedSource<unknown>

/** What a replay found in one source. */
export interface ReplayedFigures {
  pipeline: PipelineId | null
  source: string
  /** Why it is not read again; the rest is zero then. */
  why: Reason | undefined
  responses: number
  /** Responses that could not be read, each with its reason. */
  unread: Reason[]
  /** Rows that today's parser rejects. */
  stillRejected: number
  /** Rejected rows that are read now. */
  mended: number
  tables: { table: string; rows: number; added: number; changed: number }[]
}

/** Nothing found yet. */
export const newFigures = (pipeline: PipelineId | null, source: string): ReplayedFigures => ({
  pipeline,
  source,
  why: undefined,
  responses: 0,
  unread: [],
  stillRejected: 0,
  mended: 0,
  tables: [],
})

export interface SourceOfRun {
  run: RunIdentity
  how: AnySource
  settings: unknown
  pipeline: PipelineId
  source: string
  signal: AbortSignal
}

/** The replay of one source: reads group after group, and remembers which rows there were before. */
export class SourceReplay {
  private readonly found: ReplayedFigures
  /** Rows that were read, by table and key, and whether there was one before. */
  private readonly seen = new Map<WritableTable, Map<string, { row: Row; existed: boolean }>>()
  private readonly retryBudget: RetryBudget

  private readonly db: Database
  private readonly of: SourceOfRun

  constructor(db: Database, of: SourceOfRun) {
    this.db = db
    this.of = of
    this.retryBudget = { ms: DATABASE_RETRY_BUDGET_MS, signal: of.signal }
    this.found = newFigures(of.pipeline, of.source)
  }

  async replay(group: StoredGroup): Promise<void> {
    const { how, source } = this.of
    const payloads = await storedPayloads(this.db, how.from ?? [source], group.runId)
    const rejected = await rejectedOf(this.db, source, group.runId)
    this.found.responses += payloads.length
    const calls = how.isWholeRun ? [payloads] : payloads.map((payload) => [payload])
    const mended: number[] = []
    for (const call of calls.filter(({ length }) => length > 0)) {
      const read = await this.read(call, group)
      if (read === undefined) continue
      this.found.stillRejected += read.rejected.length
      const still = new Set(read.rejected.map(({ row }) => keptRow(row).hash))
      const came = new Set(read.came.map((row) => keptRow(row).hash))
      mended.push(...rejected.filter(({ hash }) => came.has(hash) && !still.has(hash)).map(({ id }) => id))
    }
    // A row whose response is gone is read alone, if it says enough.
    if (payloads.length === 0)
      for (const { id, row, observedAt } of rejected) {
        const response = how.responseOf?.(row)
        if (response === undefined) this.found.stillRejected++
        else {
          const read = await this.read([{ ...response, source, observedAt }], group)
          if (read?.rejected.length === 0) mended.push(id)
          else this.found.stillRejected++
        }
      }
    this.found.mended += await dropRejected(this.db, { ids: mended })
  }

  /** Reads responses and writes their rows; undefined if they cannot be read. */
  private async read(payloads: readonly RawBody[], group: StoredGroup): Promise<ReplayedCall | undefined> {
    const { db, retryBudget } = this
    const { how, settings, run } = this.of
    let read: ReplayedCall | Reason
    try {
      read = await how.read({ db, settings, retryBudget }, payloads, group)
    } catch (error) {
      // A parser that refuses the whole response; anything else is a defect.
      if (!(error instanceof Failure) || error.type !== 'PayloadInvalid') throw error
      read = failureReason(error)
    }
    if ('code' in read) {
      this.found.unread.push(read)
      return undefined
    }
    const observedAt = await this.remember(read, payloads, group)
    await writeRows(db, read.rows, { observedAt, runId: run.runId, corrects: true, retryBudget })
    return read
  }

  /**
   * Returns when the rows were observed: as the run said that read them first, which was some moments after its response;
   * with the response's own time none of its rows could be corrected.
   */
  private async remember(
    { rows }: ReplayedCall,
    payloads: readonly RawBody[],
    { finishedAt }: StoredGroup,
  ): Promise<Date> {
    let observedMs = Math.max(...payloads.map(({ observedAt }) => observedAt.getTime()))
    for (const [name, list] of Object.entries(rows) as [WritableTable, Row[]][]) {
      const seen = this.seen.get(name) ?? new Map<string, { row: Row; existed: boolean }>()
      this.seen.set(name, seen)
      const stored = await storedRows(this.db, name, list)
      for (const [at, row] of list.entries()) {
        const before = stored[at]
        const key = keyOf(name, row)
        if (!seen.has(key)) seen.set(key, { row, existed: before !== undefined })
        // A pipeline has one run at a time: this row is that run's, or of an earlier replay of it.
        const isOfRun = before !== undefined && finishedAt !== undefined && before.observedAt <= finishedAt
        if (isOfRun) observedMs = Math.max(observedMs, before.observedAt.getTime())
      }
    }
    return new Date(observedMs)
  }

  async figures(): Promise<ReplayedFigures> {
    const tables: ReplayedFigures['tables'] = []
    for (const [table, seen] of this.seen) {
      const rows = [...seen.values()]
      const stored = await storedRows(
        this.db,
        table,
        rows.map(({ row }) => row),
      )
      const written = rows.filter((_, at) => stored[at]?.runId === this.of.run.runId)
      const added = written.filter(({ existed }) => !existed).length
      tables.push({ table, rows: rows.length, added, changed: written.length - added })
    }
    return { ...this.found, tables }
  }
}

type Row = Record<string, unknown>

/** The natural key of a row, as text. */
const keyOf = (name: WritableTable, row: Row): string =>
  JSON.stringify(WRITABLE_TABLES[name].key.map(({ property }) => row[property]))
