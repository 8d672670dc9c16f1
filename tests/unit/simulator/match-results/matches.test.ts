/** The leagues that play: any moment follows from the seed, and every way in which a match can end is what it says. */
import { describe, expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../../core/durations.ts'
import { fastClock } from '../../../../simulator/fast-clock.ts'
import {
  createMatches,
  type Ending,
  type Matches,
  type MatchesOptions,
  type ShownMatch,
  type SimulatedMatch,
} from '../../../../simulator/match-results/matches.ts'
import { ENDINGS } from '../../../../simulator/match-results/matches/endings.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })
const START = new Date('2026-05-04T00:00:00Z')
const SEEDS = [1, 2, 77]

const after = (ms: number, from = START) => new Date(from.getTime() + ms)
const world = (options: Partial<MatchesOptions> = {}) =>
  createMatches({ seed: 1, clock: () => after(24 * HOUR_MS), ...options })
const dayOf = (matches: Matches) => matches.truthBetween(START, after(24 * HOUR_MS))

/** Polls of one match every minute, from before its announcement until long after it has left. */
function polls(
  shownAt: (minute: number) => ShownMatch[],
  { eventId, announcedAt, leavesAt }: SimulatedMatch,
): (ShownMatch | undefined)[] {
  const first = Math.floor(announcedAt.getTime() / MINUTE_MS) - 2
  const last = Math.ceil(leavesAt.getTime() / MINUTE_MS) + 5
  return Array.from({ length: last - first }, (_, at) =>
    shownAt(first + at).find(({ match }) => match.eventId === eventId),
  )
}

/** Returns a function that computes the value of each key once. */
function once<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const value = known.has(key) ? (known.get(key) as Value) : compute(key)
    known.set(key, value)
    return value
  }
}

/** What a feed shows, by minutes since 1970. */
const shownIn = (matches: Matches) => once((minute: number) => matches.at(new Date(minute * MINUTE_MS)))

/** The matches of three hours that all end in one way, each with its polls of every minute. */
function lives(ending: Ending, seed: number) {
  const matches = world({ seed, ends: [ending] })
  const shownAt = shownIn(matches)
  return matches.truthBetween(START, after(2 * HOUR_MS)).map((match) => {
    const all = polls(shownAt, match)
    const seen = all.filter((view) => view !== undefined)
    return { match, all, seen, kinds: seen.map(({ moment }) => moment.kind) }
  })
}

const everyLife = once((ending: Ending) => SEEDS.flatMap((seed) => lives(ending, seed)))
const overScores = (seen: ShownMatch[]) =>
  seen.filter(({ moment }) => moment.kind === 'over').map(({ moment }) => moment.score)

describe('the leagues that play', () => {
  it('leagues are the same at any moment, whatever was requested before, and others with another seed', () => {
    const minutes = Array.from({ length: 40 }, (_, at) => after(at * 7 * MINUTE_MS))
    const [forward, backward] = [world(), world()]
    const there = minutes.map((minute) => forward.at(minute))
    const back = [...minutes].reverse().map((minute) => backward.at(minute))
    const plain = (moments: ShownMatch[][]) =>
      moments.map((shown) => shown.map(({ match, moment }) => ({ match, moment })))
    expect(plain(back.reverse())).toEqual(plain(there))
    expect(dayOf(world({ seed: 2 }))).not.toEqual(dayOf(forward))
  })

  it('plays 720 matches a day of 5 to 8 minutes, 8 to 22 of them in the feed at a time', () => {
    const matches = world()
    expect(dayOf(matches)).toHaveLength(720)
    const whole = dayOf(matches).filter(({ ends }) => ends === 'vanishes')
    for (const { startsAt, endsAt } of whole) {
      const minutes = (endsAt.getTime() - startsAt.getTime()) / MINUTE_MS
      expect(minutes).toBeGreaterThanOrEqual(5)
      expect(minutes).toBeLessThanOrEqual(8)
    }
    const counts = Array.from({ length: 144 }, (_, at) => matches.at(after(at * 10 * MINUTE_MS)).length)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(8)
    expect(Math.max(...counts)).toBeLessThanOrEqual(22)
  })

  it('matches end in every way among any hundred in a row', () => {
    for (const seed of SEEDS) {
      const ends = dayOf(world({ seed })).map((match) => match.ends)
      for (let from = 0; from + 100 <= ends.length; from += 1)
        expect(new Set(ends.slice(from, from + 100)).size).toBe(ENDINGS.length)
    }
  })

  it('every match has its own event id, by which it is found', () => {
    const matches = world({ leagues: 3, lanes: 4 })
    const day = dayOf(matches)
    expect(new Set(day.map(({ eventId }) => eventId)).size).toBe(day.length)
    for (const match of day) expect(matches.byId(match.eventId)).toEqual(match)
    expect(matches.byId(12)).toBeUndefined()
    expect(matches.byId((day[0]?.eventId ?? 0) + 12)).toBeUndefined()
  })

  it('distinguishes matches by league, teams and start as well, for readers without the id', () => {
    const day = dayOf(world({ leagues: 4, lanes: 6 }))
    const names = day.map((match) => [match.leagueId, match.team1, match.team2, +match.startsAt].join())
    expect(new Set(names).size).toBe(day.length)
  })

  it('the same two teams play again within the hour, in another match', () => {
    const day = dayOf(world())
    const rematches = day.filter((match) =>
      day.some(
        (other) =>
          other.eventId !== match.eventId &&
          other.leagueId === match.leagueId &&
          [other.team1, other.team2].sort().join() === [match.team1, match.team2].sort().join() &&
          Math.abs(other.startsAt.getTime() - match.startsAt.getTime()) < HOUR_MS,
      ),
    )
    expect(rematches.length).toBeGreaterThan(day.length / 10)
  })

  it('no team plays twice at the same time, nor against itself', () => {
    const matches = world({ leagues: 2, lanes: 12 })
    for (let minute = 0; minute < 120; minute += 3) {
      const playing = matches
        .at(after(minute * MINUTE_MS))
        .filter(({ moment }) => moment.kind.endsWith('half'))
        .flatMap(({ match }) => [`${match.leagueId} ${match.team1}`, `${match.leagueId} ${match.team2}`])
      expect(new Set(playing).size).toBe(playing.length)
    }
  })

  it('holds about 2,000 events with 40 leagues of 25 lanes, and refuses more lanes than there are ids', () => {
    const shown = world({ leagues: 40, lanes: 25 }).at(START)
    expect(shown.length).toBeGreaterThan(1_900)
    expect(new Set(shown.map(({ match }) => match.eventId)).size).toBe(shown.length)
    const misconfigured = expect.objectContaining({ type: 'Misconfigured' }) as Error
    for (const options of [{ leagues: 0 }, { lanes: 1.5 }, { leagues: 100, lanes: 41 }])
      expect(() => world(options)).toThrow(misconfigured)
  })

  it('gives the truth of the last 24 hours of its clock', () => {
    const matches = world({ clock: () => after(30 * HOUR_MS) })
    expect(matches.truth()).toEqual(matches.truthBetween(after(6 * HOUR_MS), after(30 * HOUR_MS)))
  })
})

