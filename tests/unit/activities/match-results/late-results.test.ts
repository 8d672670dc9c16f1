/** Results that are missing although the service responds. */
import { describe, expect, it } from 'vitest'
import { lateOf } from '../../../../activities/match-results/late-results.ts'
import type { Match } from '../../../../activities/match-results/match-life.ts'
import { lifeOf, live, minute } from './lives.ts'
import { words } from '../../../support/ending-in-words.ts'

const LEAGUE = { id: 5, name: 'Ligue des champions' }
const OTHER = { id: 6, name: 'FC 26. 3x3' }

/** Vanished a minute after the first one, in these leagues. */
const vanished = (...leagues: (typeof LEAGUE)[]): Map<number, Match> =>
  new Map(
    leagues.map(({ id, name }, at) => {
      const { match } = lifeOf(live([1, 0], { eventId: at, leagueId: id, league: name }), 'absent')
      return [at, match]
    }),
  )
const late = (matches: Map<number, Match>, unlisted: (typeof LEAGUE)[], at = 61) =>
  words(lateOf(matches, unlisted, new Date(minute(at))))

describe('matches that wait for more than an hour', () => {
  it('reports results that are late by more than an hour if none of their leagues is listed', () => {
    expect(late(vanished(LEAGUE, LEAGUE, OTHER), [OTHER, LEAGUE])).toEqual([
      expect.stringMatching(
        /^3 matches of 2 leagues without results .* lists none of these leagues/,
      ) as unknown,
    ])
  })

  it('reports no late results before the hour, if a league is listed, or if they are few', () => {
    expect(late(vanished(LEAGUE, LEAGUE, OTHER), [OTHER, LEAGUE], 60)).toEqual([])
    expect(late(vanished(LEAGUE, LEAGUE, OTHER), [LEAGUE])).toEqual([])
    expect(late(vanished(LEAGUE, LEAGUE), [LEAGUE])).toEqual([])
  })

  it('reports only matches without a result as late', () => {
    const settled = lifeOf(live([1, 0], { eventId: 9 }), 'absent', { result: [1, 0] }).match
    expect(late(vanished(LEAGUE, LEAGUE).set(9, settled), [LEAGUE])).toEqual([])
  })

  it('does not report matches of the last hour, whose leagues may be new', () => {
    const young = lifeOf(
      live([1, 0], { eventId: 9, leagueId: 6 }),
      ...Array.from({ length: 30 }, () => live([1, 0])),
    )
    const matches = vanished(LEAGUE, LEAGUE, LEAGUE).set(9, { ...young.match, overAt: minute(30) })
    expect(late(matches, [LEAGUE])).toHaveLength(1)
  })
})
