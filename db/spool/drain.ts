/**
 * Emptying the spool: each segment's call is made again, oldest first. Newest wins in every table, so that a segment which
 * is loaded late or twice (a crash between its commit and its removal) changes nothing that is newer. Who may drain is
 * decided by a lock that the caller holds.
 */
import { databaseFailure, sqlState, type Database } from '../database.ts'
import { closeRun } from '../queries/runs.ts'
import { Failure } from '../../failures.ts'
import { storeCall } from '../write-rows.ts'
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
  /** Whose rows came, without those of endings: what is derived from them is to be computed again. */
  pipelines: string[]
  /** Why the rest was kept for later; absent where nothing is left. */
  ended?: Failure
}

export interface DrainOptions {
  /** Ends the drain after the segment that is being written. */
  signal: AbortSignal
  /** Hears after each segment how many are done and how many there are. */
  onSegment?: (done: number, all: number) => void
}

/**
 * Loads every segment of the folder that waits now. A damaged segment, and one that PostgreSQL refuses for what is in it,
 * is put aside with its reason; a database that is away ends the drain with everything kept (`ended`). Throws
 * `Misconfigured` or `DiskFull` where the folder cannot be changed. Call it with the drain lock held.
 */
export async function drainSpool(
  db: Database,
  folder: string,
  { signal, onSegment }: DrainOptions,
): Promise<Drained> {
  removeUnfinished(folder)
  const drained: Drained = { segments: 0, rows: 0, runs: 0, damaged: [], pipelines: [] }
  const names = segmentNames(folder)
  let done = 0
  const groups = loadGroups(folder, names)
  // One group is read while the one before is written. Loading never rejects.
  let next = groups.next()
  for (;;) {
    const group = await next
    if (group.done === true || signal.aborted) return drained
    next = groups.next()
    const ended = await settle(db, folder, group.value, drained)
    if (ended !== undefined) return { ...drained, ended }
    done += group.value.length
    onSegment?.(done, names.length)
  }
}

/** Stores a group and removes it; answers the failure that ends the drain. */
async function settle(
  db: Database,
  folder: string,
  group: Loaded[],
  drained: Drained,
): Promise<Failure | undefined> {
  const aside = (name: string, reason: string) => {
    putAside(folder, { name, reason })
    drained.damaged.push({ name, reason })
  }
  const whole = group.filter((loaded) => loaded.kind === 'whole')
  for (const loaded of group) {
    if (loaded.kind === 'unreadable') throw loaded.error
    if (loaded.kind === 'damaged') aside(loaded.name, loaded.reason)
  }
  const stored = await store(db, whole)
  if (stored instanceof Failure) return stored
  if (typeof stored !== 'string') {
    const names = whole.map(({ name }) => name)
    await removeSegments(folder, names)
    for (const { segment } of whole) note(drained, segment)
    return undefined
  }
  const [only, ...others] = whole
  if (only !== undefined && others.length === 0) aside(only.name, stored)
  // One of them is refused: each by itself, so that its neighbours are loaded.
  else
    for (const one of whole) {
      const ended = await settle(db, folder, [one], drained)
      if (ended !== undefined) return ended
    }
  return undefined
}

/**
 * Makes the calls again in one transaction, past the spool, so that a drain never fills what it empties. Answers why
 * PostgreSQL refuses what is in them, or the failure because of which another time may be better.
 */
async function store(db: Database, whole: { segment: Segment }[]): Promise<undefined | string | Failure> {
  try {
    await db.transaction(async (tx) => {
      for (const { segment } of whole) {
        if (segment.kind === 'rows') await storeCall(tx, segment.rows, segment.options)
        else await closeRun(tx, segment.run, segment.ending, segment.finishedAt, { late: true })
      }
    })
    db.spool?.databaseAnswered()
    return undefined
  } catch (error) {
    const reason = refusal(error)
    if (reason !== undefined) return reason
    const failure = databaseFailure(error)
    if (failure === undefined) throw error
    return failure
  }
}

/**
 * SQLSTATE classes that say no to these rows and would again: values (22), constraints (23), a statement that does not fit
 * the table (42), one that is too large (54), a trigger's word (P0).
 */
const REFUSED = /^(22|23|42|54|P0)/

/** Why PostgreSQL will never take this segment, or undefined where another time may be better. */
function refusal(error: unknown): string | undefined {
  const failure = databaseFailure(error)
  const code = sqlState(error)
  if (failure !== undefined && failure.type !== 'Conflict') return undefined
  if (code === undefined || !REFUSED.test(code)) return undefined
  return `PostgreSQL refused it (SQLSTATE ${code}): ${failure?.message ?? deepestMessage(error)}`
}

/** What the server said: the query builder wraps it together with the statement and all its values. */
function deepestMessage(error: unknown): string {
  let message = String(error)
  for (let cause = error; cause instanceof Error; cause = cause.cause) message = cause.message
  return message
}

function note(drained: Drained, segment: Segment): void {
  drained.segments += 1
  if (segment.kind === 'ending') {
    drained.runs += 1
    return
  }
  const { pipeline } = segment
  drained.rows += rowCount(segment)
  if (pipeline !== undefined && !drained.pipelines.includes(pipeline)) drained.pipelines.push(pipeline)
}
