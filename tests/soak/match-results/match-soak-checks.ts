/**
 * What must hold after a day of match-results: only true scores are confirmed, nothing is duplicated, and the tables
 * are those of one pass in order.
 */
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'drizzle-orm'
import { MINUTE_MS } from '../../../core/durations.ts'
import { follow, pollOf } from '../../../activities/match-results/follow.ts'
import type { Observation } from '../../../activities/match-results/match-life.ts'
import { MatchesById } from '../../../activities/match-results/matches-by-id.ts'
import {
  matchOfRow,
  observationOfRow,
  rowOfMatch,
  rowOfObservation,
} from '../../../activities/match-results/match-rows.ts'
import type { MatchRow, ObservationRow, PollRow } from '../../../db/queries/match-results/matches.ts'
import { feedPolls, matches as matchTable, matchObservations } from '../../../db/schema/match-results.ts'
import type { SimulatedMatch } from '../../../simulator/match-results/matches.ts'
import type { BenchStack } from '../../../bench/bench-stack.ts'
import type { MatchStack } from '../../../bench/match-results/match-stack.ts'

/** Sentences listed of one kind; a thousand wrong rows have one cause. */
const LISTED = 5
const FEED = 'onexbet'

export interface Day {
  /** Matches that start within are judged. */
  from: Date
  until: Date
  /** When the feed was unavailable: what was shown only then could not be seen. */
  blindFrom: Date
  blindUntil: Date
}

export interface Judged {
  figures: Record<string, number>
  /** Sentences about broken promises. */
  broken: string[]
}

/** Compares what is stored with the simulator's truth and with itself. */
export async function judge({ stack }: MatchStack, day: Day): Promise<Judged> {
  const { db } = stack.database
  const stored = await db.select().from(matchTable)
  const truth = stack.simulator.world.matches.truthBetween(day.from, day.until)
  const results = againstTruth(stored, truth, day)
  const polls = await db.select().from(feedPolls).orderBy(feedPolls.polledAt, feedPolls.kind)
  const straight = straightFold(polls)
  const observations = await db.select().from(matchObservations)
  const differing = differences(stored, observations, straight)
  const doubled = await doubledRows(stack)
  return {
    figures: {
      'matches that were played': truth.length,
      ...results.figures,
      'doubled rows': doubled.length,
      polls: polls.filter(({ kind }) => kind === 'feed').length,
      'polls of the results': polls.filter(({ kind }) => kind === 'results').length,
      observations: observations.length,
      'rows unlike those of one straight fold': differing.length,
    },
    broken: [
      ...results.broken.slice(0, LISTED),
      ...doubled.slice(0, LISTED),
      ...differing.slice(0, LISTED),
      ...unfollowed(polls),
    ],
  }
}

function againstTruth(stored: readonly MatchRow[], truth: readonly SimulatedMatch[], day: Day): Judged {
  const rows = new Map(stored.map((row) => [row.eventId, row]))
  const judged = truth.flatMap((match) => ({ match, row: rows.get(match.eventId) }))
  const confirmed = judged.filter(({ row }) => row?.confidence === 'confirmed')
  const lastSeen = judged.filter(({ row }) => row?.confidence === 'last-seen')
  const wrong = confirmed.filter(({ match, row }) => !isTrue(match, row))
  const missing = judged.filter(({ match, row }) => row === undefined && wasShown(match, day))
  const open = judged.filter(({ row }) => row !== undefined && row.overAt === null)
  const byStatus = confirmed.filter(({ row }) => row?.settledBy === 'status').length
  const lastRight = confirmed.filter(
    ({ match: { score }, row }) => row?.lastSeenScore1 === score?.[0] && row?.lastSeenScore2 === score?.[1],
  ).length
  return {
    figures: {
      'matches stored': judged.length - judged.filter(({ row }) => row === undefined).length,
      confirmed: confirmed.length,
      '  by a status alone': byStatus,
      '  wrong': wrong.length,
      '  whose last seen score was right': lastRight,
      'last-seen': lastSeen.length,
      '  of those without a true score': lastSeen.filter(({ match }) => match.score === null).length,
      '  of those right': lastSeen.filter(({ match, row }) => isTrue(match, row)).length,
      'over without any score': judged.filter(
        ({ row }) => row !== undefined && row.overAt !== null && row.confidence === null,
      ).length,
      'still open': open.length,
      'shown and not stored': missing.length,
    },
    broken: [
      ...wrong.map(
        ({ match, row }) =>
          `${match.eventId} (${match.ends}) is confirmed with ${scoreOf(row)}, the truth is ${match.score?.join(':') ?? 'no score'}`,
      ),
      ...missing.map(({ match }) => `${match.eventId} (${match.ends}) was shown and is not stored`),
      ...open.map(
        ({ match, row }) => `${match.eventId} (${match.ends}) is over for long and still ${row?.state ?? ''}`,
      ),
    ],
  }
}

