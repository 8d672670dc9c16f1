/**
 * Reads stored responses again with today's parsers, and writes what they give as a run does.
 *
 * No upstream is asked. A row keeps the time at which it was observed, so what was observed later stays. Without `write`
 * the same is done in a transaction that is rolled back.
 */
import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import type { Replay, ReplayedCall, ReplayedSource } from '../activities/replay.ts'
import { REPLAYS } from '../activities/replays.ts'
import type { Config } from '../config/load-config.ts'
import { Failure } from '../core/failures.ts'
import { failureReason, type Reason } from '../core/reason.ts'
import type { RunIdentity } from '../core/run.ts'
import { NOTHING, outcomeOf, type RunCounts } from '../core/run-outcome.ts'
import type { Database, DatabaseHandle } from '../db/database.ts'
import type { RetryBudget } from '../db/database-retry.ts'
import { dropRejected } from '../db/queries/quarantine.ts'
import {
  rejectedOf,
  storedGroups,
  storedPayloads,
  storedRows,
  storedSources,
  type StoredGroup,
} from '../db/queries/replay.ts'
import { closeRun } from '../db/queries/runs.ts'
import { rolledBack } from '../db/rolled-back.ts'
import { WRITABLE_TABLES, type WritableTable } from '../db/writable-tables.ts'
import type { RawBody } from '../db/write-call.ts'
import { keptRow, writeRows } from '../db/write-rows.ts'
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'
import { reason } from '../wording/reason.ts'
import { CannotReach } from './cannot-reach.ts'
import { startRecomputeRuns } from './derive-runs.ts'

/** A restart of the database takes a few seconds; a person who waits should not do so longer without a word. */
const DATABASE_RETRY_BUDGET_MS = 15_000

export interface ReplayRequest {
  /** Default: all of them. */
  source?: string | undefined
  since?: Date | undefined
  write: boolean
  /** Ends it between two runs of the past. */
  signal?: AbortSignal | undefined
}

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

export interface Replayed {
  sources: ReplayedFigures[]
  /** Runs that are recorded, one for each pipeline with something to write. */
  runs: RunIdentity[]
}

/** What becomes of rows that are derived from those that a replay wrote. */
export interface Recomputed {
  /** Workflow ids of the runs that compute them. */
  started: string[]
  /** Pipelines whose run could not be started, since Temporal cannot be reached. */
  left: PipelineId[]
}

/** Starts the runs that recompute from what was written; `temporal` makes calls to the server. */
export async function recompute(
  { sources }: Replayed,
  temporal: (start: (client: Client) => Promise<string[]>) => Promise<string[]>,
): Promise<Recomputed> {
  const changed = sources.filter(({ tables }) => tables.some(({ added, changed }) => added + changed > 0))
  const ids = [...new Set(changed.flatMap(({ pipeline }) => pipeline ?? []))]
  if (ids.length === 0) return { started: [], left: [] }
  try {
    return { started: await temporal((client) => startRecomputeRuns(client, ids)), left: [] }
  } catch (error) {
    if (!(error instanceof CannotReach)) throw error
    return { started: [], left: ids }
  }
}

type AnySource = ReplayedSource<unknown>

/** Throws if the database is unavailable; what was written until then stays, and its run is recorded as interrupted. */
export async function replayStored(
  database: Pick<DatabaseHandle, 'db' | 'pool'>,
  config: Config,
  request: ReplayRequest,
): Promise<Replayed> {
  if (request.write) return replayInto(database.db, config, request)
  return rolledBack(database, (db) => replayInto(db, config, request))
}

async function replayInto(db: Database, config: Config, request: ReplayRequest): Promise<Replayed> {
  const replayed: Replayed = { sources: [], runs: [] }
  const stored = new Set(await storedSources(db))
  const all = await allSources()
  const isWanted = wantedBy(request.source, all)
  for (const { id } of PIPELINES) {
    const readable: (readonly [string, AnySource])[] = []
    for (const { source, how } of all.filter((one) => one.id === id && isWanted(one))) {
      if (!('code' in how)) readable.push([source, how])
      else if (stored.has(source)) replayed.sources.push({ ...newFigures(id, source), why: how })
    }
    if (readable.length > 0) await replayPipeline(db, config, request, { id, readable, replayed })
  }
  const known = new Set(all.flatMap(namesOf))
  for (const source of stored)
    if ((request.source === undefined || request.source === source) && !known.has(source))
      replayed.sources.push({ ...newFigures(null, source), why: reason('replay-nobody') })
  return replayed
}

