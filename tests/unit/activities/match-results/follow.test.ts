/** Effects of truncated and empty responses, and of results, on all followed matches. */
import { describe, expect, it } from 'vitest'
import { follow, type Followed, type Poll } from '../../../../activities/match-results/follow.ts'
import type { Match } from '../../../../activities/match-results/match-life.ts'
import { MatchesById } from '../../../../activities/match-results/matches-by-id.ts'
import type { MatchResult } from '../../../../upstreams/onexbet/onexbet-results.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { live, minute, over } from './lives.ts'

const ONE = live([1, 0])
const OTHER = live([2, 2], { eventId: 701, team1: 'Lens', team2: 'Nice' })

const poll = (at: number, told: Sighting[], truncated = false): Poll => ({
  kind: 'feed',
  polledAt: minute(at),
  truncated,
  told,
})
const result = (more: Partial<MatchResult> = {}): MatchResult => ({
  gameId: 700,
  leagueId: 5,
  league: 'Ligue',
  team1: 'Ajax',
  team2: 'Inter',
  score: [4, 0],
  startsAt: ONE.startsAt,
  ...more,
})
const results = (at: number, ...told: MatchResult[]): Poll => ({
  kind: 'results',
  polledAt: minute(at),
  truncated: false,
  told,
})

function followed(...polls: Poll[]): { matches: Map<number, Match>; last: Followed } {
  const matches = new MatchesById()
  let last: Followed = { touched: new Set(), turned: new Set(), observations: [] }
  for (const poll of polls) last = follow(matches, poll)
  return { matches, last }
}
const stateAfter = (...polls: Poll[]) => followed(...polls).matches.get(700)?.state

describe('a response', () => {
  it('lets only the match vanish that a whole response omits', () => {
    const { matches, last } = followed(poll(0, [ONE, OTHER]), poll(1, [OTHER]))
    expect([...matches.values()].map(({ state }) => state)).toEqual(['vanished', 'live'])
    expect([...last.turned]).toEqual([700])
  })

  it('an unreadable event says nothing of its match', () => {
    const unreadable = { ...poll(1, [OTHER]), unread: [700] } as Poll
    expect(stateAfter(poll(0, [ONE]), unreadable)).toBe('live')
    expect(stateAfter(poll(0, [ONE]), unreadable, poll(2, [OTHER]))).toBe('vanished')
  })

  it('a truncated response says nothing of the matches that it omits, for six hours', () => {
    expect(stateAfter(poll(0, [ONE]), poll(1, [OTHER], true), poll(359, [OTHER], true))).toBe('live')
    expect(stateAfter(poll(0, [ONE]), poll(360, [OTHER], true))).toBe('vanished')
  })

  it('counts a repeated event once: the later row counts, also in stored rows', () => {
    const { matches, last } = followed(poll(0, [live([0, 0], { team1: 'Ajax B' }), live([1, 0])]))
    expect(matches.get(700)).toMatchObject({ team1: 'Ajax', score: [1, 0] })
    expect(last.observations).toHaveLength(1)
    expect(last.observations[0]?.names?.team1).toBe('Ajax')
  })

  it('does not believe an empty response for a quarter of an hour', () => {
    expect(stateAfter(poll(0, [ONE]), poll(1, []), poll(14, []))).toBe('live')
    expect(stateAfter(poll(0, [ONE]), poll(1, []), poll(15, []))).toBe('vanished')
  })

  it('reports once a match that no response names any more', () => {
    const { last } = followed(poll(0, [ONE]), poll(1, [OTHER]), poll(2, [OTHER]))
    expect(last.observations).toEqual([])
    expect([...last.turned]).toEqual([])
  })

  it('reports a match again when its result is corrected or withdrawn', () => {
    const ended = [poll(0, [ONE]), poll(1, [over([1, 0])])]
    expect([...followed(...ended).last.turned]).toEqual([700])
    expect([...followed(...ended, poll(2, [over([1, 1])])).last.turned]).toEqual([700])
    expect([...followed(...ended, poll(2, [over([1, 0])])).last.turned]).toEqual([])
    expect([...followed(...ended, poll(2, [ONE])).last.turned]).toEqual([700])
  })
})

describe('a result', () => {
  const gone = [poll(0, [ONE]), poll(1, [OTHER])]
  const settles = (...told: MatchResult[]) => stateAfter(...gone, results(2, ...told)) === 'settled'

  it('a result settles the match of its id and teams, however the names are written', () => {
    expect(settles(result())).toBe(true)
    expect(settles(result({ team1: 'AJAX ', team2: 'Ínter' }))).toBe(true)
  })

  it('a result under the id of another match settles nothing', () => {
    expect(settles(result({ team1: 'Lens' }))).toBe(false)
    expect(settles(result({ team1: 'Inter', team2: 'Ajax' }))).toBe(false)
  })

  it('a result under another id settles the only match of these teams that began then', () => {
    const at = (ms: number) => new Date(minute(10) + ms).toISOString()
    expect(settles(result({ gameId: 9, startsAt: at(240_000) }))).toBe(true)
    expect(settles(result({ gameId: 9, startsAt: at(240_001) }))).toBe(false)
    expect(settles(result({ gameId: 9, startsAt: null }))).toBe(false)
  })

  it('a result under another id settles none of two that began at that time', () => {
    const twin = live([0, 0], { eventId: 702 })
    const polls = [poll(0, [ONE, twin]), poll(1, [OTHER]), results(2, result({ gameId: 9 }))]
    expect(stateAfter(...polls)).toBe('vanished')
  })

  it('a result of a rematch an hour later is that of the rematch', () => {
    const later = new Date(minute(70)).toISOString()
    const rematch = live([0, 3], { eventId: 703, startsAt: later })
    const polls = [poll(0, [ONE]), poll(1, [rematch]), poll(2, [OTHER])]
    const { matches } = followed(...polls, results(3, result({ gameId: 9, startsAt: later, score: [0, 4] })))
    expect(matches.get(703)).toMatchObject({ state: 'settled', score: [0, 4] })
    expect(matches.get(700)).toMatchObject({ state: 'vanished', score: [1, 0] })
  })

  it('a result of a match that was never seen creates none', () => {
    expect([...followed(...gone, results(2, result({ gameId: 9, team1: 'X' }))).matches.keys()]).toEqual([
      700, 701,
    ])
  })
})
