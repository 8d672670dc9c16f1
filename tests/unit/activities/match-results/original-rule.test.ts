/**
 * The rule by which the original called a match finished (originals C.2), as a counter-example: its verdict on the
 * recorded response and on texts in the middle of a match, and ours.
 */
import { describe, expect, it } from 'vitest'
import { follow } from '../../../../activities/match-results/follow.ts'
import { outcomeOfMatch, type Match } from '../../../../activities/match-results/match-life.ts'
import { MatchesById } from '../../../../activities/match-results/matches-by-id.ts'
import { listOf, readEvents } from '../../../../upstreams/onexbet/onexbet-event.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { describeRecorded, recording } from '../../upstreams/recordings.ts'
import { live, lifeOf } from './lives.ts'

const GOING_ON = ['live', 'en cours', 'playing', 'ongoing', 'in progress', 'started', 'commencé']
const FINISHED = [
  'terminé',
  'finished',
  'fin',
  'end',
  'fini',
  'match terminé',
  'game finished',
  'ended',
  'final',
  'ft',
  'full time',
  'complete',
  'complet',
  'closed',
  'fermé',
  'none',
  'null',
]

/** The original's `is_match_finished`: whatever it does not know is finished. */
function isMatchFinished({ score, status }: Pick<Sighting, 'score' | 'status'>): boolean {
  if (score === null) return false
  const text = (status ?? '').toLowerCase()
  if (GOING_ON.some((word) => text.includes(word))) return false
  if (text === '' || FINISHED.some((word) => text.includes(word))) return true
  return true
}

const isOver = (match: Match) => match.overAt !== null || match.confidence !== null

describe('texts in the middle of a match', () => {
  it.each(['Mi-temps', 'Half-time', '3 minutes', '1ère mi-temps', 'Pending', 'Pause', 'Prolongations', ''])(
    'texts such as "%s" finish a match for the original, and not for us',
    (text) => {
      const [sighting] = readEvents([eventWith(text)], AT).sightings
      if (sighting === undefined) throw new Error('the event is no match')
      expect(isMatchFinished(sighting)).toBe(true)
      expect(sighting.phase).toBe('live')
      expect(isOver(lifeOf(sighting).match)).toBe(false)
    },
  )

  it('a match with mid-match texts goes on: the goal after them counts for us', () => {
    const pause = live([0, 0], { status: 'Mi-temps' })
    expect(isMatchFinished(pause)).toBe(true)
    expect(lifeOf(pause, live([0, 1])).match).toMatchObject({
      state: 'live',
      score: [0, 1],
      confidence: null,
    })
  })
})

const AT = new Date('2026-03-10T12:00:00Z')
const eventWith = (SLS: string) => ({
  I: 7,
  O1: 'Ajax',
  O2: 'Inter',
  L: 'Ligue',
  E: [],
  SC: { FS: { S1: 1 }, TS: 200, SLS, CPS: '', I: '' },
})

describeRecorded('the recorded answer', () => {
  const sightings = () => {
    const body = recording('onexbet/get1x2_vzip_sport85_snapshot.json')
    return readEvents(listOf(body, 'the recording'), AT).sightings
  }

  it('the recording has one live match, which the original calls finished', () => {
    const finished = sightings().filter(isMatchFinished)
    expect(finished.map(({ team1, score, status }) => [team1, score, status])).toEqual([
      ['Club Atlético de Madrid', [3, 1], '3 minutes'],
    ])
  })

  it('reads three recorded matches, one live at 3-1 and two not begun, with opening odds and none of a draw', () => {
    const matches = new MatchesById()
    const { observations } = follow(matches, {
      kind: 'feed',
      polledAt: AT.getTime(),
      truncated: false,
      told: sightings(),
    })
    expect(observations).toHaveLength(3)
    const seen = [...matches.values()].map(({ eventId, state, score, closingOdds }) => {
      return { eventId, state, score, closingOdds }
    })
    const odds = (one: number) => ({ one, x: null, two: null })
    expect(seen).toEqual([
      { eventId: 724955365, state: 'live', score: [3, 1], closingOdds: null },
      { eventId: 724959617, state: 'seen', score: null, closingOdds: odds(1.625) },
      { eventId: 724956599, state: 'seen', score: null, closingOdds: odds(1.855) },
    ])
    for (const match of matches.values()) {
      expect(isOver(match)).toBe(false)
      expect(outcomeOfMatch(match)).toBeNull()
    }
  })

  it('gives a last-seen score and no result when the live match leaves', () => {
    const matches = new MatchesById()
    const [played, ...rest] = sightings()
    const poll = { kind: 'feed' as const, truncated: false }
    follow(matches, { ...poll, polledAt: AT.getTime(), told: sightings() })
    follow(matches, { ...poll, polledAt: AT.getTime() + 60_000, told: rest })
    const match = matches.get(played?.eventId ?? 0)
    expect(match).toMatchObject({
      state: 'vanished',
      confidence: 'last-seen',
      score: [3, 1],
      settledBy: null,
    })
  })
})
