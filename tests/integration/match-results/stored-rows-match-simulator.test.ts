/** Two simulated hours, every minute collected: what is confirmed is true, and no live score is among it. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newestPollAt } from '../../../db/queries/match-results/polls.ts'
import { storedPolls } from '../../support/match-results/match-polls.ts'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'

const MINUTES = 120
/** The results service is at most ten minutes behind, and polled every five: later ends are unconfirmed. */
const KNOWN_AFTER_MS = 17 * 60_000

interface Row extends Record<string, unknown> {
  event_id: string
  confidence: string | null
  outcome: string | null
  settled_by: string | null
  last_seen_score1: number | null
  last_seen_score2: number | null
  score1: number | null
  score2: number | null
  opening_odds_1: number | null
  opening_odds_x: number | null
  opening_odds_2: number | null
  odds_1: number | null
  odds_x: number | null
  odds_2: number | null
}

let hours: MatchMinutes
let rows: Row[]
let endings: string[]
beforeAll(async () => {
  hours = await startMatchMinutes()
  endings = []
  for (let minute = 0; minute < MINUTES; minute++) endings.push((await hours.minute()).outcome)
  rows = await hours.database.select<Row>(sql`select * from matches`)
})
afterAll(() => hours.stop())

const truthOf = ({ event_id }: Row) => {
  const truth = hours.simulator.world.matches.byId(Number(event_id))
  if (truth === undefined) throw new Error(`no match has the id ${event_id}`)
  return truth
}
const isTrue = (row: Row, one: number | null, two: number | null) =>
  truthOf(row).score?.[0] === one && truthOf(row).score?.[1] === two
const confirmed = () => rows.filter(({ confidence }) => confidence === 'confirmed')
const isKnown = (row: Row) => truthOf(row).endsAt.getTime() + KNOWN_AFTER_MS <= hours.now().getTime()

describe('two hours of a league, polled every minute', () => {
  it('two hours of a league confirm only true scores', async ({ annotate }) => {
    const wrong = confirmed().filter((row) => isKnown(row) && !isTrue(row, row.score1, row.score2))
    const seen = rows.filter((row) => row.confidence !== null && row.last_seen_score1 !== null)
    const right = seen.filter((row) => isTrue(row, row.last_seen_score1, row.last_seen_score2))
    const lastSeen = rows.filter(({ confidence }) => confidence === 'last-seen')
    await annotate(
      `${rows.length} matches, ${confirmed().length} confirmed, wrong among them: ${wrong.length}; ${lastSeen.length} last-seen; ` +
        `${right.length} of the ${seen.length} scores that were seen last were right`,
    )
    expect(wrong).toEqual([])
    expect(confirmed().length).toBeGreaterThan(30)
    // The last goal is often not seen: a collector that took last seen scores for results would be wrong here.
    expect(right.length).toBeLessThan(seen.length)
  })

  it('every match with a result has it stored, once it can be known', () => {
    const played = hours.simulator.world.matches
      .truthBetween(new Date(hours.now().getTime() - MINUTES * 60_000), hours.now())
      .filter(
        ({ score, endsAt }) => score !== null && endsAt.getTime() + KNOWN_AFTER_MS <= hours.now().getTime(),
      )
    const known = new Map(confirmed().map((row) => [Number(row.event_id), [row.score1, row.score2]]))
    const missing = played.filter(({ eventId }) => !known.has(eventId))
    expect(played.length).toBeGreaterThan(30)
    expect(missing.map(({ eventId, ends }) => [eventId, ends])).toEqual([])
  })

  it('confirms no abandoned match, and none that is still played', () => {
    const unfinished = rows.filter((row) => truthOf(row).score === null)
    expect(unfinished.length).toBeGreaterThan(2)
    expect(unfinished.filter(({ confidence }) => confidence === 'confirmed')).toEqual([])
    const flapped = (row: Row) => truthOf(row).ends === 'flaps'
    const early = confirmed().filter((row) => truthOf(row).endsAt > hours.now() && !flapped(row))
    expect(early).toEqual([])
  })

  it('does not treat a status as a result if the feed had already cleared the score', () => {
    const cleared = rows.filter((row) => {
      const isPlayed = row.confidence !== null && truthOf(row).ends === 'cleared'
      return isPlayed && (row.last_seen_score1 ?? 0) + (row.last_seen_score2 ?? 0) > 0
    })
    expect(cleared.length).toBeGreaterThan(0)
    expect(cleared.map(({ settled_by }) => settled_by)).not.toContain('status')
  })

  it('a confirmed match has an outcome that follows from its score', () => {
    for (const { confidence, outcome, score1, score2 } of rows) {
      const one = score1 ?? 0
      const two = score2 ?? 0
      expect(outcome).toBe(confidence !== 'confirmed' ? null : one > two ? '1' : one < two ? '2' : 'N')
    }
  })

  it('stores each match once, rematches apart', () => {
    const ids = rows.map(({ event_id }) => event_id)
    expect(new Set(ids).size).toBe(ids.length)
    const byTeams = new Map<string, number>()
    for (const row of rows) {
      const { team1, team2, leagueId } = truthOf(row)
      const teams = [leagueId, ...[team1, team2].toSorted()].join(' ')
      byTeams.set(teams, (byTeams.get(teams) ?? 0) + 1)
    }
    expect([...byTeams.values()].some((count) => count > 1)).toBe(true)
  })

  it('knows up to when the feed is stored', async () => {
    const polls = (await storedPolls(hours.database, 'onexbet')).filter(({ kind }) => kind === 'feed')
    const newest = Math.max(...polls.map(({ polledAt }) => polledAt))
    expect((await newestPollAt(hours.database.db, 'onexbet'))?.getTime()).toBe(newest)
    expect(await newestPollAt(hours.database.db, 'another')).toBeUndefined()
  })

  it('stores the first and last odds offered before the start, and none from the match', async () => {
    const stored = new Map<number, number[][]>()
    for (const poll of await storedPolls(hours.database, 'onexbet')) {
      if (poll.kind !== 'feed') continue
      for (const { eventId, odds } of poll.told) {
        const isOffered = odds.one !== null || odds.x !== null || odds.two !== null
        const startsAt = hours.simulator.world.matches.byId(eventId)?.startsAt.getTime() ?? 0
        if (!isOffered || poll.polledAt >= startsAt) continue
        stored.set(eventId, [...(stored.get(eventId) ?? []), [odds.one, odds.x, odds.two] as number[]])
      }
    }
    expect(stored.size).toBeGreaterThan(60)
    for (const row of rows) {
      const before = stored.get(Number(row.event_id)) ?? []
      const nothing = [null, null, null]
      expect([row.opening_odds_1, row.opening_odds_x, row.opening_odds_2]).toEqual(before[0] ?? nothing)
      expect([row.odds_1, row.odds_x, row.odds_2]).toEqual(before.at(-1) ?? nothing)
    }
  })

  it('two hours of a league run without a failure and skip no poll', async () => {
    expect(new Set(endings)).toEqual(new Set(['complete']))
    const [polls] = await hours.database.select<Record<string, unknown>>(
      sql`select count(*)::int as polls, count(followed_at)::int as followed from feed_polls where kind = 'feed'`,
    )
    expect(polls).toEqual({ polls: MINUTES, followed: MINUTES })
  })
})
