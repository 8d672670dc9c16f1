/** What a worker knows of the matches while the database is unavailable. */
import { describe, expect, it } from 'vitest'
import type { Poll } from '../../../../activities/match-results/follow.ts'
import type { Match } from '../../../../activities/match-results/match-life.ts'
import { createUnstoredMatches } from '../../../../activities/match-results/unstored-matches.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { lifeOf, live, minute } from './lives.ts'

const DAY_MINUTES = 24 * 60
const OTHER = live([0, 0], { eventId: 701 })
const poll = (at: number, ...told: Sighting[]): Poll => ({
  kind: 'feed',
  polledAt: minute(at),
  truncated: false,
  told,
})
const tables = (...matches: Match[]) => new Map(matches.map((match) => [match.eventId, match]))
const playing = lifeOf(live([1, 0])).match
const gone = lifeOf(live([1, 0]), 'absent').match
const other = lifeOf(OTHER).match

describe('a worker without its database', () => {
  it('a worker without its database follows matches from their stored state', async () => {
    const known = createUnstoredMatches('onexbet', undefined)
    known.remember(tables(playing, other), minute(0))
    const { turned, before } = await known.follow(poll(1, OTHER))
    expect(turned.map(({ eventId, state, score }) => [eventId, state, score])).toEqual([
      [700, 'vanished', [1, 0]],
    ])
    expect(before.get(700)).toEqual(playing)
    expect(known.over().matches.map(({ eventId }) => eventId)).toEqual([700])
  })

  it('a worker without its database does not report a match whose end another worker saw', async () => {
    const known = createUnstoredMatches('onexbet', undefined)
    known.remember(tables(playing, other), minute(0))
    known.remember(tables(other), minute(2))
    expect((await known.follow(poll(3, OTHER))).turned).toEqual([])
  })

  it('a worker without its database waits a day for the result of a vanished match, then forgets it', () => {
    const known = createUnstoredMatches('onexbet', undefined)
    known.remember(tables(gone, other), minute(1))
    known.remember(tables(other), minute(1 + DAY_MINUTES))
    expect(known.over().matches).toHaveLength(1)
    known.remember(tables(other), minute(2 + DAY_MINUTES))
    expect(known.over().matches).toHaveLength(0)
  })

  it('a worker without its database knows from stored results when they were last requested', async () => {
    const known = createUnstoredMatches('onexbet', undefined)
    expect(known.over().askedAt).toBeUndefined()
    await known.follow({ kind: 'results', polledAt: minute(4), truncated: false, told: [] })
    expect(known.over().askedAt).toBe(minute(4))
  })
})
