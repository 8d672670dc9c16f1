import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../../core/failures.ts'
import { createOneXBetResults, MAX_RESULT_LEAGUES } from '../../../../upstreams/onexbet/onexbet-results.ts'
import { calm, loopback, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'
import { runs } from '../../../support/property-runs.ts'
import { words } from '../../../support/ending-in-words.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const AT = new Date('2026-03-01T12:00:20.500Z')
/** 12:01 of this and of the day before. */
const WINDOW = 'dateFrom=1772280060&dateTo=1772366460'
const BASE = '/service-api/result/web/api'
const SUPERLEAGUE = { id: 10, name: 'FC 26. 5x5 Rush. Superligue' }

const game = (more: object = {}) => ({
  id: 7,
  sportId: 85,
  champId: 10,
  champName: 'FC 26. 5x5 Rush. Superligue',
  opp1: 'Liverpool',
  opp2: 'PSV Eindhoven',
  score: '2:1 (1:0,1:1)',
  dateStart: 1_772_362_800,
  subGame: [{ title: '1ère mi-temps', score: '1:0' }],
  ...more,
})

async function client(answer: Answering) {
  const server = await loopback(answer)
  const results = createOneXBetResults({
    baseUrl: server.baseUrl + BASE,
    language: 'fr',
    ref: 1,
    sports: 85,
    userAgent: 'almanac/0.1 (test)',
  })
  return { ...server, results }
}

/** Answers the list of leagues and the games of one; a number is a status. */
const answering =
  (leagues: unknown, games: (league: string) => unknown): Answering =>
  (response, { url }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const body = pathname.endsWith('/v2/champs') ? leagues : games(searchParams.get('champId') ?? '')
    if (typeof body === 'number') sendHtml(response, '<h1>Error</h1>', body)
    else sendJson(response, body)
  }

async function finishedOf(...items: unknown[]) {
  const { results } = await client(answering({ items: [SUPERLEAGUE] }, () => ({ items })))
  return await results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm())
}

