/**
 * Figures of the matches of a feed: how often last-seen scores were right, and which leagues are requested for results.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Poll } from '../../../activities/match-results/follow.ts'
import { matchCounts } from '../../../db/queries/match-results/match-report.ts'
import { waitingLeagues } from '../../../db/queries/match-results/matches.ts'
import type { Sighting } from '../../../upstreams/onexbet/onexbet.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { followPolls, storePolls } from '../../support/match-results/match-polls.ts'
import { live, minute, over } from '../../unit/activities/match-results/lives.ts'

const FEED = 'onexbet'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

/** Always open, so that no response is empty. */
const OTHER = live([0, 0], { eventId: 1, team1: 'Lens', team2: 'Nice', league: 'Other', leagueId: 9 })
type FeedStep = Sighting | 'absent' | { result: [number, number] }

/** Polls of one match, minute by minute. */
function pollsAt(eventId: number, ...told: FeedStep[]): Poll[] {
  return told.map((one, at): Poll => {
    const polledAt = minute(eventId + at)
    if (one === 'absent') return { kind: 'feed', polledAt, truncated: false, told: [OTHER] }
    if ('result' in one) {
      const { team1, team2, league, leagueId, startsAt } = live([0, 0])
      const game = { gameId: eventId, team1, team2, league, leagueId, startsAt, score: one.result }
      return { kind: 'results', polledAt, truncated: false, told: [game] }
    }
    return { kind: 'feed', polledAt, truncated: false, told: [OTHER, { ...one, eventId }] }
  })
}

async function judged(...told: FeedStep[]) {
  await storePolls(database, FEED, pollsAt(700, ...told))
  await followPolls(database, FEED)
  const { lastSeenJudged, lastSeenRight } = await matchCounts(database.db, { feed: FEED })
  return { judged: lastSeenJudged, right: lastSeenRight }
}

describe('a last-seen score', () => {
  const gone: FeedStep[] = [live([1, 0]), 'absent']

  it('compares a last-seen score with the result that came for it', async () => {
    expect(await judged(...gone, { result: [1, 0] })).toEqual({ judged: 1, right: 1 })
  })

  it('counts a last-seen score as wrong when its result is corrected', async () => {
    expect(await judged(...gone, { result: [1, 0] }, { result: [2, 0] })).toEqual({ judged: 1, right: 0 })
  })

  it('compares the last-seen score from when the match last vanished', async () => {
    const back: FeedStep[] = [...gone, live([2, 0]), 'absent', { result: [2, 0] }]
    expect(await judged(...back)).toEqual({ judged: 1, right: 1 })
  })

  it('does not judge the last-seen score of a match that came back and ended, which is confirmed already', async () => {
    const back: FeedStep[] = [...gone, live([2, 0]), over([2, 0]), 'absent', { result: [2, 0] }]
    expect(await judged(...back)).toEqual({ judged: 0, right: 0 })
  })

  it('does not judge a last-seen score without a result', async () => {
    expect(await judged(...gone)).toEqual({ judged: 0, right: 0 })
  })
})

describe('a league', () => {
  const asked = async (more: { correctedSince?: number; until?: number; since?: number }) => {
    const { since = 0, correctedSince = 0, until = 2_000 } = more
    const found = await waitingLeagues(database.db, {
      feed: FEED,
      since: new Date(minute(since)),
      correctedSince: new Date(minute(correctedSince)),
      until: new Date(minute(until)),
    })
    return found.leagues.map(({ leagueId }) => leagueId)
  }

  it('requests the results of a league while one of its matches waits', async () => {
    await judged(live([1, 0]), 'absent')
    expect(await asked({ correctedSince: 1_500 })).toEqual([5])
    expect(await asked({ until: 700 })).toEqual([])
    expect(await asked({ since: 702 })).toEqual([])
  })

  it('requests the results of a league a while longer after they came: they may be corrected', async () => {
    await judged(live([1, 0]), 'absent', { result: [1, 0] })
    expect(await asked({ correctedSince: 701 })).toEqual([5])
    expect(await asked({ correctedSince: 702 })).toEqual([])
  })
})
