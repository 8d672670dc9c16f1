/**
 * Empties the spool: repeats each segment's call, oldest first. The newest observation wins in every table, so that a
 * segment loaded late or twice (a crash between its commit and its removal) changes nothing newer. The caller must hold
 * the drain lock.
 */
import { databaseFailure, wordsOf } from '../database-failure.ts'
import { sqlState } from '../sql-state.ts'
import { type Database } from '../database.ts'
import { closeRun } from '../queries/runs.ts'
import { Failure, type FailureType } from '../../core/failures.ts'
import { WRITABLE_TABLES, type WritableTable } from '../writable-tables.ts'
import type { RowsByTable } from '../write-call.ts'
import { refuseAhead } from '../refuse-ahead.ts'
import { storeCall } from '../write-rows.ts'
import { markDue } from './due.ts'
import {
  deadLetter,
  moveToDeadLetters,
  replaceSegment,
  removeSegments,
  removeUnfinished,
  segmentNames,
  type Damaged,
  type DeadLetter,
} from './folder.ts'
import { loadGroups, type Loaded } from './load.ts'
import { packSegment, rowCount, type Segment } from './segment.ts'
import { storeParts, type Refusal } from './store-parts.ts'

/** What a drain did. */
export interface Drained {
  /** Segments that were loaded and removed. */
  segments: number
  /** Rows in them, including rejected ones and endings of runs. */
  rows: number
  runs: number
  /** Segments that were moved to the dead letters. */
  damaged: DeadLetter[]
  /** Segments that could not be read or moved: they stay in place, and a later drain tries again. */
  skipped: Damaged[]
  /** Pipelines whose rows were loaded, not counting endings: their derived rows must be recomputed. */
  pipelines: string[]
  /** Why the rest was kept for later; absent if nothing is left. */
  ended?: Error
}

export interface DrainOptions {
  /** Ends the drain after the segment that is being written. */
  signal: AbortSignal
  /** Called after each segment with how many are done and how many there are. */
  onSegment?: (done: number, all: number) => void
}

/**
 * Loads every segment that waits in the folder now, and marks the pipelines whose rows came for a recompute (`due.ts`).
 * A damaged segment, and what is rejected of another one, is moved to the dead letters with its reason, an unreadable
 * one is skipped; an unavailable database, or a folder that cannot be changed, ends the drain with the rest kept
 * (`ended`). Never throws. The caller must hold the drain lock.
 */
export async function drainSpool(db: Database, folder: string, options: DrainOptions): Promise<Drained> {
  const drained: Drained = { segments: 0, rows: 0, runs: 0, damaged: [], skipped: [], pipelines: [] }
  try {
    await drainAll(db, folder, options, drained)
  } catch (error) {
    drained.ended = databaseFailure(error) ?? (error instanceof Error ? error : new Error(String(error)))
  }
  return drained
}

async function drainAll(
  db: Database,
  folder: string,
  { signal, onSegment }: DrainOptions,
  drained: Drained,
): Promise<void> {
  removeUnfinished(folder)
  const names = segmentNames(folder)
  let done = 0
  const groups = loadGroups(folder, names)
  // One group is read while the previous one is written. Loading never rejects.
  let next = groups.next()
  for (;;) {
    const group = await next
    if (group.done === true || signal.aborted) return
    next = groups.next()
    await settle(db, folder, group.value, drained)
    done += group.value.length
    onSegment?.(done, names.length)
  }
}

/** Stores a group and removes it. */
async function settle(db: Database, folder: string, group: Loaded[], drained: Drained): Promise<void> {
  const whole = group.filter((loaded) => loaded.kind === 'whole')
  for (const loaded of group) {
    if (loaded.kind === 'unreadable') drained.skipped.push({ name: loaded.name, reason: loaded.reason })
    if (loaded.kind === 'damaged') aside(folder, loaded, drained)
  }
  const refused = await store(db, whole)
  if (refused === undefined) {
    note(
      folder,
      whole.map(({ segment }) => segment),
      drained,
    )
    const names = whole.map(({ name }) => name)
    await removeSegments(folder, names)
    for (const { segment } of whole) count(drained, segment)
    return
  }
  const [only, ...others] = whole
  if (only !== undefined && others.length === 0) await divide(db, folder, only, refused, drained)
  // One of them is rejected: each is tried alone, so that its neighbours are loaded.
  else for (const one of whole) await settle(db, folder, [one], drained)
}

