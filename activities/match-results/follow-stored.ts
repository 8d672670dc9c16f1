/**
 * Brings the stored matches up to the polls that were not followed yet. A late poll (its worker could not reach the
 * database) is inserted in its place: the matches are rewound to that moment and follow everything from there again, so
 * that the tables do not depend on when a poll arrived.
 */
import { CLOCK_TOLERANCE_MS } from '../../db/ahead.ts'
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import { type Database } from '../../db/database.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import {
  lockMatches,
  markFollowed,
  oldestPending,
  pollsFrom,
  rejectPoll,
  rejectPollsAhead,
  removeMatches,
  type PollRow,
} from '../../db/queries/match-results/matches.ts'
import { writeRows } from '../../db/write-rows.ts'
import { follow, isTurned, pollOf } from './follow.ts'
import { feedIdOf, livesOf } from './lives.ts'
import type { Match, Observation } from './match-life.ts'
import { rowOfMatch, rowOfObservation } from './match-rows.ts'
import { noMatchesYet, readThen, type MatchesThen, type Moment } from './matches-then.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

export interface FollowOptions {
  feed: string
  runId: string
  signal: AbortSignal
  clock: () => Date
  /** How long each transaction waits for an unavailable database, in milliseconds. Default: 0. */
  retryBudgetMs?: number
}

export interface FollowedMatches {
  /** All matches that were examined, in their present state. */
  matches: Map<number, Match>
  /** Those of them that are now over, or over with another score, or not over any more. */
  turned: Set<number>
  /** Rows of matches and observations that were stored or changed. */
  written: number
  polls: number
  /** Matches in late polls whose later evidence was already removed: left as they are. */
  tooLate: number
  /** Polls that lie ahead of the database's clock; they are passed over. */
  ahead: number
  /** Why polls could not be followed, one reason each; they are marked and passed over. */
  refused: Reason[]
  /** Why the rest waits for the next run, if something was followed already. */
  left?: string
}

/**
 * Polls that a transaction follows: after a long outage, progress survives whatever becomes of the run. After a rewind
 * all later polls are one transaction, since in between the tables would be those of the past.
 */
const POLLS_PER_TRANSACTION = 1_000

/** More polls than this that cannot be followed in one run point to a fault of ours: the others wait. */
const REJECTED_PER_RUN = 5

/** The polls that a transaction took up, for handling its failure. */
interface Tried {
  pending: number
  first: PollRow | undefined
}

/**
 * Follows all pending polls; returns what changed. A poll that cannot be followed, for whatever reason, must not stop
 * those after it: it is found by bisection, and refused. Throws the database's failures if nothing was followed.
 */
export async function followStored(db: Database, options: FollowOptions): Promise<FollowedMatches> {
  const { signal, retryBudgetMs = 0 } = options
  const all = nothingFollowed()
  let atMost = Infinity
  while (all.refused.length < REJECTED_PER_RUN) {
    const tried: Tried = { pending: 0, first: undefined }
    try {
      const some = await withDatabaseRetry({ ms: retryBudgetMs, signal }, () =>
        db.transaction((tx) => followSome(tx, options, atMost, tried)),
      )
      add(all, some)
      if (some.isAll) return all
    } catch (error) {
      signal.throwIfAborted()
      const failure = databaseFailure(error)
      if (tried.first === undefined || isDatabaseUnwritable(failure)) {
        if (all.polls === 0 || failure === undefined) throw failure ?? error
        return { ...all, left: failure.message }
      }
      if (tried.pending > 1) atMost = Math.floor(tried.pending / 2)
      else {
        all.refused.push(await refuse(db, tried.first, { error, at: options.clock() }))
        atMost = Infinity
      }
    }
  }
  return all
}

const nothingFollowed = (): FollowedMatches => ({
  matches: new Map(),
  turned: new Set(),
  written: 0,
  polls: 0,
  tooLate: 0,
  ahead: 0,
  refused: [],
})

function add(all: FollowedMatches, some: Some): void {
  for (const [id, match] of some.matches) all.matches.set(id, match)
  for (const id of some.turned) all.turned.add(id)
  all.written += some.written
  all.polls += some.polls
  all.tooLate += some.tooLate
  all.ahead += some.ahead
}

interface Some extends Omit<FollowedMatches, 'refused' | 'left'> {
  /** No poll is pending any more. */
  isAll: boolean
}