describe('the results service', () => {
  it('requests the leagues first and then the games of waiting ones, in a window of 24 hours', async () => {
    const other = { id: 11, name: 'FC 26. 3x3' }
    const { results, asked, baseUrl } = await client(
      answering({ items: [other, SUPERLEAGUE] }, () => ({ items: [game()] })),
    )
    const finished = await results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm())
    expect(asked.map(({ url }) => url)).toEqual([
      `${BASE}/v2/champs?${WINDOW}&lng=fr&ref=1&sportIds=85`,
      `${BASE}/v3/games?champId=10&${WINDOW}&lng=fr&ref=1`,
    ])
    expect(asked[0]?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(finished).toMatchObject({ withoutScore: 0, unlisted: [], why: [], rejected: [] })
    expect(finished.results).toEqual([
      {
        gameId: 7,
        leagueId: 10,
        league: 'FC 26. 5x5 Rush. Superligue',
        team1: 'Liverpool',
        team2: 'PSV Eindhoven',
        startsAt: '2026-03-01T11:00:00.000Z',
        score: [2, 1],
      },
    ])
    expect(finished.raw.map(({ source, url }) => [source, url])).toEqual(
      asked.map(({ url }) => ['onexbet-results', baseUrl + url]),
    )
  })

  it('ends its window at the minute itself if that is whole', async () => {
    const { results, asked } = await client(answering({ items: [] }, () => 500))
    await results.finished({ leagues: [SUPERLEAGUE], at: new Date('2026-03-01T12:01:00Z') }, calm())
    expect(asked.map(({ url }) => url)).toEqual([expect.stringContaining(WINDOW) as unknown])
  })

  it('sends no request if nothing waits', async () => {
    const { results, asked } = await client(answering({ items: [] }, () => 500))
    const finished = await results.finished({ leagues: [], at: AT }, calm())
    expect(finished).toEqual({ results: [], withoutScore: 0, unlisted: [], why: [], rejected: [], raw: [] })
    expect(asked).toEqual([])
  })

  it.each<[string, { id: number | null; name: string }]>([
    ['its id, whatever it is called', { id: 10, name: 'Superleague' }],
    ['its name, accents and case aside', { id: null, name: 'fc 26 5X5 Rush - Supérligue' }],
    ['its name, if it has another id', { id: 99, name: SUPERLEAGUE.name }],
  ])('matches a league by %s', async (_name, league) => {
    const { results } = await client(answering({ items: [SUPERLEAGUE] }, () => ({ items: [game()] })))
    expect((await results.finished({ leagues: [league], at: AT }, calm())).results).toHaveLength(1)
  })

  it('names the wanted leagues that are not listed', async () => {
    const other = { id: 11, name: 'FC 26. 3x3' }
    const { results } = await client(answering({ items: [SUPERLEAGUE] }, () => ({ items: [] })))
    const { unlisted } = await results.finished({ leagues: [SUPERLEAGUE, other], at: AT }, calm())
    expect(unlisted).toEqual([other])
  })

  it('says so if no game of many has a readable score', async () => {
    const games = (score: (id: number) => string, many = 10) =>
      finishedOf(...Array.from({ length: many }, (_, at) => game({ id: at + 1, score: score(at + 1) })))
    const changed = [expect.stringContaining('None of the 10 games has a readable score') as unknown]
    expect(words((await games(() => '')).why)).toEqual(changed)
    expect(words((await games((id) => (id < 5 ? '' : '2 to 1'))).why)).toEqual(changed)
    expect((await games((id) => (id === 5 ? '2:1' : ''))).why).toEqual([])
    expect((await games(() => '', 9)).why).toEqual([])
  })

  it('does not match a league by an empty name', async () => {
    const { results, asked } = await client(answering({ items: [{ id: 10, name: '' }] }, () => 500))
    await results.finished({ leagues: [{ id: null, name: '' }], at: AT }, calm())
    expect(asked).toHaveLength(1)
  })

  it.each([{ items: null }, { items: [] }])('accepts an empty list: %j', async (body) => {
    const { results } = await client(answering(body, () => 500))
    expect((await results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm())).results).toEqual([])
    const games = await client(answering({ items: [SUPERLEAGUE] }, () => body))
    expect((await games.results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm())).results).toEqual([])
  })

  it('loses only the league that fails, and says so', async () => {
    const leagues = [SUPERLEAGUE, { id: 11, name: 'FC 26. 3x3' }]
    const { results } = await client(
      answering({ items: leagues }, (league) => (league === '11' ? 502 : { items: [game()] })),
    )
    const finished = await results.finished({ leagues, at: AT }, calm())
    expect(finished.results).toHaveLength(1)
    expect(words(finished.why)).toEqual([expect.stringContaining('1 of 2 leagues') as unknown])
  })

  it('fails if all leagues fail', async () => {
    const { results } = await client(answering({ items: [SUPERLEAGUE] }, () => 502))
    expect(await rejection(results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm()))).toMatchObject({
      type: 'UpstreamUnavailable',
    })
  })

  it('requests a bounded number of leagues, and says how many wait', async () => {
    const leagues = Array.from({ length: MAX_RESULT_LEAGUES + 2 }, (_, at) => ({
      id: at + 1,
      name: `L${at}`,
    }))
    const { results, asked } = await client(answering({ items: leagues }, () => ({ items: [] })))
    const { why } = await results.finished({ leagues, at: AT }, calm())
    expect(asked).toHaveLength(1 + MAX_RESULT_LEAGUES)
    expect(words(why)).toEqual([expect.stringContaining(`${MAX_RESULT_LEAGUES + 2} leagues wait`) as unknown])
  })

  const rotates = async (minutes: number) => {
    const leagues = Array.from({ length: MAX_RESULT_LEAGUES + 10 }, (_, at) => ({
      id: at + 1,
      name: `L${at}`,
    }))
    const { results, asked } = await client(answering({ items: leagues }, () => ({ items: [] })))
    const games = () =>
      new Set(asked.flatMap(({ url }) => new URL(url, 'http://localhost').searchParams.get('champId') ?? []))
    for (let time = 0; time < 8 && games().size < leagues.length; time++) {
      const at = new Date(AT.getTime() + time * minutes * 60_000)
      await results.finished({ leagues, at }, calm())
    }
    expect(games().size).toBe(leagues.length)
  }

  const ROTATION = 'rotates the leagues, so that all have their turn within hours: every %i minutes'
  it.each([5])(ROTATION, rotates)
  it.each([1, 60])(ROTATION, { tags: 'long' }, rotates)

  it.each([400, 404, 200])('names the setting of its address for another version (%i)', async (status) => {
    const { results } = await client((response) => {
      sendJson(response, { error: { code: 'UnsupportedApiVersion' } }, status)
    })
    expect(await rejection(results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm()))).toMatchObject({
      type: 'Misconfigured',
      message: expect.stringContaining('match-results.results.url') as unknown,
    })
  })

  it.each<[string, string, Answering]>([
    [
      'a wrong window',
      'UpstreamRejected',
      (response) => {
        sendJson(response, { error: 'BadRequest' }, 400)
      },
    ],
    [
      'a page under 403',
      'Blocked',
      (response) => {
        sendHtml(response, '<h1>403</h1>', 403)
      },
    ],
    [
      'no items',
      'PayloadInvalid',
      (response) => {
        sendJson(response, { games: [] })
      },
    ],
    [
      'a list',
      'PayloadInvalid',
      (response) => {
        sendJson(response, [])
      },
    ],
  ])('names the failure of %s: %s', async (_name, type, answer) => {
    const { results } = await client(answer)
    expect(await rejection(results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm()))).toMatchObject({
      type,
    })
  })
})

