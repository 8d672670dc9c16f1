/** The life of a match: the effect of each piece of evidence. */
import { describe, expect, it } from 'vitest'
import { follow, type Poll } from '../../../../activities/match-results/follow.ts'
import { MatchesById } from '../../../../activities/match-results/matches-by-id.ts'
import { matchBefore } from '../../../../activities/match-results/rewind.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { outcomeOfMatch, resulted } from '../../../../activities/match-results/match-life.ts'
import { before, lifeOf, live, minute, over, suspended } from './lives.ts'

const ODDS = { one: 1.8, x: 3.4, two: 4.1 }
const SHORTER = { one: 1.5, x: 3.9, two: 5.2 }
const IN_PLAY = { one: 1.02, x: 11, two: 40 }
const states = (life: ReturnType<typeof lifeOf>) => life.states.map(({ state }) => state)

describe('a match whose sides are switched', () => {
  const switched = { team1: 'Inter', team2: 'Ajax' }

  it('keeps the odds with their teams, also when it is rewound', () => {
    const life = lifeOf(before({ odds: ODDS }), live([0, 0], switched), live([1, 0], switched))
    const turned = { one: 4.1, x: 3.4, two: 1.8 }
    expect(life.match).toMatchObject({ ...switched, openingOdds: turned, closingOdds: turned, score: [1, 0] })
    const { observations } = life
    expect(matchBefore(life.match, { observations }, minute(9))).toMatchObject({
      ...switched,
      openingOdds: turned,
      closingOdds: turned,
    })
  })

  it('keeps the goals with their teams while the feed shows no score', () => {
    const { match } = lifeOf(live([2, 1]), suspended(null, switched))
    expect(match.score).toEqual([1, 2])
  })
})

describe('an event id that is used again', () => {
  const feed = (number: number, ...told: Sighting[]): Poll => ({
    kind: 'feed',
    polledAt: minute(number),
    truncated: false,
    told,
  })
  const followed = (...polls: Poll[]) => {
    const matches = new MatchesById()
    for (const poll of polls) follow(matches, poll)
    return [...matches.values()].map(({ team1, state, score, openingOdds }) => ({
      team1,
      state,
      score,
      openingOdds,
    }))
  }
  const otherTeams = { team1: 'Lyon', team2: 'Nice', startsAt: new Date(minute(100)).toISOString() }
  const played = [feed(0, before({ odds: ODDS })), feed(11, live([5, 0])), feed(20)]

  it('is another match, which begins its own life', () => {
    const next = before({ ...otherTeams, odds: SHORTER })
    expect(followed(...played, feed(90, next), feed(101, live([0, 1], otherTeams)))).toEqual([
      { team1: 'Ajax', state: 'vanished', score: [5, 0], openingOdds: ODDS },
      { team1: 'Lyon', state: 'live', score: [0, 1], openingOdds: SHORTER },
    ])
  })

  it('is another match if the same teams meet again', () => {
    const rematch = { startsAt: new Date(minute(100)).toISOString() }
    expect(followed(...played, feed(90, before(rematch)))).toMatchObject([
      { state: 'vanished' },
      { state: 'seen', score: null },
    ])
  })

  it('is the same match if it comes back, is moved before it began, or has its names corrected', () => {
    expect(followed(...played, feed(21, live([5, 1])))).toMatchObject([{ state: 'live', score: [5, 1] }])
    const moved = { startsAt: new Date(minute(300)).toISOString() }
    expect(followed(feed(0, before()), feed(1), feed(2, before(moved)))).toHaveLength(1)
    expect(followed(feed(0, before()), feed(1, before({ team1: 'AFC Ajax' })))).toMatchObject([
      { team1: 'AFC Ajax' },
    ])
    expect(followed(...played, feed(21, live([5, 1], { team1: 'AFC Ajax' })))).toHaveLength(1)
  })

  it('is settled by the result of its own start', () => {
    const rematch = { startsAt: new Date(minute(100)).toISOString() }
    const result = (number: number, score: [number, number]) => ({
      gameId: 700,
      team1: 'Ajax',
      team2: 'Inter',
      league: 'Ligue des champions',
      leagueId: 5,
      startsAt: new Date(minute(number)).toISOString(),
      score,
    })
    const told = [result(10, [6, 0]), result(100, [1, 1])]
    const results = { kind: 'results', polledAt: minute(130), truncated: false, told } as Poll
    expect(
      followed(...played, feed(90, before(rematch)), feed(101, live([1, 0], rematch)), feed(120), results),
    ).toMatchObject([
      { state: 'settled', score: [6, 0] },
      { state: 'settled', score: [1, 1] },
    ])
  })
})