/** A source of a pipeline, and how it is read again, or why it is not. */
interface NamedSource {
  id: PipelineId
  source: string
  how: AnySource | Reason
}

async function allSources(): Promise<NamedSource[]> {
  const all: NamedSource[] = []
  for (const { id } of PIPELINES) {
    const { replay = {} } = (await REPLAYS[id]?.()) ?? {}
    for (const [source, how] of Object.entries(replay as Replay<unknown>)) all.push({ id, source, how })
  }
  return all
}

/** The names under which something of a source is stored: its own, and those of its responses. */
const namesOf = ({ source, how }: NamedSource): string[] =>
  'code' in how ? [source] : [source, ...(how.from ?? [])]

/** Whether a source is asked for: all are, or it has the name, or its responses have one that is no source's. */
function wantedBy(name: string | undefined, all: readonly NamedSource[]): (one: NamedSource) => boolean {
  if (name === undefined) return () => true
  const isSource = all.some(({ source }) => source === name)
  return (one) => (isSource ? one.source === name : namesOf(one).includes(name))
}

/** Names by which a replay may be asked for: sources of which something is stored, in order. */
export async function replayableSources(db: Database): Promise<string[]> {
  const stored = await storedSources(db)
  const named = (await allSources()).filter((one) => namesOf(one).some((name) => stored.includes(name)))
  return [...new Set([...stored, ...named.map(({ source }) => source)])].toSorted()
}

const newFigures = (pipeline: PipelineId | null, source: string): ReplayedFigures => ({
  pipeline,
  source,
  why: undefined,
  responses: 0,
  unread: [],
  stillRejected: 0,
  mended: 0,
  tables: [],
})

interface PipelineSources {
  id: PipelineId
  readable: (readonly [string, AnySource])[]
  replayed: Replayed
}

async function replayPipeline(
  db: Database,
  config: Config,
  { since, signal = new AbortController().signal }: ReplayRequest,
  { id, readable, replayed }: PipelineSources,
): Promise<void> {
  const groups = new Map<string, StoredGroup[]>()
  for (const [source, { from = [source] }] of readable) {
    const own = await storedGroups(db, { source, from, since })
    if (own.length > 0) groups.set(source, own)
  }
  if (groups.size === 0) return
  const startedAt = new Date()
  const run: RunIdentity = {
    runId: randomUUID(),
    workflowId: `${id}-replay-${startedAt.toISOString().replace(/\.\d+Z$/, 'Z')}`,
    pipeline: id,
    trigger: 'replay',
    startedAt: startedAt.toISOString(),
  }
  // Closed from the beginning: it takes no lock, and no sweep looks for its workflow. One that is killed stays so.
  await closeRun(db, run, { outcome: 'interrupted', counts: {}, error: reason('Interrupted') }, startedAt)
  const counts: RunCounts = {}
  for (const [source, how] of readable) {
    const own = groups.get(source)
    if (own === undefined) continue
    const replaying = new SourceReplay(db, {
      run,
      how,
      settings: config.tracked[id],
      pipeline: id,
      source,
      signal,
    })
    for (const group of own) {
      signal.throwIfAborted()
      await replaying.replay(group)
    }
    const figures = await replaying.figures()
    replayed.sources.push(figures)
    counts[source] = {
      ...NOTHING,
      outcome: figures.unread.length > 0 ? 'partial' : 'complete',
      fetched: figures.tables.reduce((sum, { rows }) => sum + rows, 0),
      written: figures.tables.reduce((sum, { added, changed }) => sum + added + changed, 0),
      rejected: figures.stillRejected,
      why: figures.unread.slice(0, 1),
    }
  }
  await closeRun(db, run, { outcome: outcomeOf(counts), counts }, new Date())
  replayed.runs.push(run)
}

interface SourceOfRun {
  run: RunIdentity
  how: AnySource
  settings: unknown
  pipeline: PipelineId
  source: string
  signal: AbortSignal
}

/** The replay of one source: reads group after group, and remembers which rows there were before. */
class SourceReplay {
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