/** Loads what is accepted of a refused segment, and moves the rest to the dead letters. */
async function divide(
  db: Database,
  folder: string,
  { name, segment }: { name: string; segment: Segment },
  refusal: Refusal,
  drained: Drained,
): Promise<void> {
  if (segment.kind === 'ending') {
    aside(folder, { name, reason: refusal.reason }, drained)
    return
  }
  const refused = await storeParts(segment, refusal, (part) => store(db, [{ segment: part }], segment.rows))
  const stored = rowCount(segment) - (refused === undefined ? 0 : rowCount(refused.segment))
  if (stored > 0) {
    note(folder, [segment], drained)
    drained.rows += stored
  }
  if (refused === undefined) {
    await removeSegments(folder, [name])
    drained.segments += 1
    return
  }
  const rest = stored > 0 ? await packSegment(refused.segment) : undefined
  aside(folder, { name, reason: refused.reason }, drained, rest)
}

/** A full disk must not end a drain that frees it: what cannot be moved stays. `rest` is what is left of the segment. */
function aside(folder: string, { name, reason }: Damaged, drained: Drained, rest?: Buffer): void {
  try {
    if (rest !== undefined) replaceSegment(folder, name, rest)
    if (moveToDeadLetters(folder, { name, reason }))
      drained.damaged.push(deadLetter(folder, { name, reason }))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    drained.skipped.push({ name, reason: `${reason}; ${error.message}` })
  }
}

/**
 * Repeats the calls in one transaction, bypassing the spool, so that a drain never fills what it empties. Returns why
 * they will never be accepted; throws if another attempt may succeed. `call` has the rows of which these are a part.
 */
async function store(
  db: Database,
  whole: { segment: Segment }[],
  call?: RowsByTable,
): Promise<Refusal | undefined> {
  let isInCalls = false
  try {
    await db.transaction(async (tx) => {
      isInCalls = true
      const times = whole.flatMap(({ segment }) =>
        segment.kind === 'rows' ? [segment.options.observedAt] : [],
      )
      const newest = times.reduce((latest, time) => (time > latest ? time : latest), new Date(0))
      // Once for all of them: for each it was every second statement. If it is refused each segment is tried alone.
      await refuseAhead(tx, newest)
      for (const { segment } of whole) {
        if (segment.kind === 'rows')
          await storeCall(tx, await resolved(tx, segment.rows, call ?? segment.rows), segment.options)
        else await closeRun(tx, segment.run, segment.ending, segment.finishedAt, { late: true })
      }
      isInCalls = false
    })
    db.spool?.databaseAnswered()
    return undefined
  } catch (error) {
    const reason = refusal(error, isInCalls)
    if (reason === undefined) throw error
    return { reason, isOfCall: databaseFailure(error)?.type === 'ClockAhead' }
  }
}

/** Returns the rows as their tables want them now: what they refer to may have been renamed since they were spooled. */
async function resolved(tx: Database, rows: RowsByTable, call: RowsByTable): Promise<RowsByTable> {
  const present: Record<string, object[]> = {}
  for (const [name, list] of Object.entries(rows)) {
    const { resolve } = WRITABLE_TABLES[name as WritableTable]
    present[name] = resolve === undefined ? list : await resolve(tx, list, call)
  }
  return present
}

/** Named failures that are about the rows: broken constraints, and times of a clock that was wrong. */
const OF_THE_ROWS = new Set<FailureType>(['Conflict', 'ClockAhead'])

/**
 * Returns why a call will never be accepted, or undefined if another attempt may succeed. An unnamed error thrown by the calls themselves is a row that cannot
 * be written, while before and after them it may be the connection.
 */
function refusal(error: unknown, isInCalls: boolean): string | undefined {
  const failure = databaseFailure(error)
  if (failure !== undefined && !OF_THE_ROWS.has(failure.type)) return undefined
  const code = sqlState(error)
  if (code !== undefined)
    return `PostgreSQL refused it (SQLSTATE ${code}): ${failure?.message ?? wordsOf(error)}`
  if (failure?.type === 'ClockAhead') return failure.message
  return isInCalls ? `it cannot be written to the database: ${wordsOf(error)}` : undefined
}

/** Marks the pipelines whose rows came: on disk before the segments go, since this process may end at any moment. */
function note(folder: string, segments: Segment[], drained: Drained): void {
  const came = segments.flatMap(({ kind, pipeline }) =>
    kind === 'rows' && pipeline !== undefined ? [pipeline] : [],
  )
  drained.pipelines = [...new Set([...drained.pipelines, ...came])]
  markDue(folder, came)
}

function count(drained: Drained, segment: Segment): void {
  drained.segments += 1
  if (segment.kind === 'ending') drained.runs += 1
  else drained.rows += rowCount(segment)
}