function isTrue({ score }: SimulatedMatch, row: MatchRow | undefined): boolean {
  if (score === null || row === undefined) return false
  const [one, two] = score
  const outcome = one > two ? '1' : one < two ? '2' : 'N'
  return (
    row.score1 === one && row.score2 === two && (row.confidence !== 'confirmed' || row.outcome === outcome)
  )
}

const scoreOf = (row: MatchRow | undefined) =>
  `${row?.score1 ?? '-'}:${row?.score2 ?? '-'} ${row?.outcome ?? ''}`.trim()

/** Shown at a whole minute in which the feed was there. */
function wasShown({ announcedAt, leavesAt }: SimulatedMatch, { from, blindFrom, blindUntil }: Day): boolean {
  const first = Math.max(Math.ceil(announcedAt.getTime() / MINUTE_MS) * MINUTE_MS, from.getTime() + MINUTE_MS)
  for (let at = first; at < leavesAt.getTime(); at += MINUTE_MS)
    if (at <= blindFrom.getTime() || at >= blindUntil.getTime()) return true
  return false
}

interface Fold {
  matches: MatchesById
  observations: Observation[]
}

/**
 * All polls in the order of their times, from empty tables: the expected tables, whenever and however often each poll
 * came.
 */
function straightFold(polls: readonly PollRow[]): Fold {
  const fold: Fold = { matches: new MatchesById(), observations: [] }
  for (const poll of polls) fold.observations.push(...follow(fold.matches, pollOf(poll)).observations)
  return fold
}

function differences(stored: readonly MatchRow[], observed: readonly ObservationRow[], fold: Fold): string[] {
  const rows = new Map(stored.map((row) => [String(row.eventId), rowOfMatch(FEED, matchOfRow(row, null))]))
  const folded = new Map([...fold.matches].map(([id, match]) => [String(id), rowOfMatch(FEED, match)]))
  const key = ({ eventId, at, source }: Observation) => `${eventId} ${new Date(at).toISOString()} ${source}`
  const seen = new Map(observed.map(observationOfRow).map((one) => [key(one), rowOfObservation(FEED, one)]))
  const expected = new Map(fold.observations.map((one) => [key(one), rowOfObservation(FEED, one)]))
  return [...unlike('match', rows, folded), ...unlike('observation', seen, expected)]
}

function unlike(
  what: string,
  stored: ReadonlyMap<string, object>,
  folded: ReadonlyMap<string, object>,
): string[] {
  const keys = new Set([...stored.keys(), ...folded.keys()])
  return [...keys].flatMap((key) => {
    const is = fieldsOf(stored.get(key))
    const should = fieldsOf(folded.get(key))
    const fields = [...new Set([...is.keys(), ...should.keys()])].filter(
      (field) => !isDeepStrictEqual(is.get(field), should.get(field)),
    )
    const changed = fields.map(
      (field) => `${field} ${said(is.get(field))} and not ${said(should.get(field))}`,
    )
    return changed.length === 0
      ? []
      : [`${what} ${key} differs from one straight fold: ${changed.join(', ')}`]
  })
}

const fieldsOf = (row: object | undefined) => new Map<string, unknown>(Object.entries(row ?? {}))

const said = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))

function unfollowed(polls: readonly PollRow[]): string[] {
  const waiting = polls.filter(({ followedAt }) => followedAt === null).length
  return waiting === 0 ? [] : [`${waiting} polls were never followed`]
}

/**
 * Keys are unique by constraint; two polls of one minute, or one event under two of our ids, would still count twice.
 */
async function doubledRows({ database }: BenchStack): Promise<string[]> {
  const result = await database.db.execute<{ what: string; times: number }>(sql`
    select 'match ' || event_id as what, count(*)::int as times from matches group by feed, event_id having count(*) > 1
    union all select 'poll ' || kind || ' of ' || polled_at, count(*)::int
      from feed_polls group by feed, kind, polled_at having count(*) > 1
    union all select 'observation ' || event_id || ' of ' || at, count(*)::int
      from match_observations group by feed, event_id, at, source having count(*) > 1`)
  return result.rows.map(({ what, times }) => `${what} is stored ${times} times`)
}
