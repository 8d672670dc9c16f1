import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../../core/failures.ts'
import { listOf, readEvents, type Sighting } from '../../../../upstreams/onexbet/onexbet-event.ts'
import { driftOf } from '../drift.ts'
import { describeRecorded, recording } from '../recordings.ts'

const AT = new Date('2026-03-01T12:00:20Z')
const AT_S = AT.getTime() / 1_000
const read = (...list: unknown[]) => readEvents(list, AT)

/** A match in play, as recorded. */
const event = (more: object = {}, state: object = {}) => ({
  I: 724_955_365,
  O1: 'Club Atlético de Madrid',
  O2: 'Olympique Lyonnais',
  LE: 'FC 26. 5x5 Rush. Superleague',
  L: 'FC 26. 5x5 Rush. Superligue',
  TN: 'Mi-temps',
  SC: { FS: { S1: 3, S2: 1 }, PS: [], CPS: '', TS: 228, I: '', SLS: '3 minutes', ...state },
  ...more,
})

function only(...list: unknown[]): Sighting {
  const { sightings, rejected } = read(...list)
  expect(rejected).toEqual([])
  expect(sightings).toHaveLength(1)
  return sightings[0] as Sighting
}

describeRecorded('the recorded feed', () => {
  const recorded = () =>
    readEvents(listOf(recording('onexbet/get1x2_vzip_sport85_snapshot.json'), 'onexbet GET /x'), AT)

  it('has no field other than known', async () => {
    expect(await driftOf('onexbet', recorded)).toEqual([])
  })

  it('has three matches: one live that the original would have stored as a result, two before their start', () => {
    const { sightings, others, rejected } = recorded()
    expect({ others, rejected }).toEqual({ others: [], rejected: [] })
    expect(sightings[0]).toEqual({
      eventId: 724_955_365,
      team1: 'Club Atlético de Madrid',
      team2: 'Olympique Lyonnais',
      league: 'FC 26. 5x5 Rush. Superligue',
      leagueId: null,
      startsAt: null,
      phase: 'live',
      status: '3 minutes',
      elapsedS: 228,
      score: [3, 1],
      odds: { one: null, x: null, two: null },
    })
    expect(sightings.map(({ phase, status }) => [phase, status])).toEqual([
      ['live', '3 minutes'],
      ['before', 'Début dans 25 minutes'],
      ['before', 'Début dans 5 minutes'],
    ])
  })

  it('gives neither score nor elapsed time before the start, and reads the start from the clock', () => {
    const [, liverpool, lombardia] = recorded().sightings
    expect(liverpool).toMatchObject({ score: null, elapsedS: null, startsAt: '2026-03-01T12:25:00.000Z' })
    expect(liverpool?.odds).toEqual({ one: 1.625, x: null, two: null })
    expect(lombardia).toMatchObject({ score: null, elapsedS: null, startsAt: '2026-03-01T12:05:00.000Z' })
    expect(lombardia?.odds.one).toBe(1.855)
  })
})

describe('the score of a match', () => {
  it.each<[string, object, Sighting['score']]>([
    ['has a 0 if a side is left out', { FS: { S2: 2 } }, [0, 2]],
    ['is 0-0 if both are left out in play', { FS: {} }, [0, 0]],
    ['is unknown if the feed has none', { FS: undefined }, null],
    ['is none before the start', { FS: {}, TD: -1 }, null],
    ['is none before the start, even if zeros are written', { FS: { S1: 0, S2: 0 }, TD: -1 }, null],
    ['is 0-0 if the match ended so', { FS: {}, SLS: 'Match terminé' }, [0, 0]],
    ['is unknown if the match ended and the feed has none', { FS: null, SLS: 'Match terminé' }, null],
    ['stays while the match is suspended', { FS: { S1: 1 }, SLS: 'Suspendu' }, [1, 0]],
    ['is none if the match was cancelled', { FS: {}, TS: null, SLS: 'Annulé' }, null],
    ['has a 0 if a side is null', { FS: { S1: null, S2: 2 } }, [0, 2]],
    ['is read beside unknown fields', { FS: { S1: 1, S2: 2, X: 3 } }, [1, 2]],
  ])('the score %s', (_name, state, score) => {
    expect(only(event({}, state)).score).toEqual(score)
  })

  it.each([-1, 1.5, '3', 1_000, 3e9, Number.MAX_SAFE_INTEGER + 1, [], true])(
    'rejects %j as a side, and only that match',
    (S1) => {
      const bad = event({}, { FS: { S1 } })
      const { sightings, rejected } = read(bad, event({ I: 2 }))
      expect(sightings.map(({ eventId }) => eventId)).toEqual([2])
      expect(rejected).toEqual([{ reason: expect.stringMatching(/^SC\.FS\.S1: /) as unknown, row: bad }])
    },
  )
})