describe('a result', () => {
  it.each<[string, [number, number]]>([
    ['2:1 (1:0,1:1)', [2, 1]],
    ['0:0', [0, 0]],
    [' 10:0 (4:0, 6:0) ', [10, 0]],
    ['2-1 [1-0;1-1]', [2, 1]],
  ])('reads a result from "%s"', async (score, expected) => {
    expect((await finishedOf(game({ score }))).results.map((result) => result.score)).toEqual([expected])
  })

  it.each(['', null, undefined, 'annulé', 'Match annulé', '-:-', ' - ', 'Cancelled', 'Reporté', 'Abandonné'])(
    'counts a game without a result if the score is %j',
    async (score) => {
      expect(await finishedOf(game({ score }))).toMatchObject({ results: [], withoutScore: 1, rejected: [] })
    },
  )

  it.each<[string, object, RegExp]>([
    ['a word behind the score', { score: '2:1 (1:0,1:1) annulé' }, /^score: not a score/],
    ['penalties behind the score', { score: '2:2 (1:1,1:1) pen. 4:3' }, /^score: not a score/],
    ['a negative score', { score: '-1:2' }, /^score: not a score/],
    ['half a score', { score: '2:' }, /^score: not a score/],
    ['a score as a number', { score: 2 }, /^score: /],
    ['no second team', { opp2: '' }, /^opp2: /],
    ['no id', { id: undefined }, /^id: /],
  ])('rejects a result with %s, and only that one', async (_name, more, reason) => {
    const { results, rejected } = await finishedOf(game(more), game({ id: 8 }))
    expect(results.map(({ gameId }) => gameId)).toEqual([8])
    expect(rejected.map((row) => row.reason)).toEqual([expect.stringMatching(reason)])
  })

  it('has no start if the service has no valid one', async () => {
    const { results } = await finishedOf(
      game({ dateStart: null }),
      game({ id: 8, dateStart: 1_772_362_800_000 }),
    )
    expect(results.map(({ startsAt }) => startsAt)).toEqual([null, null])
  })

  it('counts a result that is listed twice once, as listed last', async () => {
    const { results } = await finishedOf(game(), game({ score: '2:2' }))
    expect(results.map(({ score }) => score)).toEqual([[2, 2]])
  })

  it('takes the league from the request if a result names none', async () => {
    const { results } = await finishedOf(game({ champId: null, champName: undefined }))
    expect(results[0]).toMatchObject({ leagueId: 10, league: SUPERLEAGUE.name })
  })

  it('reads any JSON or rejects it by name, and a score is two counts', async () => {
    let body: unknown = null
    const { results } = await client(answering({ items: [SUPERLEAGUE] }, () => body))
    const anything = fc.oneof(fc.jsonValue(), fc.constant(undefined))
    const row = fc.record({
      id: fc.integer(),
      opp1: fc.string(),
      opp2: fc.string(),
      dateStart: anything,
      score: fc.oneof(
        fc.string({ unit: fc.constantFrom('0', '1', '2', '9', ':', '-', '(', ' ', ')') }),
        anything,
      ),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.record({ items: fc.array(fc.oneof(row, anything)) }), fc.jsonValue()),
        async (given) => {
          // A bare number would be a status in this test.
          body = typeof given === 'number' ? [given] : given
          try {
            const finished = await results.finished({ leagues: [SUPERLEAGUE], at: AT }, calm())
            for (const { score } of finished.results) {
              expect(score).toHaveLength(2)
              expect(score.every((side) => Number.isSafeInteger(side) && side >= 0)).toBe(true)
            }
          } catch (error) {
            if (!(error instanceof Failure)) throw error
          }
        },
      ),
      runs(30),
    )
  })
})
