/** The simulated results service: the truth, late, and only for those who ask in its form. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SimulatedMatch } from '../../../../simulator/match-results/matches.ts'
import { ask, askJson, simulatorForTests } from '../asking.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

interface Game {
  id: number
  sportId: number
  champId: number
  champName: string
  opp1: string
  opp2: string
  score: string
  dateStart: number
  subGame: { title: string; score: string }[]
}

const API = '/onexbet-results/service-api/result/web/api'
const DAY_S = 86_400
const START_MS = Date.parse('2026-05-04T10:00:00Z')

let nowMs = START_MS
const simulator = simulatorForTests({ clock: () => new Date(nowMs) })
beforeEach(() => {
  nowMs = START_MS
})

const window = (toS = nowMs / 1_000, spanS = DAY_S) => `dateFrom=${toS - spanS}&dateTo=${toS}&ref=1`
const items = async <T>(path: string) =>
  ((await askJson(simulator.get(), API + path)) as { items: T[] }).items
const champs = (language = 'fr', query = window()) =>
  items<{ id: number; name: string; sportId: number }>(`/v2/champs?${query}&lng=${language}&sportIds=85`)
const games = (league: number, language = 'fr', query = window()) =>
  items<Game>(`/v3/games?champId=${league}&${query}&lng=${language}`)
const everyGame = async (query?: string) =>
  (await Promise.all((await champs('fr', query)).map(({ id }) => games(id, 'fr', query)))).flat()
const known = (day: SimulatedMatch[]) =>
  day.filter(({ resultAt }) => resultAt !== null && resultAt.getTime() <= nowMs)

describe('the simulated results service', () => {
  it('has the true score of every match of the day that ended a while ago, and nothing else', async () => {
    const truth = known(simulator.get().world.matches.truth())
    const found = await everyGame()
    expect(found).toHaveLength(truth.length)
    const byId = new Map(found.map((game) => [game.id, game]))
    for (const match of truth) {
      const game = byId.get(match.resultId)
      expect([game?.opp1, game?.opp2, game?.champId]).toEqual([match.team1, match.team2, match.leagueId])
      expect(game?.dateStart).toBe(match.startsAt.getTime() / 1_000)
      const [first, second] = match.score ?? []
      if (match.score === null) expect(['', 'annulé']).toContain(game?.score)
      else expect(game?.score.split(' ')[0]).toBe(`${first}:${second}`)
    }
  })

  it('the simulated results service writes the halves behind the score, and they sum to it', async () => {
    const played = (await everyGame()).filter(({ score }) => score.includes(':'))
    expect(played.length).toBeGreaterThan(600)
    for (const { score, subGame } of played) {
      const [, ...numbers] = /^(\d+):(\d+) \((\d+):(\d+),(\d+):(\d+)\)$/.exec(score) ?? []
      const [one = NaN, two = NaN, a = NaN, b = NaN, c = NaN, d = NaN] = numbers.map(Number)
      expect([a + c, b + d]).toEqual([one, two])
      expect(subGame).toEqual([
        { title: '1ère mi-temps', score: `${a}:${b}` },
        { title: '2ème mi-temps', score: `${c}:${d}` },
      ])
    }
  })

  it('has a result from its moment on, one to ten minutes after the whistle, and not before', async () => {
    const { matches } = simulator.get().world
    const match = matches.truth().find(({ score, resultAt }) => score !== null && resultAt !== null)
    const atMs = match?.resultAt?.getTime() ?? NaN
    const toS = Math.ceil(atMs / 60_000) * 60
    const asked = async () => (await everyGame(window(toS))).some(({ id }) => id === match?.resultId)
    nowMs = atMs - 1
    expect(await asked()).toBe(false)
    nowMs = atMs
    expect(await asked()).toBe(true)
  })

  it('lists the leagues that have results, in the requested language', async () => {
    const [french, english] = [await champs('fr'), await champs('en')]
    expect(french).toHaveLength(6)
    expect(french.map(({ id }) => id)).toEqual(english.map(({ id }) => id))
    expect(french.map(({ name }) => name)).toContain('FC 26. 5x5 Rush. Superligue')
    expect(english.map(({ name }) => name)).toContain('FC 26. 5x5 Rush. Superleague')
    expect((await games(english[0]?.id ?? 0, 'en'))[0]?.champName).toBe(english[0]?.name)
    expect(await items(`/v2/champs?${window()}&lng=fr&sportIds=1`)).toEqual([])
    expect(await champs('fr', window(nowMs / 1_000 + 30 * DAY_S))).toEqual([])
  })

  it('has another id than the feed for some matches, and none at all for some without score', async () => {
    const truth = simulator.get().world.matches.truth()
    const ids = new Set((await everyGame()).map(({ id }) => id))
    const others = known(truth).filter(({ eventId, resultId }) => eventId !== resultId)
    expect(others.length).toBeGreaterThan(30)
    for (const { eventId, resultId } of others)
      expect([ids.has(eventId), ids.has(resultId)]).toEqual([false, true])
    const never = truth.filter(({ resultAt }) => resultAt === null)
    expect(never.length).toBeGreaterThan(5)
    for (const { resultId } of never) expect(ids.has(resultId)).toBe(false)
  })

  it('refuses a window that is not 24 hours of whole minutes in seconds, and a request without a league', async () => {
    const toS = START_MS / 1_000
    const status = async (path: string) => (await ask(simulator.get(), API + path)).status
    expect(await status(`/v2/champs?${window(toS)}`)).toBe(200)
    for (const query of [
      window(toS, DAY_S - 60),
      window(toS + 1),
      window(toS * 1_000, DAY_S * 1_000),
      'dateFrom=now',
      '',
    ])
      expect(await status(`/v2/champs?${query}`)).toBe(400)
    expect(await status(`/v3/games?${window(toS)}`)).toBe(400)
    expect(await status(`/v3/games?champId=5&${window(toS)}`)).toBe(200)
  })

  it('the simulated results service supports one version of each address', async () => {
    for (const path of ['/v1/champs', '/v3/champs', '/v2/games', '/v1/sports']) {
      const refusal = await ask(simulator.get(), `${API}${path}?champId=1&${window()}`)
      expect([refusal.status, ((await refusal.json()) as { error: string }).error]).toEqual([
        400,
        'UnsupportedApiVersion',
      ])
    }
    expect(await items(`/v2/sports?cyberFlag=4&${window()}`)).toEqual([{ id: 85, name: 'FIFA' }])
    expect((await ask(simulator.get(), `${API}/v2/teams`)).status).toBe(404)
  })

  it('the simulated results service gives an empty list by fault', async () => {
    simulator.get().faults.set('onexbet-results', { kind: 'empty', times: 1 })
    expect(await champs()).toEqual([])
    expect(await champs()).toHaveLength(6)
  })
})
