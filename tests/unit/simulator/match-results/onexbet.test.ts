/** The simulated live feed against the recorded answer and the contracts page. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../../../core/durations.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../../simulator/server.ts'
import { answerOf, ask, askJson, simulatorForTests } from '../asking.ts'
import { hasRecordings, keys, recording } from '../recordings.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

interface Line {
  T: number
  P?: number
  C: number
  CV: string
  B?: boolean
  G: number
}

interface Event {
  I: number
  O1: string
  O2?: string
  L: string
  LE: string
  LI?: number
  S?: number
  SC: {
    FS: Record<string, number>
    TS?: number
    TD?: number
    I: string
    SLS: string
    CPS: string
    PS: unknown[]
  }
  E: Line[]
  AE?: { G: number; ME: Line[] }[]
}

interface Feed {
  ErrorCode: number
  Success: boolean
  Value: Event[]
}

const FEED = '/onexbet/service-api/LiveFeed/Get1x2_VZip'
const CHAMPS = '/onexbet/service-api/LiveFeed/GetChampsZip'
const DOCUMENTED =
  '?sports=85&count=40&lng=fr&gr=285&mode=4&country=96&getEmpty=true&virtualSports=true&noFilterBlockEvent=true'
const START_MS = Date.parse('2026-05-04T10:00:00Z')

let nowMs = START_MS
const clock = () => new Date(nowMs)
const simulator = simulatorForTests({ clock })
beforeEach(() => {
  nowMs = START_MS
})

const feed = async (query = DOCUMENTED, of: Simulator = simulator.get()) =>
  (await askJson(of, FEED + query)) as Feed
const events = async (query?: string, of?: Simulator) => (await feed(query, of)).Value
const ids = (list: Event[]) => [...new Set(list.map(({ I }) => I))].sort((a, b) => a - b)

/** The answers of the first minutes, each asked for once: they are the same for all tests. */
const answers: Event[][] = []

/** Answers of one minute after the other. */
async function minutes(count: number): Promise<Event[][]> {
  for (let minute = answers.length; minute < count; minute += 1) {
    nowMs = START_MS + minute * MINUTE_MS
    const { body } = await answerOf(simulator.get(), FEED + DOCUMENTED)
    answers.push((JSON.parse(String(body)) as Feed).Value)
  }
  return answers.slice(0, count)
}

async function withSimulator<T>(options: SimulatorOptions, work: (of: Simulator) => Promise<T>): Promise<T> {
  const started = await startSimulator({ clock, ...options })
  try {
    return await work(started)
  } finally {
    await started.close()
  }
}

/** What kind of value each field has. */
const kindsOf = (value: object | undefined) =>
  Object.fromEntries(Object.entries(value ?? {}).map(([key, held]) => [key, typeof held]))

const isBefore = ({ SC }: Event) => SC.TD === -1
const isPlayed = ({ SC, O2 }: Event) => SC.TD === undefined && (SC.TS ?? 0) > 0 && O2 !== undefined