describe('a simulated match', () => {
  it.each(ENDINGS)(
    'a match that ends "%s" is announced first, never plays backward, and leaves when it says',
    (ends) => {
      for (const { match, all, seen } of everyLife(ends)) {
        expect(seen[0]?.moment.kind).toBe('before')
        expect(match.announcedAt.getTime()).toBeLessThanOrEqual(match.startsAt.getTime() - 5 * MINUTE_MS)
        const played = seen.map(({ moment }) => moment.elapsedS)
        expect(played).toEqual([...played].sort((a, b) => a - b))
        expect(all.slice(-5)).toEqual(Array.from({ length: 5 }))
      }
    },
  )

  it('a match that vanishes is gone with the whistle, and its last goal often comes after the last poll', () => {
    const all = everyLife('vanishes')
    expect(all.flatMap(({ kinds }) => kinds)).not.toContain('over')
    for (const { match } of all) expect(match.leavesAt).toEqual(match.endsAt)
    const unlike = all.filter(({ match, seen }) => String(seen.at(-1)?.moment.score) !== String(match.score))
    expect(unlike.length).toBeGreaterThan(all.length / 10)
    expect(unlike.length).toBeLessThan(all.length / 2)
  })

  it('a match shown as over is so for one to three minutes, with its true score', () => {
    for (const { match, seen, kinds } of everyLife('over-shown')) {
      const shownMs = match.leavesAt.getTime() - match.endsAt.getTime()
      expect(shownMs).toBeGreaterThan(MINUTE_MS)
      expect(shownMs).toBeLessThanOrEqual(3 * MINUTE_MS)
      expect(kinds.at(-1)).toBe('over')
      expect(new Set(overScores(seen).map(String))).toEqual(new Set([String(match.score)]))
    }
  })

  it('a cleared match is shown as over at 0-0, whatever its score was', () => {
    const all = everyLife('cleared')
    for (const { seen, kinds } of all) {
      expect(kinds.at(-1)).toBe('over')
      expect(new Set(overScores(seen).map(String))).toEqual(new Set(['0,0']))
    }
    expect(all.filter(({ match }) => String(match.score) !== '0,0').length).toBeGreaterThan(all.length / 2)
  })

  it('a match that vanishes early is gone a minute or more before its end, forever', () => {
    for (const { match, kinds } of everyLife('vanishes-early')) {
      expect(match.endsAt.getTime() - match.leavesAt.getTime()).toBeGreaterThanOrEqual(MINUTE_MS)
      expect(match.score).not.toBeNull()
      expect(kinds).not.toContain('over')
    }
  })

  it('a match that comes back misses at least one poll between two others', () => {
    for (const { all } of everyLife('comes-back')) {
      const there = all.map((view) => (view === undefined ? '-' : 'x')).join('')
      expect(there).toMatch(/^-+x+-+x+-+$/)
    }
  })

  it('a suspended match pauses, then plays on to its true score', () => {
    for (const { match, seen, kinds } of everyLife('suspended')) {
      const stopped = seen.filter(({ moment }) => moment.kind === 'suspended')
      expect(stopped.length).toBeGreaterThanOrEqual(1)
      expect(new Set(stopped.map(({ moment }) => moment.elapsedS)).size).toBe(1)
      expect(match.score).not.toBeNull()
      expect(['suspended', 'before', 'abandoned']).not.toContain(kinds.at(-1))
    }
  })

  it('an abandoned or cancelled match has no score, and is never shown as over', () => {
    for (const { match, kinds } of [...everyLife('abandoned'), ...everyLife('called-off')]) {
      expect(match.score).toBeNull()
      expect(kinds).not.toContain('over')
    }
    expect(
      everyLife('abandoned').every(
        ({ kinds }) => kinds.includes('second-half') || kinds.includes('suspended'),
      ),
    ).toBe(true)
    expect(everyLife('called-off').flatMap(({ kinds }) => kinds)).not.toContain('first-half')
  })

  it('a match corrected in the feed is over with a wrong score first, with the true one last', () => {
    for (const { match, seen } of everyLife('corrected-in-feed')) {
      expect(overScores(seen)[0]).not.toEqual(match.score)
      expect(overScores(seen).at(-1)).toEqual(match.score)
    }
  })

  it('a match corrected in the results shows only a wrong score at its end', () => {
    for (const { match, seen } of everyLife('corrected-in-results')) {
      expect(overScores(seen).length).toBeGreaterThanOrEqual(1)
      for (const score of overScores(seen)) {
        expect(score).not.toEqual(match.score)
        expect(Math.min(...score)).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it('a match that alternates is over for one poll, plays on, and is over again', () => {
    for (const { match, seen, kinds } of everyLife('flaps')) {
      const runs = kinds.filter((kind, at) => kind !== kinds[at - 1]).join(' ')
      expect(runs).toMatch(/ over second-half over$/)
      expect(overScores(seen).at(-1)).toEqual(match.score)
    }
  })

  it('a match has its result 1 to 10 minutes after its end, one in ten under another id', () => {
    const day = dayOf(world())
    for (const { endsAt, resultAt, score } of day) {
      if (resultAt === null) expect(score).toBeNull()
      else {
        const minutes = (resultAt.getTime() - endsAt.getTime()) / MINUTE_MS
        expect(minutes).toBeGreaterThanOrEqual(1)
        expect(minutes).toBeLessThanOrEqual(10)
      }
    }
    const others = day.filter(({ eventId, resultId }) => eventId !== resultId)
    expect(others.length).toBeGreaterThan(day.length * 0.05)
    expect(others.length).toBeLessThan(day.length * 0.15)
    expect(new Set(day.flatMap(({ eventId, resultId }) => [eventId, resultId])).size).toBe(
      day.length + others.length,
    )
    expect(day.some(({ resultAt }) => resultAt === null)).toBe(true)
  })

  it('a match has a goal annulled now and then, and sometimes none at all', () => {
    const matches = world()
    const shownAt = shownIn(matches)
    const back = dayOf(matches).filter((match) => {
      const totals = polls(shownAt, match).flatMap((view) =>
        view?.moment.kind === 'second-half' ? [view.moment.score[0] + view.moment.score[1]] : [],
      )
      return totals.some((total, at) => total < (totals[at - 1] ?? 0))
    })
    expect(back.length).toBeGreaterThan(0)
    expect(dayOf(matches).some(({ score }) => String(score) === '0,0')).toBe(true)
  })
})

describe('a fast clock', () => {
  it('a fast clock begins in the past, passes a minute a second, and stays with now once it is there', () => {
    let nowMs = START.getTime()
    const clock = fastClock({ now: () => new Date(nowMs) })
    expect(clock()).toEqual(after(-12 * HOUR_MS))
    nowMs += 1_000
    expect(clock()).toEqual(after(-12 * HOUR_MS + MINUTE_MS))
    nowMs = START.getTime() + HOUR_MS
    expect(clock()).toEqual(after(HOUR_MS))
    nowMs += 5_000
    expect(clock()).toEqual(after(HOUR_MS + 5_000))
  })

  it('a fast clock has a configurable start and speed, but not a speed of zero', () => {
    let nowMs = START.getTime()
    const clock = fastClock({ now: () => new Date(nowMs), speed: 10, startAt: after(-HOUR_MS) })
    nowMs += MINUTE_MS
    expect(clock()).toEqual(after(-HOUR_MS + 10 * MINUTE_MS))
    const misconfigured = expect.objectContaining({ type: 'Misconfigured' }) as Error
    for (const speed of [0, 0.5, Number.NaN]) expect(() => fastClock({ speed })).toThrow(misconfigured)
  })
})
