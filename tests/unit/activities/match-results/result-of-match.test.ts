/** Which match a game of the results service settles: leagues play the same pairs at the same time. */
import { describe, expect, it } from 'vitest'
import { follow, type Poll } from '../../../../activities/match-results/follow.ts'
import { MatchesById } from '../../../../activities/match-results/matches-by-id.ts'
import type { MatchResult } from '../../../../upstreams/onexbet/onexbet-results.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { live, minute } from './lives.ts'

/** The match 700 of league 5, "Ligue des champions". */
const ONE = live([1, 0])
const TWIN = live([2, 2], { eventId: 701, leagueId: 6, league: 'FC 26. 3x3' })
/** A game that no match has the id of. */
const GAME = 9

const game = (more: Partial<MatchResult>): MatchResult => ({
  gameId: GAME,
  leagueId: 5,
  league: 'Ligue des champions',
  team1: 'Ajax',
  team2: 'Inter',
  startsAt: ONE.startsAt,
  score: [4, 0],
  ...more,
})

/** The result of these vanished matches after a sequence of responses of the results service. */
function settled(matches: Sighting[], ...answers: MatchResult[][]): Record<number, string> {
  const known = new MatchesById()
  const feed = (at: number, told: Sighting[]): Poll => ({
    kind: 'feed',
    polledAt: minute(at),
    truncated: false,
    told,
  })
  const other = live([0, 0], { eventId: 999, team1: 'Lens', team2: 'Nice' })
  follow(known, feed(0, [...matches, other]))
  follow(known, feed(1, [other]))
  for (const [at, told] of answers.entries())
    follow(known, { kind: 'results', polledAt: minute(2 + at), truncated: false, told })
  return Object.fromEntries(
    matches.map(({ eventId }) => {
      const { state, score } = known.get(eventId) ?? {}
      return [eventId, `${state ?? 'unknown'} ${score?.join(':') ?? ''}`]
    }),
  )
}

describe('a game under an id that is no match', () => {
  it('does not match a game to another league, even with the same teams and start', () => {
    expect(settled([ONE], [game({ leagueId: 6, league: TWIN.league })])).toEqual({ 700: 'vanished 1:0' })
    expect(settled([ONE, TWIN], [game({})])).toEqual({ 700: 'settled 4:0', 701: 'vanished 2:2' })
  })

  it('matches a game by the name of its league if one of them has no id', () => {
    const named = { leagueId: null, league: 'LIGUE DES CHAMPIONS.' }
    expect(settled([ONE], [game(named)])).toEqual({ 700: 'settled 4:0' })
    expect(settled([ONE], [game({ leagueId: null, league: 'Ligue 1' })])).toEqual({ 700: 'vanished 1:0' })
    const nameless = { ...ONE, leagueId: null, league: '' }
    expect(settled([nameless], [game({ league: '' })])).toEqual({ 700: 'vanished 1:0' })
  })

  it('does not match a game to a match whose id another game has', () => {
    const own = game({ gameId: 700, score: [1, 1] })
    for (const answer of [
      [own, game({})],
      [game({}), own],
    ])
      expect(settled([ONE], answer)).toEqual({ 700: 'settled 1:1' })
    const ofOthers = game({ gameId: 700, team1: 'Lens' })
    expect(settled([ONE], [game({}), ofOthers])).toEqual({ 700: 'vanished 1:0' })
  })

  it('does not match a game to a match that another game has settled, in whatever response', () => {
    const own = [game({ gameId: 700, score: [1, 1] })]
    expect(settled([ONE], own, [game({})])).toEqual({ 700: 'settled 1:1' })
    expect(settled([ONE], [game({})], [game({ gameId: 10, score: [5, 5] })])).toEqual({ 700: 'settled 4:0' })
  })

  it('matches no game if two games fit one match, or two matches one game', () => {
    expect(settled([ONE], [game({}), game({ gameId: 10, score: [5, 5] })])).toEqual({ 700: 'vanished 1:0' })
    const double = { ...ONE, eventId: 702 }
    expect(settled([ONE, double], [game({})])).toEqual({ 700: 'vanished 1:0', 702: 'vanished 1:0' })
  })

  it('a game corrects its own result, and the game with the id of the match replaces it', () => {
    const first = [game({})]
    expect(settled([ONE], first, [game({ score: [4, 1] })])).toEqual({ 700: 'settled 4:1' })
    const own = [game({ gameId: 700 })]
    const lateWord = [game({ score: [7, 7] })]
    expect(settled([ONE], first, own, lateWord)).toEqual({ 700: 'settled 4:0' })
  })

  it('does not match a match that was over for more than a day', () => {
    const known = new MatchesById()
    const told = [game({})]
    const gone = (at: number): Poll => ({
      kind: 'feed',
      polledAt: minute(at),
      truncated: false,
      told: [TWIN],
    })
    follow(known, { kind: 'feed', polledAt: minute(0), truncated: false, told: [ONE, TWIN] })
    follow(known, gone(1))
    follow(known, { kind: 'results', polledAt: minute(2 + 24 * 60), truncated: false, told })
    expect(known.get(700)).toMatchObject({ state: 'vanished' })
    follow(known, { kind: 'results', polledAt: minute(1 + 24 * 60), truncated: false, told })
    expect(known.get(700)).toMatchObject({ state: 'settled' })
  })
})
