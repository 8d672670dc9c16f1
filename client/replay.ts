/**
 * Reads stored responses again with today's parsers, and writes what they give as a run does.
 *
 * No upstream is asked. A row keeps the time at which it was observed, so what was observed later stays. Without `write`
 * the same is done in a transaction that is rolled back.
 */
import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import type { Replay } from '../activities/replay.ts'
import type { Config } from '../config/load-config.ts'
import type { Reason } from '../core/reason.ts'
import type { RunIdentity } from '../core/run.ts'
import { failureOf, NOTHING, outcomeOf, type RunCounts, type SourceCounts } from '../core/run-outcome.ts'
import type { Database, DatabaseHandle } from '../db/database.ts'
import { storedGroups, storedSources, type StoredGroup } from '../db/queries/replay.ts'
import { closeRun } from '../db/queries/runs.ts'
import { rolledBack } from '../db/rolled-back.ts'
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'
import { reason } from '../wording/reason.ts'
import { CannotReach } from './cannot-reach.ts'
import { startRecomputeRuns } from './derive-runs.ts'
import { newFigures, SourceReplay, type AnySource, type ReplayedFigures } from './source-replay.ts'

export interface ReplayRequest {
  /** Default: all of them. */
  source?: string | undefined
  since?: Date | undefined
  write: boolean
  /** Ends it between two runs of the past; what it wrote until then stays, and is told. */
  signal?: AbortSignal | undefined
}

export interface Replayed {
  sources: ReplayedFigures[]
  /** Runs that are recorded, one for each pipeline with something to write. */
  runs: RunIdentity[]
  /** Whether it was ended before it had read everything. */
  isCut: boolean
  /** Why it is no success: nothing was found that could be read; undefined if something was, or it was ended. */
  nothing: Reason | undefined
}

/** What becomes of rows that are derived from those that a replay wrote. */
export interface Recomputed {
  /** Workflow ids of the runs that compute them. */
  started: string[]
  /** Pipelines whose run could not be started, since Temporal cannot be reached. */
  left: PipelineId[]
}

/**
 * Starts the runs that recompute from what was read, changed or not: a replay before this one may have been killed after it
 * wrote, or Temporal was away; `temporal` makes calls to the server. */
export async function recompute(
  { sources }: Replayed,
  temporal: (start: (client: Client) => Promise<string[]>) => Promise<string[]>,
): Promise<Recomputed> {
  const read = sources.filter((figures) => rowsIn(figures) > 0)
  const ids = [...new Set(read.flatMap(({ pipeline }) => pipeline ?? []))]
  if (ids.length === 0) return { started: [], left: [] }
  try {
    return { started: await temporal((client) => startRecomputeRuns(client, ids)), left: [] }
  } catch (error) {
    if (!(error instanceof CannotReach)) throw error
    return { started: [], left: ids }
  }
}

const rowsIn = ({ tables }: Pick<ReplayedFigures, 'tables'>) =>
  tables.reduce((sum, { rows }) => sum + rows, 0)
const readsNothing = (figures: ReplayedFigures) => rowsIn(figures) === 0 && figures.mended === 0

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
  const replayed: Replayed = { sources: [], runs: [], isCut: false, nothing: undefined }
  const stored = new Set(await storedSources(db))
  const all = await allSources()
  const isWanted = wantedBy(request.source, all)
  for (const { id } of PIPELINES) {
    const readable: (readonly [string, AnySource])[] = []
    for (const { source, how } of all.filter((one) => one.id === id && isWanted(one))) {
      if (!('code' in how)) readable.push([source, how])
      else if (stored.has(source)) replayed.sources.push({ ...newFigures(id, source), why: how })
    }
    if (readable.length > 0 && !replayed.isCut)
      await replayPipeline(db, config, request, { id, readable, replayed })
  }
  const known = new Set(all.flatMap(namesOf))
  for (const source of stored)
    if ((request.source === undefined || request.source === source) && !known.has(source))
      replayed.sources.push({ ...newFigures(null, source), why: reason('replay-nobody') })
  const { isCut, sources } = replayed
  return { ...replayed, nothing: isCut ? undefined : nothingOf(sources, request) }
}

/** Why a replay that read everything there is found nothing. */
function nothingOf(sources: readonly ReplayedFigures[], { since }: ReplayRequest): Reason | undefined {
  const read = sources.filter(({ why }) => why === undefined)
  if (read.length === 0)
    return since === undefined
      ? reason('replay-nothing-stored')
      : reason('replay-nothing-since', { since: since.toISOString() })
  if (!read.every(readsNothing)) return undefined
  const sum = (of: (figures: ReplayedFigures) => number) =>
    read.reduce((all, figures) => all + of(figures), 0)
  return reason('replay-nothing-read', {
    responses: sum(({ responses }) => responses),
    rejected: sum(({ stillRejected }) => stillRejected),
  })
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
    for (const [source, how] of Object.entries(await replayOf(id))) all.push({ id, source, how })
  }
  return all
}

/** Loaded when it is asked for: parsers and what they need are large. The bundle has every file of that name. */
async function replayOf(id: PipelineId): Promise<Replay<unknown>> {
  const { replay } = (await import(`../activities/${id}/replay.ts`)) as { replay: Replay<unknown> }
  return replay
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
  const runId = randomUUID()
  const run: RunIdentity = {
    runId,
    // Two replays may begin within a second.
    workflowId: `${id}-replay-${startedAt.toISOString().replace(/\.\d+Z$/, 'Z')}-${runId.slice(0, 8)}`,
    pipeline: id,
    trigger: 'replay',
    startedAt: startedAt.toISOString(),
  }
  // Closed from the beginning: it takes no lock, and no sweep looks for its workflow. One that is killed stays so.
  await closeRun(db, run, { outcome: 'interrupted', counts: {}, error: reason('replay-cut') }, startedAt)
  const counts: RunCounts = {}
  for (const [source, how] of readable) {
    const own = groups.get(source)
    if (own === undefined || replayed.isCut) continue
    const replaying = new SourceReplay(db, {
      run,
      how,
      settings: config.tracked[id],
      pipeline: id,
      source,
      signal,
    })
    for (const group of own) {
      if (signal.aborted) {
        replayed.isCut = true
        break
      }
      await replaying.replay(group)
    }
    const figures = await replaying.figures()
    replayed.sources.push(figures)
    counts[source] = countsOf(figures)
  }
  const error = replayed.isCut ? reason('replay-cut') : failureOf(counts)
  const outcome = replayed.isCut ? 'interrupted' : outcomeOf(counts)
  await closeRun(db, run, { outcome, counts, ...(error && { error }) }, new Date())
  replayed.runs.push(run)
}

function countsOf(figures: ReplayedFigures): SourceCounts {
  const { unread, stillRejected, tables } = figures
  const isFailed = readsNothing(figures) && unread.length + stillRejected > 0
  return {
    ...NOTHING,
    outcome: isFailed ? 'failed' : unread.length > 0 ? 'partial' : 'complete',
    fetched: rowsIn(figures),
    written: tables.reduce((sum, { added, changed }) => sum + added + changed, 0),
    rejected: stillRejected,
    why: unread.slice(0, 1),
  }
}
