/**
 * Emptying the spool: each segment's call is made again, oldest first. Newest wins in every table, so that a segment which
 * is loaded late or twice (a crash between its commit and its removal) changes nothing that is newer. Who may drain is
 * decided by a lock that the caller holds.
 */
import { databaseFailure } from '../database-failure.ts'
import { sqlState } from '../sql-state.ts'
import { type Database } from '../database.ts'
import { closeRun } from '../queries/runs.ts'
import { Failure } from '../../core/failures.ts'
import { storeCall } from '../write-rows.ts'
import { markDue } from './due.ts'
import { putAside, removeSegments, removeUnfinished, segmentNames, type Damaged } from './folder.ts'
import { loadGroups, type Loaded } from './load.ts'
import { rowCount, type Segment } from './segment.ts'

/** What a drain did. */
export interface Drained {
  /** Segments that were loaded and removed. */
  segments: number
  /** Rows in them, refused ones too, and endings of runs. */
  rows: number
  runs: number
  /** Segments that were put aside. */
  damaged: Damaged[]
  /** Segments that could not be read, or not be put aside: they stay where they are, and a later drain tries again. */
  skipped: Damaged[]
  /** Whose rows came, without those of endings: what is derived from them is to be computed again. */
  pipelines: string[]
  /** Why the rest was kept for later; absent where nothing is left. */
  ended?: Error
}

export interface DrainOptions {
  /** Ends the drain after the segment that is being written. */
  signal: AbortSignal
  /** Hears after each segment how many are done and how many there are. */
  onSegment?: (done: number, all: number) => void
}

/**
 * Loads every segment of the folder that waits now, and marks whose rows came as due for deriving (`due.ts`). A damaged
 * segment, and one that is refused for what is in it, is put aside with its reason, one that cannot be read is skipped; a
 * database that is away, or a folder that cannot be changed, ends the drain with the rest kept (`ended`). Never throws. Call
 * it with the drain lock held.
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
  // One group is read while the one before is written. Loading never rejects.
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
  if (only !== undefined && others.length === 0) aside(folder, { name: only.name, reason: refused }, drained)
  // One of them is refused: each by itself, so that its neighbours are loaded.
  else for (const one of whole) await settle(db, folder, [one], drained)
}

/** A full disk must not end a drain that frees it: what cannot be put aside stays. */
function aside(folder: string, { name, reason }: Damaged, drained: Drained): void {
  try {
    if (putAside(folder, { name, reason })) drained.damaged.push({ name, reason })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    drained.skipped.push({ name, reason: `${reason}; ${error.message}` })
  }
}

/**
 * Makes the calls again in one transaction, past the spool, so that a drain never fills what it empties. Answers why they
 * will never be taken; throws where another time may be better.
 */
async function store(db: Database, whole: { segment: Segment }[]): Promise<string | undefined> {
  let isInCalls = false
  try {
    await db.transaction(async (tx) => {
      isInCalls = true
      for (const { segment } of whole) {
        if (segment.kind === 'rows') await storeCall(tx, segment.rows, segment.options)
        else await closeRun(tx, segment.run, segment.ending, segment.finishedAt, { late: true })
      }
      isInCalls = false
    })
    db.spool?.databaseAnswered()
    return undefined
  } catch (error) {
    const reason = refusal(error, isInCalls)
    if (reason === undefined) throw error
    return reason
  }
}

/**
 * Why a call will never be taken, or undefined where another time may be better. What has a name is no word on the rows,
 * except for broken constraints; an error that has none and comes out of the calls themselves is a row that cannot be
 * written, while before and after them it may be the connection.
 */
function refusal(error: unknown, isInCalls: boolean): string | undefined {
  const failure = databaseFailure(error)
  if (failure !== undefined && failure.type !== 'Conflict') return undefined
  const code = sqlState(error)
  if (code !== undefined)
    return `PostgreSQL refused it (SQLSTATE ${code}): ${failure?.message ?? deepestMessage(error)}`
  return isInCalls ? `it cannot be written to the database: ${deepestMessage(error)}` : undefined
}

/** What the server said: the query builder wraps it together with the statement and all its values. */
function deepestMessage(error: unknown): string {
  let message = String(error)
  for (let cause = error; cause instanceof Error; cause = cause.cause) message = cause.message
  return message
}

/** Whose rows came: on the disk before the segments go, since this process may end any moment. */
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