describe('a match', () => {
  it('settles a match that is announced, played, final and gone by its status', () => {
    const life = lifeOf(before(), live([0, 0]), live([2, 1]), over([2, 1]), 'absent')
    expect(states(life)).toEqual(['seen', 'live', 'live', 'ended', 'settled'])
    expect(life.match).toMatchObject({ confidence: 'confirmed', settledBy: 'status', score: [2, 1] })
    expect(life.match).toMatchObject({ startedAt: minute(1), overAt: minute(3), lastSeenAt: minute(3) })
    expect(life.observations.map(({ source, state }) => `${source} ${state}`)).toEqual([
      'feed seen',
      'feed live',
      'feed live',
      'feed ended',
      'absence settled',
    ])
  })

  it('a match that leaves the feed without a final status has vanished, and its last score is no result', () => {
    const { match } = lifeOf(before(), live([3, 1]), 'absent', 'absent')
    expect(match).toMatchObject({ state: 'vanished', confidence: 'last-seen', settledBy: null })
    expect(match).toMatchObject({ score: [3, 1], lastSeenScore: [3, 1], overAt: minute(2) })
    expect(outcomeOfMatch(match)).toBeNull()
  })

  it('the results service settles a vanished match, and the last-seen score is kept beside it', () => {
    const { match, observations } = lifeOf(live([3, 1]), 'absent', { result: [3, 2] })
    expect(match).toMatchObject({ state: 'settled', confidence: 'confirmed', settledBy: 'results' })
    expect(match).toMatchObject({ score: [3, 2], lastSeenScore: [3, 1], overAt: minute(1) })
    expect(outcomeOfMatch(match)).toBe('1')
    expect(observations.at(-1)).toMatchObject({ source: 'results', state: 'settled', score: [3, 2] })
  })

  it('a match that vanished before it began has no score, and no confidence in one', () => {
    const { match } = lifeOf(before(), before(), 'absent')
    expect(match).toMatchObject({ state: 'vanished', confidence: null, score: null, startedAt: null })
  })

  it('a match that vanished unseen and is then final has begun, and that is kept', () => {
    const { match, observations } = lifeOf(before({ status: null }), 'absent', over(null, { status: null }))
    expect(match).toMatchObject({ state: 'vanished', startedAt: minute(2) })
    expect(observations.at(-1)).toMatchObject({ source: 'feed', state: 'vanished', at: minute(2) })
  })

  it('a match that vanished and comes back is live as before', () => {
    const life = lifeOf(live([1, 0]), 'absent', live([1, 1]))
    expect(states(life)).toEqual(['live', 'vanished', 'live'])
    expect(life.match).toMatchObject({ confidence: null, overAt: null, startedAt: minute(0), score: [1, 1] })
  })

  it('a suspended match is not over, and goes on', () => {
    const life = lifeOf(live([1, 0]), suspended([1, 0]), live([1, 0]), suspended([1, 0]), 'absent')
    expect(states(life)).toEqual(['live', 'suspended', 'live', 'suspended', 'vanished'])
    expect(life.match).toMatchObject({ confidence: 'last-seen', settledBy: null })
  })

  it('treats a final status without a score as vanished: nothing is confirmed', () => {
    const played = lifeOf(live([2, 0]), over(null)).match
    expect(played).toMatchObject({
      state: 'vanished',
      confidence: 'last-seen',
      score: [2, 0],
      settledBy: null,
    })
    const unplayed = lifeOf(before(), over(null)).match
    expect(unplayed).toMatchObject({ state: 'vanished', confidence: null, score: null })
    expect(lifeOf(live([2, 0]), over(null), { result: [2, 1] }).match).toMatchObject({ settledBy: 'results' })
  })

  it('an empty score after goals in a final status is not 0-0: the feed has cleared it', () => {
    for (const scores of [[live([0, 1])], [live([2, 1]), live([0, 0])], [live([2, 1]), over([2, 1])]]) {
      const [first = live([0, 0]), ...more] = scores
      const { match } = lifeOf(first, ...more, over([0, 0]), 'absent')
      expect(match).toMatchObject({ state: 'vanished', confidence: 'last-seen', settledBy: null })
      expect(match).toMatchObject({ score: first.score, lastSeenScore: first.score })
    }
    const settled = lifeOf(live([2, 1]), over([0, 0]), 'absent', { result: [2, 2] }).match
    expect(settled).toMatchObject({ score: [2, 2], settledBy: 'results' })
  })

  it('a match without a goal, or whose only one was annulled in play, is over at 0-0', () => {
    for (const first of [live([0, 0]), live([1, 0])]) {
      const { match } = lifeOf(first, live([0, 0]), over([0, 0]), 'absent')
      expect(match).toMatchObject({ score: [0, 0], confidence: 'confirmed', settledBy: 'status' })
    }
  })

  it('a score that is cleared in play stays until there is another', () => {
    const { states, observations } = lifeOf(live([1, 1]), live([0, 0]), live([0, 1]))
    expect(states.map(({ score }) => score)).toEqual([
      [1, 1],
      [1, 1],
      [0, 1],
    ])
    expect(observations).toHaveLength(2)
  })

  it('a match that alternates between over and live is over from its last end on', () => {
    const life = lifeOf(live([1, 0]), over([1, 0]), live([1, 0]), live([2, 0]), over([2, 0]), 'absent')
    expect(states(life)).toEqual(['live', 'ended', 'live', 'live', 'ended', 'settled'])
    expect(life.states[2]).toMatchObject({ confidence: null, settledBy: null, overAt: null })
    expect(life.match).toMatchObject({ score: [2, 0], overAt: minute(4), confidence: 'confirmed' })
  })

  it('a score that is corrected while shown as over becomes the correct one, and both are kept', () => {
    const { match, observations } = lifeOf(live([2, 2]), over([3, 2]), over([2, 2]), 'absent')
    expect(match).toMatchObject({ score: [2, 2], overAt: minute(1) })
    expect(outcomeOfMatch(match)).toBe('N')
    expect(observations.map(({ score }) => score?.join(':'))).toEqual(['2:2', '3:2', '2:2', '2:2'])
  })

  it('a corrected result replaces the earlier one', () => {
    const { match, observations } = lifeOf(live([0, 0]), 'absent', { result: [1, 0] }, { result: [0, 1] })
    expect(match).toMatchObject({ score: [0, 1], settledBy: 'results' })
    expect(outcomeOfMatch(match)).toBe('2')
    expect(observations.filter(({ source }) => source === 'results')).toHaveLength(2)
  })

  it('the results service corrects a wrong score that a status confirmed', () => {
    const { match } = lifeOf(live([0, 0]), over([1, 0]), 'absent', { result: [0, 0] })
    expect(match).toMatchObject({ score: [0, 0], settledBy: 'results', lastSeenScore: [1, 0] })
  })

  it('a result does not settle a match that is still live in the feed: it waits until it has left', () => {
    for (const shown of [before(), live([1, 0]), suspended([1, 0])]) {
      const { match, observations } = lifeOf(shown, { result: [4, 4] })
      expect(match).toEqual(lifeOf(shown).match)
      expect(observations).toHaveLength(1)
    }
  })

  it('a match settled by the results service stays settled, whatever the feed shows later', () => {
    const settled = lifeOf(live([1, 0]), 'absent', { result: [1, 0] })
    const shown = lifeOf(live([1, 0]), 'absent', { result: [1, 0] }, live([5, 0]), before(), 'absent')
    expect(shown.match).toEqual({ ...settled.match, lastSeenAt: minute(4) })
    expect(shown.observations).toEqual(settled.observations)
  })

  it('the same result a second time makes no further observation', () => {
    const once = lifeOf(live([1, 0]), 'absent', { result: [1, 0] })
    expect(lifeOf(live([1, 0]), 'absent', { result: [1, 0] }, { result: [1, 0] })).toMatchObject({
      match: once.match,
      observations: once.observations,
    })
  })

  it('a match that has begun does not return to before its start if a text is unknown and no goal was scored', () => {
    const life = lifeOf(live([0, 0]), before({ status: 'Pause commerciale' }), 'absent')
    expect(states(life)).toEqual(['live', 'live', 'vanished'])
    expect(life.match).toMatchObject({ confidence: 'last-seen', score: [0, 0] })
  })

  it('a change of the running time alone makes no observation, and the newest text is kept', () => {
    const at = (status: string, elapsedS: number) => live([1, 0], { status, elapsedS })
    const { match, observations } = lifeOf(at('3 minutes', 180), at('4 minutes', 240), at('5 minutes', 300))
    expect(observations).toHaveLength(1)
    expect(match.status).toBe('5 minutes')
  })

  it('keeps names and leagues that one poll omits, and a start that varies by a minute', () => {
    const shaken = new Date(minute(11)).toISOString()
    const { match } = lifeOf(before(), before({ league: '', leagueId: null, startsAt: shaken }))
    expect(match).toMatchObject({ league: 'Ligue des champions', leagueId: 5, startsAt: minute(10) })
    const moved = new Date(minute(40)).toISOString()
    expect(lifeOf(before(), before({ startsAt: moved })).match.startsAt).toBe(minute(40))
    expect(lifeOf(before(), before({ startsAt: null })).match.startsAt).toBe(minute(10))
  })
})