describe.skipIf(!hasRecordings)('the simulated feed has the shape of the recorded one:', () => {
  const recordedEvents = () =>
    (recording('onexbet/get1x2_vzip_sport85_snapshot.json') as { Value: Event[] }).Value

  it('an event in play and one before the start have every recorded field, with values of the same kind', async () => {
    const recorded = recordedEvents()
    const [live, before] = recorded
    const all = (await minutes(30)).flat()
    for (const [theirs, ours] of [
      [live, all.find((event) => isPlayed(event) && event.E.length > 0 && event.AE !== undefined)],
      [before, all.find(isBefore)],
    ] as const) {
      expect(keys(ours)).toEqual(expect.arrayContaining(keys(theirs)))
      expect(keys(ours?.SC)).toEqual(keys(theirs?.SC))
      expect(kindsOf(ours)).toEqual(expect.objectContaining(kindsOf(theirs)))
    }
    const lines = all.flatMap(({ E, AE = [] }) => [...E, ...AE.flatMap(({ ME }) => ME)])
    const shapes = (list: Line[]) => new Set(list.map((line) => keys(line).join()))
    const theirLines = recorded.flatMap(({ E, AE = [] }) => [...E, ...AE.flatMap(({ ME }) => ME)])
    expect(shapes(lines)).toEqual(shapes(theirLines))
  })

  it('the status follows from the seconds as in the recordings', async () => {
    const words = ({ SC: { TS = 0, TD } }: Event) => {
      const count = TD === -1 ? Math.ceil(TS / 60) : Math.floor(TS / 60)
      return `${TD === -1 ? 'Début dans ' : ''}${count} minute${count === 1 ? '' : 's'}`
    }
    const recorded = recordedEvents()
    expect(recorded.map(({ SC }) => SC.SLS)).toEqual(recorded.map(words))
    const ours = (await minutes(30)).flat().filter(({ SC }) => /\d minute/.test(SC.SLS))
    expect(ours.length).toBeGreaterThan(200)
    expect(ours.map(({ SC }) => SC.SLS)).toEqual(ours.map(words))
  })
})

