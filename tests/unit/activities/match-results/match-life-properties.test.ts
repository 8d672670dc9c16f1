/** What no sequence of evidence, however odd, makes of a match; and that going back agrees with going forward. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOfMatch } from '../../../../activities/match-results/match-life.ts'
import { matchBefore } from '../../../../activities/match-results/rewind.ts'
import type { Sighting } from '../../../../upstreams/onexbet/onexbet.ts'
import { before, lifeOf, live, minute, over, suspended, type Evidence } from './lives.ts'
import { runs } from '../../../support/property-runs.ts'

const score = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
const odds = fc.constantFrom<Sighting['odds']>(
  { one: null, x: null, two: null },
  { one: 1.5, x: null, two: null },
  { one: 1.5, x: 3.5, two: 6 },
  { one: 2.1, x: 3.1, two: 3.3 },
)
const status = fc.constantFrom(
  null,
  '',
  '3 minutes',
  '4 minutes',
  'Mi-temps',
  'Match terminé',
  'Début dans 5 minutes',
)
const elapsedS = fc.option(fc.integer({ min: 0, max: 600 }), { nil: null })
/** Teams, league and start: names change and are left out; starts vary by rounding of the countdown, and move. */
const names = fc.record({
  team1: fc.constantFrom('Ajax', 'Ajax B'),
  league: fc.constantFrom('Ligue des champions', 'Champions League', ''),
  leagueId: fc.constantFrom(5, 6, null),
  startsAt: fc.option(
    fc.constantFrom(0, 1, 1.5, 2, 2.5, 4, 6, 40).map((at) => new Date(minute(at)).toISOString()),
    { nil: null },
  ),
})
const maybeScore = fc.option(score, { nil: null })

/** Sightings under these names, or under those of the first. */
function sightingsOf(own: fc.Arbitrary<Partial<Sighting>>): fc.Arbitrary<Sighting> {
  const rest = fc
    .tuple(fc.record({ odds, status, elapsedS }), fc.option(own, { nil: {} }))
    .map(([more, named]) => ({ ...more, ...named }))
  return fc.oneof(
    rest.map((more) => before(more)),
    fc.tuple(maybeScore, rest).map(([shown, more]) => live([0, 0], { ...more, score: shown })),
    fc.tuple(maybeScore, rest).map(([shown, more]) => suspended(shown, more)),
    fc.tuple(maybeScore, rest).map(([shown, more]) => over(shown, more)),
  )
}

function livesOf(one: fc.Arbitrary<Sighting>) {
  const evidence: fc.Arbitrary<Evidence> = fc.oneof(
    { weight: 4, arbitrary: one },
    { weight: 1, arbitrary: fc.constant<Evidence>('absent') },
    { weight: 1, arbitrary: score.map((result) => ({ result })) },
  )
  return fc.tuple(one, fc.array(evidence, { maxLength: 12 }))
}

const sighting = sightingsOf(names)
const life = livesOf(sighting)
/** The teams change sides as well. */
const switchingLife = livesOf(
  sightingsOf(
    fc
      .tuple(names, fc.boolean())
      .map(([named, isSwitched]) => (isSwitched ? { ...named, team1: 'Inter', team2: 'Ajax' } : named)),
  ),
)

const isSighting = (one: Evidence | undefined): one is Sighting => typeof one === 'object' && 'phase' in one

describe('whatever is seen of a match', () => {
  it('a match is confirmed only by a final status with a score, or by a result', () => {
    fc.assert(
      fc.property(life, ([first, more]) => {
        const all: Evidence[] = [first, ...more]
        for (const [at, match] of lifeOf(first, ...more).states.entries()) {
          if (match.confidence !== 'confirmed') continue
          const until = all.slice(0, at + 1)
          const said = until.filter((one) => (isSighting(one) ? one.phase === 'over' : one !== 'absent'))
          const scores = said.map((one) =>
            isSighting(one) ? one.score : one === 'absent' ? null : one.result,
          )
          expect(scores).toContainEqual(match.score)
          expect(match.settledBy).not.toBeNull()
        }
      }),
      runs(200),
    )
  })

  it('a match has an outcome if and only if it is confirmed', () => {
    fc.assert(
      fc.property(life, ([first, more]) => {
        for (const match of lifeOf(first, ...more).states)
          expect(outcomeOfMatch(match) !== null).toBe(match.confidence === 'confirmed')
      }),
      runs(200),
    )
  })

  it('a match is either over, with a time and nothing to wait for, or not', () => {
    fc.assert(
      fc.property(life, ([first, more]) => {
        for (const match of lifeOf(first, ...more).states) {
          const isOver = ['ended', 'vanished', 'settled'].includes(match.state)
          expect(match.overAt !== null).toBe(isOver)
          expect(match.confidence !== null).toBe(isOver && match.score !== null)
          expect(match.settledBy !== null).toBe(match.confidence === 'confirmed')
        }
      }),
      runs(200),
    )
  })

  it('odds from before the start do not change once the match was played', () => {
    fc.assert(
      fc.property(life, ([first, more]) => {
        const started = lifeOf(first, ...more).states.filter(({ startedAt }) => startedAt !== null)
        for (const { openingOdds, closingOdds, startedAt } of started)
          expect({ openingOdds, closingOdds, startedAt }).toEqual({
            openingOdds: started[0]?.openingOdds,
            closingOdds: started[0]?.closingOdds,
            startedAt: started[0]?.startedAt,
          })
      }),
      runs(200),
    )
  })

  it('observations and polls of an earlier moment give the match as it was then', () => {
    fc.assert(
      fc.property(fc.oneof(life, switchingLife), ([first, more]) => {
        const { states, match, observations } = lifeOf(first, ...more)
        const all: Evidence[] = [first, ...more]
        for (const at of all.keys()) {
          const moment = minute(at)
          const seenLast = all.slice(0, at).findLastIndex(isSighting)
          const seen = all[seenLast]
          const lastSeen = isSighting(seen) ? { at: minute(seenLast), status: seen.status } : undefined
          const past = { observations: observations.filter((one) => one.at < moment), sighting: lastSeen }
          const then = matchBefore(match, past, moment)
          expect(then).toEqual(states[at - 1])
        }
      }),
      runs(200),
    )
  })

  it('a change of the running time alone, in the clock or in the text, is no observation', () => {
    fc.assert(
      fc.property(life, sighting, elapsedS, ([first, more], last, later) => {
        const status = last.status?.replace(/^\d+ minutes$/, '17 minutes') ?? null
        const once = lifeOf(first, ...more, last)
        const twice = lifeOf(first, ...more, last, { ...last, status, elapsedS: later })
        expect(twice.observations).toEqual(once.observations)
      }),
      runs(200),
    )
  })
})