async function followSome(tx: Database, options: FollowOptions, atMost: number, tried: Tried): Promise<Some> {
  const { feed, clock } = options
  Object.assign(tried, { pending: 0, first: undefined } satisfies Tried)
  await lockMatches(tx, feed)
  const ahead = await rejectPollsAhead(tx, feed)
  const pending = await oldestPending(tx, feed)
  if (pending === undefined) return { ...nothingFollowed(), ahead: ahead.polls, isAll: true }
  // What was followed up to a time that has not come is rewound, as for a late poll.
  const moment = { feed, from: pending.from, isLate: pending.isLate || ahead.isBeyond }
  const then = noMatchesYet()
  const touched = new Set<number>()
  let [written, polls, last] = [0, 0, pending.from]
  const most = Math.min(atMost, moment.isLate ? Infinity : POLLS_PER_TRANSACTION)
  for await (const rows of pagesOf(tx, moment, most, tried)) {
    const observations = await replay(tx, { then, moment, touched }, rows)
    last = rows.at(-1)?.polledAt ?? last
    const tables = { match_observations: observations.map((seen) => rowOfObservation(feed, seen)) }
    written += (await writeRows(tx, tables, writing(options, last))).written
    await markFollowed(tx, rows, clock())
    polls += rows.length
  }
  if (moment.isLate) for (const id of leftBehind(then)) touched.add(id)
  const stored = { matches: [...touched].flatMap((id) => rowsOf(feed, then.matches.get(id))) }
  // A stored time that lies ahead needs no newer one: the writer takes it for the oldest.
  const isStoredAhead = then.storedBefore > clock().getTime() + CLOCK_TOLERANCE_MS
  const observedAt = isStoredAhead ? last : new Date(Math.max(last.getTime(), then.storedBefore + 1))
  written += (await writeRows(tx, stored, writing(options, observedAt))).written
  await removeMatches(tx, { feed, eventIds: vanished(then) })
  const turned = new Set([...touched].filter((id) => hasTurned(then, id)))
  const { matches, fixed } = then
  const tooLate = fixed.size
  return { matches, turned, written, polls, tooLate, ahead: ahead.polls, isAll: tried.pending < most }
}

const writing = ({ runId, signal }: FollowOptions, observedAt: Date) => ({
  observedAt,
  runId,
  retryBudget: { ms: 0, signal },
})

function rowsOf(feed: string, match: Match | undefined) {
  return match === undefined ? [] : [rowOfMatch(feed, match)]
}

/** Stored matches that no poll shows any more: a late one told that they are the life of another under their id. */
function vanished({ stored, matches, fixed }: MatchesThen): number[] {
  return [...stored.keys()].filter((id) => !matches.has(id) && !fixed.has(id))
}

/** Rewound matches of an id with several lives: later sightings may be another life's now, so that no poll touches them. */
function leftBehind({ stored, matches, fixed }: MatchesThen): number[] {
  const isOneOfSeveral = (id: number) =>
    livesOf(feedIdOf(id)).some((life) => life !== id && (matches.has(life) || stored.has(life)))
  return [...stored.keys()].filter((id) => matches.has(id) && !fixed.has(id) && isOneOfSeveral(id))
}

function hasTurned({ stored, matches }: MatchesThen, id: number): boolean {
  const match = matches.get(id)
  return match !== undefined && isTurned(stored.get(id), match)
}

/** Polls read and followed at once: a tenth of a second, in which the worker does nothing else. */
const POLLS_PER_PAGE = 100

/** Returns the polls to follow, in order; of the pending ones the first so many. */
async function* pagesOf(
  tx: Database,
  { feed, from, isLate }: Moment,
  atMost: number,
  tried: Tried,
): AsyncGenerator<PollRow[]> {
  for (let after: PollRow | undefined; ;) {
    const page = await pollsFrom(tx, { feed, from, after, onlyPending: !isLate, limit: POLLS_PER_PAGE })
    const rows = page.filter((row) => {
      if (row.followedAt !== null) return true
      if (tried.pending >= atMost) return false
      tried.pending += 1
      tried.first ??= row
      return true
    })
    if (rows.length > 0) yield rows
    if (page.length < POLLS_PER_PAGE || (!isLate && tried.pending >= atMost)) return
    after = page.at(-1)
  }
}

/** Follows the polls one after the other; matches that cannot be rewound stay as they are. */
async function replay(
  tx: Database,
  { then, moment, touched }: { then: MatchesThen; moment: Moment; touched: Set<number> },
  rows: readonly PollRow[],
): Promise<Observation[]> {
  const polls = rows.map(pollOf)
  await readThen(tx, then, moment, polls)
  const observations: Observation[] = []
  for (const poll of polls) {
    const followed = follow(then.matches, poll)
    for (const id of followed.touched) if (!then.fixed.has(id)) touched.add(id)
    observations.push(...followed.observations.filter(({ eventId }) => !then.fixed.has(eventId)))
  }
  for (const id of then.fixed) {
    const match = then.stored.get(id)
    if (match !== undefined) then.matches.set(id, match)
  }
  return observations
}

/** Longest error text, without the rows of the statement. */
const REASON_CHARS = 300

async function refuse(
  db: Database,
  row: PollRow,
  { error, at }: { error: unknown; at: Date },
): Promise<Reason> {
  let cause = error
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause
  const said = (cause instanceof Error ? cause.message : String(cause)).slice(0, REASON_CHARS)
  await rejectPoll(db, row, { reason: said, at })
  return reason('look-passed-over', { polledAt: row.polledAt.toISOString(), said })
}