describe('the simulated feed', () => {
  it('the simulated feed shows the matches of the world with their scores', async () => {
    for (let minute = 0; minute < 30; minute += 1) {
      nowMs = START_MS + minute * MINUTE_MS
      const answer = (await events()).filter(({ O2 }) => O2 !== undefined)
      const shown = new Map(
        simulator
          .get()
          .world.matches.at(clock())
          .map((one) => [one.match.eventId, one]),
      )
      expect(ids(answer)).toEqual([...shown.keys()].sort((a, b) => a - b))
      for (const { I, SC, O1, O2 } of answer.filter(isPlayed)) {
        const one = shown.get(I)
        expect([SC.FS['S1'] ?? 0, SC.FS['S2'] ?? 0]).toEqual(one?.moment.score)
        expect([O1, O2]).toEqual([one?.match.team1, one?.match.team2])
      }
    }
  })

  it('the simulated feed writes no zero: at 0-0 the score is empty', async () => {
    const answers = await minutes(30)
    expect(JSON.stringify(answers.flat().map(({ SC }) => SC))).not.toMatch(/"(S1|S2|TS|P)":0[,}]/)
    expect(answers.flat().some((event) => isPlayed(event) && keys(event.SC.FS).length === 0)).toBe(true)
    expect(answers.flat().some((event) => isPlayed(event) && keys(event.SC.FS).length === 1)).toBe(true)
  })

  it('blocks the result with 1.001, in play more often than before the start', async () => {
    const all = (await minutes(160)).flat().filter(({ O2 }) => O2 !== undefined)
    const share = (list: Event[]) => {
      const ones = list.flatMap(({ E }) => E.filter(({ G, T }) => G === 1 && T === 1))
      for (const { B, C, CV } of ones) {
        expect(C === 1.001).toBe(B === true)
        expect(CV).toBe(String(C))
      }
      return ones.filter(({ B }) => B === true).length / ones.length
    }
    const [before, played] = [share(all.filter(isBefore)), share(all.filter(isPlayed))]
    expect(before).toBeLessThan(0.1)
    expect(played).toBeGreaterThan(0.3)
    const types = all.map(({ E }) =>
      E.flatMap(({ G, T }) => (G === 1 ? [T] : []))
        .sort()
        .join(),
    )
    expect([...new Set(types)].sort()).toEqual(['', '1', '1,2', '1,2,3', '1,3'])
  })

  it('odds before the start leave the house a margin, and are lower for the stronger side', async () => {
    const open = (await minutes(60)).flat().filter(isBefore)
    const prices = open.map(({ E }) => E.flatMap(({ G, B, C }) => (G === 1 && B !== true ? [C] : [])))
    const whole = prices.filter((list) => list.length === 3)
    expect(whole.length).toBeGreaterThan(50)
    for (const list of whole) {
      const sum = list.reduce((total, price) => total + 1 / price, 0)
      expect(sum).toBeGreaterThan(1)
      expect(sum).toBeLessThan(1.15)
    }
  })

  it('the simulated feed has all its quirks within a day: another order, a repeated event, an outright, odd texts, no start', async () => {
    const answers = await minutes(160)
    const orders = answers.slice(0, 10).map((answer) => answer.map(({ I }) => I))
    expect(orders.some((order) => String(order) !== String([...order].sort((a, b) => a - b)))).toBe(true)
    const kept = new Set(orders[0])
    const common = orders.slice(0, 3).map((order) => order.filter((id) => kept.has(id)).join())
    expect(new Set(common).size).toBeGreaterThan(1)
    const twice = answers.filter((answer) => ids(answer).length < answer.length).length
    expect(twice).toBeGreaterThan(5)
    expect(twice).toBeLessThan(60)
    const all = answers.flat()
    expect(all.some(({ O2 }) => O2 === undefined)).toBe(true)
    expect(all.some(({ S }) => S === undefined)).toBe(true)
    const texts = new Set(all.flatMap(({ SC }) => [SC.SLS, SC.CPS]))
    for (const text of [
      'Pending',
      'Prolongation ?',
      '',
      'Mi-temps',
      'Pause',
      '1ère mi-temps',
      '2ème mi-temps',
    ])
      expect(texts).toContain(text)
    for (const text of ['Match terminé', 'Terminé', 'Suspendu', 'Interrompu', '1 minute', '5 minutes'])
      expect(texts).toContain(text)
    expect(all.some((event) => 'MIO' in event)).toBe(true)
  })

  it('speaks French or English; the league has its English name in both', async () => {
    const french = await events('?sports=85&count=100&lng=fr')
    const english = await events('?sports=85&count=100&lng=en')
    const other = await events('?sports=85&count=100&lng=de')
    const named = (list: Event[], name: 'L' | 'LE') => new Set(list.map((event) => event[name]))
    expect(named(french, 'LE')).toEqual(named(english, 'LE'))
    expect(named(english, 'L')).toEqual(named(english, 'LE'))
    expect(named(french, 'L')).toContain('FC 26. 5x5 Rush. Superligue')
    expect(other).toEqual(english)
    expect(french.find(isBefore)?.SC.SLS).toMatch(/^Début dans \d+ minutes?$/)
    expect(english.find(isBefore)?.SC.SLS).toMatch(/^Starts in \d+ minutes?$/)
  })

  it('the simulated feed is cut at the count, so that every league lacks some; by league it shows all', async () => {
    await withSimulator({ leagues: 6, lanes: 8 }, async (of) => {
      const capped = await events('?sports=85&count=40&lng=fr', of)
      expect(capped).toHaveLength(40)
      const whole = await events('?sports=85&count=1000&lng=fr', of)
      expect(whole.length).toBeGreaterThan(80)
      const { Value: leagues } = (await askJson(of, `${CHAMPS}?sport=85&lng=fr`)) as {
        Value: { LI: number; L: string; GC: number }[]
      }
      expect(leagues).toHaveLength(6)
      const split: Event[] = []
      for (const { LI, L, GC } of leagues) {
        const own = await events(`?sports=85&count=40&lng=fr&champs=${LI}`, of)
        expect(own.every((event) => event.LI === LI && event.L === L)).toBe(true)
        expect(ids(own.filter(({ O2 }) => O2 !== undefined))).toHaveLength(GC)
        expect(ids(capped.filter((event) => event.LI === LI)).length).toBeLessThan(GC)
        split.push(...own)
      }
      expect(ids(split)).toEqual(ids(whole))
    })
  })

  it('keeps an important match among the first for its whole life, so that a cap does not flicker', async () => {
    await withSimulator({ leagues: 6, lanes: 8 }, async (of) => {
      const seen: number[][] = []
      for (let minute = 0; minute < 5; minute += 1) {
        nowMs = START_MS + minute * MINUTE_MS
        seen.push(ids(await events('?sports=85&count=40&lng=fr', of)))
      }
      const stay = seen[0]?.filter((id) => seen.every((list) => list.includes(id))) ?? []
      expect(stay.length).toBeGreaterThan(20)
    })
  })

  it('the simulated feed has no other sport, no unknown league, and no other address', async () => {
    expect(await events('?sports=1&count=40&lng=fr')).toEqual([])
    expect(await events('?sports=85&count=40&lng=fr&champs=5')).toEqual([])
    expect(((await askJson(simulator.get(), `${CHAMPS}?sport=1&lng=fr`)) as Feed).Value).toEqual([])
    expect((await ask(simulator.get(), '/onexbet/service-api/LiveFeed/GetGameZip?id=1')).status).toBe(404)
    expect((await ask(simulator.get(), FEED, { method: 'POST' })).status).toBe(405)
    const older = (await askJson(simulator.get(), '/onexbet/LiveFeed/Get1x2_VZip' + DOCUMENTED)) as Feed
    expect(older).toEqual(await feed())
  })

  it('omits the league id when told to, as the recording does', async () => {
    expect((await events()).every(({ LI }) => LI !== undefined)).toBe(true)
    await withSimulator({ leagueIds: false }, async (of) => {
      const without = await events(DOCUMENTED, of)
      expect(without.length).toBeGreaterThan(5)
      expect(without.every(({ LI }) => LI === undefined)).toBe(true)
    })
  })

  it('follows the clock of the matches if that is another one', async () => {
    const past = () => new Date(START_MS - 3_600_000)
    await withSimulator({ matchClock: past }, async (of) => {
      nowMs = past().getTime()
      expect(await events(DOCUMENTED, of)).toEqual(await events())
    })
  })

  it('the simulated feed refuses with 200: an error code, an empty list, or no list, by fault', async () => {
    const { faults } = simulator.get()
    faults.set('onexbet', { kind: 'error-code', code: 17, message: 'Too busy', times: 1 })
    expect(await feed()).toEqual({
      Error: 'Too busy',
      ErrorCode: 17,
      Guid: '',
      Id: 0,
      Success: false,
      Value: [],
    })
    faults.set('onexbet', { kind: 'empty', times: 1 })
    expect(await feed()).toEqual({ Error: '', ErrorCode: 0, Guid: '', Id: 0, Success: true, Value: [] })
    faults.set('onexbet', { kind: 'rename-field', from: 'Value', to: 'value', times: 1 })
    expect(keys(await feed())).not.toContain('Value')
    faults.set('onexbet', { kind: 'challenge', status: 403, times: 1 })
    expect((await ask(simulator.get(), FEED)).status).toBe(403)
    expect((await feed()).Value.length).toBeGreaterThan(5)
    expect(() => {
      faults.set('modrinth', { kind: 'error-code', code: 1 })
    }).toThrow('Only onexbet can have')
  })
})

describe("the matches' truth", () => {
  it('serves the truth over HTTP, for the last day or for a window', async () => {
    const { matches } = simulator.get().world
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown
    expect(await askJson(simulator.get(), '/__matches')).toEqual(plain(matches.truth()))
    const [from, to] = ['2026-05-04T08:00:00.000Z', '2026-05-04T09:00:00.000Z']
    const shown = await askJson(simulator.get(), `/__matches?from=${from}&to=${to}`)
    expect(shown).toEqual(plain(matches.truthBetween(new Date(from), new Date(to))))
    for (const query of [`from=${to}&to=${from}`, `from=${from}`, `from=2020-01-01&to=${to}`])
      expect((await ask(simulator.get(), `/__matches?${query}`)).status).toBe(400)
  })
})