describe('a score whose sides have other names', () => {
  it.each([{ H: 3, A: 1 }, { H: 0, A: 0 }, { s1: 3 }])(
    'rejects a score with other side names (%j): it is not 0-0',
    (FS) => {
      const row = event({}, { FS })
      const { sightings, rejected } = read(row, event({ I: 2 }))
      expect(sightings.map(({ eventId }) => eventId)).toEqual([2])
      expect(rejected).toEqual([
        { reason: expect.stringMatching(/^SC\.FS: neither S1 nor S2/) as unknown, row },
      ])
    },
  )
})

describe('the clock of a match', () => {
  it.each<[unknown, number | null]>([
    [180.5, 180],
    [0, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, null],
    [3e12, null],
    [-1, null],
    [null, null],
  ])('reads the clock %j as %j seconds', (TS, seconds) => {
    expect(only(event({}, { TS })).elapsedS).toBe(seconds)
  })
})

describe('the start of a match', () => {
  it.each<[string, object, object, string | null]>([
    ['is the feed’s own', { S: AT_S - 200 }, {}, '2026-03-01T11:57:00.000Z'],
    [
      'is the feed’s own, though a clock runs',
      { S: AT_S + 40 },
      { TD: -1, TS: 300, FS: {} },
      '2026-03-01T12:01:00.000Z',
    ],
    [
      'comes from the clock if its own time is in milliseconds',
      { S: AT_S * 1_000 },
      { TD: -1, TS: 99, FS: {} },
      '2026-03-01T12:02:00.000Z',
    ],
    [
      'comes from the clock if a text says that the match has not begun',
      { S: 0 },
      { SLS: 'Début dans 2 minutes', TS: 101, FS: {} },
      '2026-03-01T12:02:00.000Z',
    ],
    ['is unknown in play without its own time', {}, {}, null],
    ['is unknown if a clock is out of range', {}, { TD: -1, TS: 1e300, FS: {} }, null],
  ])('the start %s', (_name, more, state, startsAt) => {
    expect(only(event(more, state)).startsAt).toBe(startsAt)
  })
})

describe('an event', () => {
  it('reads an event that stands twice as one match, from the later row', () => {
    expect(only(event(), event({}, { FS: { S1: 4, S2: 1 } })).score).toEqual([4, 1])
  })

  it('requires only the id, the teams and the status of an event', () => {
    expect(only({ I: 7, O1: 'A', O2: 'B', SC: {} })).toEqual({
      eventId: 7,
      team1: 'A',
      team2: 'B',
      league: '',
      leagueId: null,
      startsAt: null,
      phase: 'before',
      status: null,
      elapsedS: null,
      score: null,
      odds: { one: null, x: null, two: null },
    })
  })

  it('reads the league in the requested language, else in English', () => {
    expect(only(event({ LI: 2_914_001 }))).toMatchObject({
      league: 'FC 26. 5x5 Rush. Superligue',
      leagueId: 2_914_001,
    })
    expect(only(event({ L: '', LI: 0 }))).toMatchObject({
      league: 'FC 26. 5x5 Rush. Superleague',
      leagueId: null,
    })
  })

  it('reads the period if there is no status', () => {
    expect(only(event({}, { SLS: ' ', CPS: ' 2ème mi-temps ' })).status).toBe('2ème mi-temps')
  })

  it('holds no character that the database rejects', () => {
    const { team1, status } = only(event({ O1: 'A\u0000B\ud800' }, { SLS: 'x'.repeat(199) + '😀' }))
    expect(team1).toBe('AB\ufffd')
    expect(status).toBe('x'.repeat(199) + '\ufffd')
  })

  it('treats an event without a second team as an outright bet, no match', () => {
    const outright = { I: 9, O1: 'Winner', SC: { FS: {} }, E: [{ T: 1, G: 1, P: 41, C: 4.5 }] }
    const { sightings, others, rejected } = read(outright, { ...outright, O2: '' }, event())
    expect(sightings).toHaveLength(1)
    expect(others).toHaveLength(2)
    expect(rejected).toEqual([])
  })

  it.each<[string, object]>([
    ['a score', event({ O2: undefined })],
    ['odds of 1 / X / 2', { I: 9, O1: 'A', SC: { FS: {} }, E: [{ T: 1, G: 1, C: 1.9 }] }],
    ['a second team’s id', { I: 9, O1: 'A', O2I: 4 }],
  ])('rejects an event without a second team if it has %s: the format changed', (_name, row) => {
    const { others, rejected } = read(row)
    expect(others).toEqual([])
    expect(rejected).toEqual([{ reason: expect.stringMatching(/^O2: /) as unknown, row }])
  })

  it.each<[string, unknown, RegExp]>([
    ['an id of 0', event({ I: 0 }), /^I: /],
    ['an id beyond safe integers', event({ I: 2 ** 53 }), /^I: /],
    ['an id as text', event({ I: '7' }), /^I: /],
    ['an empty first team', event({ O1: ' ' }), /^O1: /],
    ['a status that is no text', event({}, { SLS: 3 }), /^SC\.SLS: /],
    ['no fields', null, /^\(row\): /],
    // Its odds in play would be taken for odds before the start.
    ['no status object', event({ SC: undefined }), /^SC: /],
    ['null instead of the status object', event({ SC: null }), /^SC: /],
  ])('rejects an event with %s, and only that event', (_name, row, reason) => {
    const { sightings, rejected } = read(row, event({ I: 2 }))
    expect(sightings).toHaveLength(1)
    expect(rejected).toEqual([{ reason: expect.stringMatching(reason) as unknown, row }])
  })
})

