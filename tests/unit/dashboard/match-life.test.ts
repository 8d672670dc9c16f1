/** From the observations of a match to its life and its odds. */
import { describe, expect, it } from 'vitest'
import type { OpenMatch } from '../../../api/match-results/routes.ts'
import {
  evidenceKey,
  inPlayFirst,
  lifeOf,
  oddsLines,
  rightShare,
  scoreOf,
  stateWord,
  type Match,
  type Observation,
} from '../../../dashboard/pipelines/match-results/match.ts'

const at = (minute: number) => new Date(minute * 60_000).toISOString()
const observed = (minute: number, more: Partial<Observation>): Observation => ({
  at: at(minute),
  source: 'feed',
  state: 'live',
  status: null,
  elapsed_s: null,
  score1: null,
  score2: null,
  odds_1: null,
  odds_x: null,
  odds_2: null,
  is_odds_only: null,
  ...more,
})

/** Newest first, as the data set has them. */
const OBSERVATIONS = [
  observed(9, { source: 'results', state: 'settled', score1: 2, score2: 1 }),
  observed(8, { source: 'absence', state: 'vanished', score1: 1, score2: 1 }),
  observed(5, { odds_1: null }),
  observed(3, { odds_1: 2.5, odds_x: 3, odds_2: 2, is_odds_only: true }),
  observed(0, { state: 'seen', odds_1: 2, odds_x: 3, odds_2: 2.5 }),
]
const NAMES = ['1', 'N', '2'] as const

describe('the life of a match', () => {
  it('is told from its beginning, without changes of odds alone', () => {
    expect(lifeOf(OBSERVATIONS).map(({ state, source }) => [state, source])).toEqual([
      ['seen', 'feed'],
      ['live', 'feed'],
      ['vanished', 'absence'],
      ['settled', 'results'],
    ])
  })

  it('ends with the status that the match has now, though nothing but its running time has changed', () => {
    const match = (more: Partial<Match>) => ({ last_seen_at: at(7), state: 'live', ...more }) as Match
    const seen = [observed(5, { status: '30 minutes' })]
    const told = (now: Match) => lifeOf(seen, now).map(({ at: when, status }) => [when, status])
    expect(told(match({ status: '32 minutes' }))).toEqual([
      [at(5), '30 minutes'],
      [at(7), '32 minutes'],
    ])
    expect(told(match({ status: '30 minutes' }))).toEqual([[at(5), '30 minutes']])
    // The match was read after something happened that is not among these observations yet.
    expect(told(match({ status: 'over', state: 'ended' }))).toEqual([[at(5), '30 minutes']])
    expect(told(match({ status: '29 minutes', last_seen_at: at(4) }))).toEqual([[at(5), '30 minutes']])
  })

  it('has a score once both sides of it are known', () => {
    expect(scoreOf({ score1: 0, score2: 2 })).toBe('0–2')
    expect(scoreOf({ score1: 0, score2: null })).toBe('–')
  })

  it.each([
    [{ confidence: 'confirmed', settled_by: 'results' }, 'evidence.results'],
    [{ confidence: 'confirmed', settled_by: 'status' }, 'evidence.status'],
    [{ confidence: 'last-seen', settled_by: null }, 'evidence.last-seen'],
    [{ confidence: null, settled_by: null }, 'evidence.none'],
  ] as const)('says why a score counts: %j', (match, key) => {
    expect(evidenceKey(match)).toBe(key)
  })

  it('shows a state that it has no word for as it is', () => {
    const say = (key: string) => `word of ${key}`
    expect(stateWord(say, 'live')).toBe('word of state.live')
    expect(stateWord(say, 'constructor')).toBe('constructor')
  })
})

describe('the matches on show', () => {
  const open = (id: number, state: string, starts_at: string | null = null) =>
    ({ id, state, starts_at }) as OpenMatch

  it('begin with those in play and end with those to come, the next one first', () => {
    const shown = [open(1, 'seen', at(9)), open(2, 'seen'), open(3, 'ended'), open(4, 'live', at(2))]
    const more = [open(5, 'seen', at(8)), open(6, 'suspended'), open(7, 'live', at(1))]
    expect(inPlayFirst([...shown, ...more]).map(({ id }) => id)).toEqual([4, 7, 6, 3, 5, 1, 2])
  })
})

describe('how often a last-seen score was right', () => {
  it.each([
    [0, 0, undefined],
    [29, 29, undefined],
    [30, 20, 0.66],
    [500, 498, 0.99],
    [40, 40, 1],
  ])('of %i that were checked %i were: %s', (last_seen_judged, last_seen_right, share) => {
    expect(rightShare({ last_seen_judged, last_seen_right })).toBe(share)
  })
})

describe('odds over time', () => {
  it('have a gap where they were blocked, and end with what was last offered', () => {
    const [home] = oddsLines(OBSERVATIONS, NAMES)
    expect(home).toEqual({
      name: '1',
      points: [
        [0, 2],
        [3 * 60_000, 2.5],
        [5 * 60_000, null],
      ],
    })
  })

  it('are nothing if none were offered', () => {
    expect(oddsLines([observed(0, {})], NAMES)).toEqual([])
  })
})
