/** A response that would end most matches at once, and the report of a run on its poll. */
import { describe, expect, it } from 'vitest'
import { countsOf, anomaliesOf } from '../../../../activities/match-results/feed-counts.ts'
import { follow, type Poll } from '../../../../activities/match-results/follow.ts'
import { MatchesById } from '../../../../activities/match-results/matches-by-id.ts'
import type { LiveFeed, Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { live, minute } from './lives.ts'
import { textReason } from '../../../../core/reason.ts'
import { words } from '../../../support/ending-in-words.ts'

const matches = (many: number, from = 0): Sighting[] =>
  Array.from({ length: many }, (_, at) => live([1, 0], { eventId: 700 + from + at }))

interface FeedPoll {
  at: number
  told: Sighting[]
  truncated?: boolean
  unread?: number[]
}

/** The matches after these polls, and the report of the last run on those left out. */
function after(...polls: FeedPoll[]) {
  const all = new MatchesById()
  for (const { at, truncated = false, ...more } of polls)
    follow(all, { kind: 'feed', polledAt: minute(at), truncated, ...more } satisfies Poll)
  const { at, truncated = false, ...more } = polls.at(-1) ?? { at: 0, told: [] }
  const last: Poll = { kind: 'feed', polledAt: minute(at), truncated, ...more }
  const vanished = [...all.values()].filter(({ state }) => state === 'vanished').length
  return { all, vanished, last, anomalies: words(anomaliesOf(last, all)) }
}

describe('a response that omits more than half of the open matches', () => {
  const whole = { at: 0, told: matches(38) }

  it('an incomplete response ends none of the matches that it omits for a quarter of an hour, and the run says so', () => {
    const { vanished, anomalies } = after(whole, { at: 1, told: matches(3) })
    expect(vanished).toBe(0)
    expect(anomalies).toEqual([expect.stringContaining('names 3 matches and leaves out 35') as unknown])
    expect(after(whole, { at: 1, told: matches(3) }, { at: 14, told: matches(3) }).vanished).toBe(0)
  })

  it('an incomplete response is believed after a quarter of an hour', () => {
    const { vanished, anomalies } = after(whole, { at: 1, told: matches(3) }, { at: 15, told: matches(3) })
    expect({ vanished, anomalies }).toEqual({ vanished: 35, anomalies: [] })
  })

  it('an incomplete response leaves nothing behind if the next response is whole', () => {
    const { vanished, anomalies } = after(whole, { at: 1, told: matches(3) }, { at: 2, told: matches(36) })
    expect({ vanished, anomalies }).toEqual({ vanished: 2, anomalies: [] })
  })

  it('an incomplete response updates the matches that it names, known or new', () => {
    const { all } = after(whole, { at: 1, told: [...matches(1), ...matches(1, 90)] })
    expect(all.get(700)?.lastSeenAt).toBe(minute(1))
    expect(all.get(790)?.state).toBe('live')
  })

  it('an incomplete response is believed if it omits just half, or if few matches are open', () => {
    expect(after({ at: 0, told: matches(8) }, { at: 1, told: matches(4) }).vanished).toBe(4)
    expect(after({ at: 0, told: matches(8) }, { at: 1, told: matches(3) }).vanished).toBe(0)
    expect(after({ at: 0, told: matches(7) }, { at: 1, told: matches(1) }).vanished).toBe(6)
  })

  it('an incomplete response is believed of matches not seen for long: the collector was away', () => {
    const { vanished, anomalies } = after(whole, { at: 60, told: matches(38, 100) })
    expect({ vanished, anomalies }).toEqual({ vanished: 38, anomalies: [] })
  })

  it('an incomplete response does not count events that it names and that could not be read', () => {
    const unread = matches(20).map(({ eventId }) => eventId)
    const { vanished, anomalies } = after(whole, { at: 1, told: matches(10, 20), unread })
    expect({ vanished, anomalies }).toEqual({ vanished: 8, anomalies: [] })
  })

  it('an incomplete response is not reported if it was not followed', () => {
    const { last } = after(whole, { at: 1, told: matches(3) })
    expect(anomaliesOf(last, after(whole).all)).toEqual([])
    expect(anomaliesOf(last, new MatchesById())).toEqual([])
  })

  it('an incomplete response is reported only if it was whole: a truncated or empty one says so itself', () => {
    expect(after(whole, { at: 1, told: matches(3), truncated: true }).anomalies).toEqual([])
    expect(after(whole, { at: 1, told: [] }).anomalies).toEqual([])
  })
})

describe('a run', () => {
  const FEED: LiveFeed = {
    sightings: matches(3),
    truncated: false,
    why: [],
    others: 1,
    fetched: 4,
    duplicates: 2,
    rejected: [],
    raw: [],
  }

  it('a run is complete if its response was normal', () => {
    expect(countsOf(FEED)).toMatchObject({
      outcome: 'complete',
      fetched: 4,
      written: 0,
      rejected: 0,
      why: [],
    })
  })

  it('a response with an unidentifiable event ends no match', () => {
    const rejected = [
      { reason: 'O1', row: { I: 7 } },
      { reason: 'I', row: { I: 'x' } },
    ]
    const { outcome, why } = countsOf({ ...FEED, rejected, fetched: 6 })
    expect(outcome).toBe('partial')
    expect(words(why)).toEqual([
      '2 events rejected, see quarantine',
      expect.stringMatching(
        /^1 of them without a readable id, .*: no match is counted as over by this response$/,
      ) as unknown,
    ])
    expect(countsOf({ ...FEED, rejected: rejected.slice(0, 1), fetched: 5 }).why).toHaveLength(1)
  })

  it('distinguishes an empty feed from one of which nothing could be read', () => {
    const none = { ...FEED, sightings: [], others: 0, fetched: 0 }
    expect(words(countsOf(none).why)).toEqual([
      'the feed is empty: no match is counted as over because of it',
    ])
    expect(words(countsOf({ ...none, others: 2, fetched: 2 }).why)).toEqual([
      'no match can be read in 2 events: none is counted as over because of it',
    ])
  })

  it('counts no event as fetched that could not be read', () => {
    const rejected = [{ reason: 'O1', row: { I: 7 } }]
    const none = { ...FEED, sightings: [], others: 0, rejected, fetched: 1 }
    expect(countsOf(none)).toMatchObject({ fetched: 0, rejected: 1, outcome: 'partial' })
  })

  it('a run reports what the feed says, and that events may be missing', () => {
    const { outcome, why } = countsOf({ ...FEED, truncated: true, why: [textReason('A league failed.')] })
    expect(outcome).toBe('partial')
    expect(words(why)).toEqual([
      'A league failed.',
      expect.stringContaining('truncated: 4 events were received') as unknown,
    ])
  })
})