describe('a response', () => {
  const said = (body: unknown) => {
    try {
      return listOf(JSON.stringify(body), 'onexbet GET /Get1x2_VZip')
    } catch (error) {
      if (error instanceof Failure) return { type: error.type, message: error.message }
      throw error
    }
  }

  it('accepts an empty response: a sport may have no matches', () => {
    expect(said({ Error: '', ErrorCode: 0, Success: true, Value: [] })).toEqual([])
    expect(said({ Value: [] })).toEqual([])
  })

  it.each<[string, object]>([
    ['a code', { Error: 'Sport is closed', ErrorCode: 103, Value: [] }],
    ['no success', { Error: 'Sport is closed', Success: false, Value: [event()] }],
    ['a text in place of the list', { Error: 'Sport is closed', ErrorCode: 0 }],
  ])('treats a response with %s as a transient error and quotes it', (_name, body) => {
    expect(said(body)).toMatchObject({
      type: 'UpstreamUnavailable',
      message: expect.stringContaining('Sport is closed') as unknown,
    })
  })

  it.each<[string, unknown]>([
    ['no Value', { Success: true }],
    ['a Value of null', { Value: null }],
    ['a Value of fields', { Value: { I: 1 } }],
  ])('treats a response with %s as another format, and says what was expected', (_name, body) => {
    expect(said(body)).toMatchObject({
      type: 'PayloadInvalid',
      message: expect.stringContaining('expected Value') as unknown,
    })
  })

  it('reads any JSON or rejects it by name, and a score is two counts or none', () => {
    const part = (values: fc.Arbitrary<unknown>) => fc.oneof(values, fc.jsonValue(), fc.constant(undefined))
    const sides = fc.record({ S1: part(fc.integer()), S2: part(fc.integer()) })
    const texts = fc.constantFrom('', '3 minutes', 'Match terminé', 'Suspendu', 'Début dans 5 minutes')
    const state = fc.record({
      FS: part(sides),
      TD: part(fc.constant(-1)),
      TS: part(fc.double()),
      SLS: part(texts),
    })
    const row = fc.record({
      I: fc.integer(),
      O1: part(fc.string()),
      O2: part(fc.string()),
      S: part(fc.integer()),
      LI: part(fc.maxSafeNat()),
      SC: part(state),
    })
    fc.assert(
      fc.property(part(fc.record({ Value: part(fc.array(part(row))) })), (body) => {
        const list = said(body ?? null)
        if (!Array.isArray(list)) return
        for (const { score, eventId, startsAt, elapsedS, leagueId } of readEvents(list, AT).sightings) {
          expect(Number.isSafeInteger(eventId) && eventId > 0).toBe(true)
          expect(startsAt === null || !Number.isNaN(Date.parse(startsAt))).toBe(true)
          expect(score?.length ?? 2).toBe(2)
          expect((score ?? []).every((side) => Number.isInteger(side) && side >= 0 && side < 1_000)).toBe(
            true,
          )
          // As PostgreSQL's integer and bigint take them.
          expect(
            elapsedS === null || (Number.isInteger(elapsedS) && elapsedS >= 0 && elapsedS < 2 ** 31),
          ).toBe(true)
          expect(leagueId === null || Number.isSafeInteger(leagueId)).toBe(true)
        }
      }),
    )
  })

  it('counts how many rows repeat an event, readable or not', () => {
    const unread = event({ I: 3, O1: '' })
    expect(read(event(), event({}, { TS: 229 }), event({ I: 2 }), unread, unread).repeated).toBe(2)
    expect(read(event(), event({ I: 2 }), { I: 0 }, { I: 0 }, null, null).repeated).toBe(0)
  })

  it('counts the matches before their start that have a row of 1 / X / 2, even if blocked', () => {
    const before = (I: number, E: unknown[], AE: unknown[] = []) => event({ I, E, AE }, { TD: -1, FS: {} })
    const blocked = { T: 1, G: 1, C: 1.001, B: true }
    expect(
      read(
        before(1, [blocked]),
        before(2, [], [{ G: 1, ME: [{ T: 3, C: 2.1 }] }]),
        before(3, [{ T: 4, G: 8, C: 1.2 }]),
        event({ I: 4, E: [blocked] }),
      ).announced,
    ).toEqual({ matches: 3, priced: 2 })
  })
})