describe('an observation', () => {
  const named = (life: ReturnType<typeof lifeOf>) => life.observations.map(({ names }) => names)

  it('an observation keeps teams, league and start: the first, and those that change them', () => {
    const moved = new Date(minute(40)).toISOString()
    const other = { startsAt: moved, team2: 'Inter B' }
    const life = lifeOf(before(), live([0, 0]), live([0, 0], other), live([1, 0], other))
    const first = { team1: 'Ajax', team2: 'Inter', league: 'Ligue des champions', leagueId: 5 }
    expect(named(life)).toEqual([
      { ...first, startsAt: minute(10) },
      undefined,
      { ...first, team2: 'Inter B', startsAt: minute(40) },
      undefined,
    ])
  })

  it('a start that varies by a minute, or omitted names, make no observation', () => {
    const shaken = new Date(minute(11)).toISOString()
    const life = lifeOf(before(), before({ league: '', leagueId: null, startsAt: shaken }))
    expect(life.observations).toHaveLength(1)
  })

  it('marks an observation of odds only; a new text or name beside them is more', () => {
    const life = lifeOf(
      live([0, 0], { odds: ODDS }),
      live([0, 0], { odds: SHORTER }),
      live([0, 0], { odds: IN_PLAY, status: 'Set 2' }),
      live([0, 0], { odds: ODDS, status: 'Set 3' }),
      live([0, 0], { odds: SHORTER, status: 'Set 3', team1: 'Ajax B' }),
      live([1, 0], { odds: ODDS, status: 'Set 3' }),
    )
    expect(life.observations.map(({ isOddsOnly = false }) => isOddsOnly)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('an observation of a result has the game that gave it, even if it repeats the score of another game', () => {
    const gone = lifeOf(live([1, 0]), 'absent').match
    const first = resulted(gone, { gameId: 9, score: [1, 0] }, minute(5))
    expect(first).toMatchObject({ match: { resultId: 9 }, observation: { resultId: 9 } })
    expect(resulted(first.match, { gameId: 9, score: [1, 0] }, minute(6)).observation).toBeUndefined()
    const own = resulted(first.match, { gameId: 700, score: [1, 0] }, minute(6))
    expect(own).toMatchObject({ match: { resultId: 700 }, observation: { resultId: 700 } })
  })
})

describe('odds', () => {
  it('keeps the first and the last odds before the start, unchanged once the match is played', () => {
    const announced = [before({ odds: ODDS }), before(), before({ odds: SHORTER })] as const
    const life = lifeOf(...announced, live([0, 0], { odds: IN_PLAY }), live([1, 0], { odds: ODDS }), 'absent')
    expect(life.match).toMatchObject({ openingOdds: ODDS, closingOdds: SHORTER })
    expect(life.observations.map(({ odds }) => odds?.one)).toEqual([1.8, 1.5, 1.02, 1.8, undefined])
  })

  it('odds offered only after the start are not opening odds', () => {
    const { match } = lifeOf(before(), live([0, 0], { odds: IN_PLAY }), before({ odds: ODDS }))
    expect(match).toMatchObject({ openingOdds: null, closingOdds: null })
  })

  it('odds after the announced start are not opening odds, even if the match appears unstarted', () => {
    const startsAt = new Date(minute(2)).toISOString()
    const late = before({ odds: IN_PLAY, startsAt, status: 'Pending' })
    const { match, observations } = lifeOf(
      ...([before({ odds: ODDS, startsAt }), before({ odds: SHORTER, startsAt }), late] as const),
      live([0, 0], { startsAt }),
    )
    expect(match).toMatchObject({ openingOdds: ODDS, closingOdds: SHORTER, odds: SHORTER })
    expect(observations.map(({ odds }) => odds)).not.toContainEqual(IN_PLAY)
  })

  it('odds that are blocked for a while remove nothing, and make no observation', () => {
    const { match, observations } = lifeOf(before({ odds: ODDS }), before(), before({ odds: ODDS }))
    expect(match).toMatchObject({ openingOdds: ODDS, closingOdds: ODDS, odds: ODDS })
    expect(observations).toHaveLength(1)
  })

  it('a withdrawn outcome makes an observation, and keeps its odds as offered', () => {
    const half = { one: 1.8, x: null, two: 4.1 }
    const { match, observations } = lifeOf(before({ odds: ODDS }), before({ odds: half }))
    expect(match.closingOdds).toEqual(half)
    expect(observations).toHaveLength(2)
  })

  it('odds of a match suspended before its start are kept apart from later ones', () => {
    const { match } = lifeOf(
      before({ odds: ODDS }),
      suspended(null, { odds: IN_PLAY }),
      before({ odds: SHORTER }),
    )
    expect(match).toMatchObject({ openingOdds: ODDS, closingOdds: ODDS })
  })
})
