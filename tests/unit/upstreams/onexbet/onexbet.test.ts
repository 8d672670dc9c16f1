import { describe, expect, it } from 'vitest'
import { createOneXBet, type FeedQuery } from '../../../../upstreams/onexbet/onexbet.ts'
import { isFull, MAX_LEAGUES } from '../../../../upstreams/onexbet/onexbet-leagues.ts'
import { describeRecorded, recording } from '../recordings.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'
import { words } from '../../../support/ending-in-words.ts'

const DOCUMENTED =
  '/service-api/LiveFeed/Get1x2_VZip?sports=85&count=40&lng=fr&gr=285&mode=4&country=96&getEmpty=true&virtualSports=true&noFilterBlockEvent=true'
const PATH = '/service-api/LiveFeed/Get1x2_VZip'
const LEAGUES = '/service-api/LiveFeed/GetChampsZip'
const QUERY: FeedQuery = {
  sport: 85,
  country: 96,
  language: 'fr',
  count: 40,
  group: 285,
  mode: 4,
  get_empty: true,
  virtual_sports: true,
  no_filter_block_event: true,
  split_by_league: true,
}

const match = (I: number, more: object = {}): { I: number; LI?: number; [field: string]: unknown } => ({
  I,
  O1: `A${I}`,
  O2: `B${I}`,
  L: 'L',
  SC: {},
  ...more,
})
const answerOf = (...value: unknown[]) => ({ Error: '', ErrorCode: 0, Success: true, Value: value })

interface Set {
  query?: Partial<FeedQuery>
  path?: string
  timeoutMs?: number
}

async function client(answer: Answering, { query, path = PATH, ...more }: Set = {}) {
  const server = await loopback(answer)
  const feed = createOneXBet({
    feedUrl: server.baseUrl + path,
    query: { ...QUERY, ...query },
    userAgent: 'almanac/0.1 (test)',
    ...more,
  })
  return { ...server, feed }
}

/** Answers the feed (`feed(league)`, undefined for the whole of it) and its list of leagues. */
const answering =
  (feed: (league: string | null) => unknown, leagues: () => unknown): Answering =>
  (response, { url }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const body = pathname === LEAGUES ? leagues() : feed(searchParams.get('champs'))
    if (typeof body === 'number') sendHtml(response, '<h1>Error</h1>', body)
    else sendJson(response, body)
  }

describe('the feed', () => {
  it('requests the feed once, at exactly the documented address, identifies itself, and keeps the response', async () => {
    const { feed, asked, baseUrl } = await client(
      answering(
        () => answerOf(match(1)),
        () => 500,
      ),
    )
    const { sightings, raw, ...rest } = await feed.live(calm())
    expect(sightings.map(({ eventId }) => eventId)).toEqual([1])
    expect(rest).toEqual({ truncated: false, why: [], others: 0, fetched: 1, duplicates: 0, rejected: [] })
    expect(asked.map(({ url }) => url)).toEqual([DOCUMENTED])
    expect(asked[0]?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(raw).toEqual([
      {
        source: 'onexbet',
        url: baseUrl + DOCUMENTED,
        body: JSON.stringify(answerOf(match(1))),
        observedAt: expect.any(Date) as unknown,
      },
    ])
  })

  it('requests the feed with every setting, and with the parameters of its address', async () => {
    const query = {
      sport: 4,
      country: 1,
      language: 'en',
      count: 50,
      group: 9,
      mode: 2,
      get_empty: false,
      virtual_sports: false,
      no_filter_block_event: false,
    }
    const { feed, asked } = await client(
      answering(
        () => answerOf(),
        () => 500,
      ),
      { query, path: '/LiveFeed/Get1x2_VZip/?partner=8' },
    )
    await feed.live(calm())
    expect(asked.map(({ url }) => url)).toEqual([
      '/LiveFeed/Get1x2_VZip?sports=4&count=50&lng=en&gr=9&mode=2&country=1&getEmpty=false&virtualSports=false&noFilterBlockEvent=false&partner=8',
    ])
  })

  it('accepts as many events as it requests, with all their odds', async () => {
    const odds = Array.from({ length: 30 }, (_, T) => ({ G: 17, T, C: 1.5, P: T }))
    const events = Array.from({ length: 1_000 }, (_, id) => match(id + 1, { E: odds }))
    const answer = answering(
      () => answerOf(...events),
      () => 500,
    )
    const { feed } = await client(answer, { query: { count: 2_000 } })
    expect((await feed.live(calm())).fetched).toBe(1_000)
    const { feed: narrow } = await client(answer, { query: { count: 40 } })
    expect(await rejection(narrow.live(calm()))).toMatchObject({ type: 'PayloadInvalid' })
  })

  it('accepts an empty feed', async () => {
    const { feed } = await client(
      answering(
        () => answerOf(),
        () => 500,
      ),
    )
    expect(await feed.live(calm())).toMatchObject({ sightings: [], fetched: 0, truncated: false })
  })

  it('counts every event once: matches, others and rejected ones', async () => {
    const outright = { I: 8, O1: 'Winner' }
    const { feed } = await client(
      answering(
        () => answerOf(match(1), match(1), outright, match(3, { O1: '' })),
        () => 500,
      ),
    )
    const live = await feed.live(calm())
    expect(live).toMatchObject({ fetched: 3, others: 1, duplicates: 1, truncated: false })
    expect(live.rejected).toHaveLength(1)
  })

  it('counts an event without a readable id once, however often the response repeats it', async () => {
    const nameless = (O1: string) => match(0, { I: 'x', O1 })
    const { feed } = await client(
      answering(
        () => answerOf(match(1), nameless('A'), nameless('B'), nameless('A')),
        () => 500,
      ),
    )
    const { fetched, rejected } = await feed.live(calm())
    expect(rejected.map(({ row }) => row)).toEqual([nameless('A'), nameless('B')])
    expect(fetched).toBe(3)
  })

  it("reads the feed's clocks against the given one", async () => {
    const server = await loopback((response) => {
      sendJson(response, answerOf(match(1, { SC: { TD: -1, TS: 300, FS: {} } })))
    })
    const clock = () => new Date('2026-03-01T12:00:00Z')
    const feed = createOneXBet({ feedUrl: server.baseUrl + PATH, query: QUERY, userAgent: 'almanac', clock })
    expect((await feed.live(calm())).sightings[0]?.startsAt).toBe('2026-03-01T12:05:00.000Z')
  })

  it.each<[string, string, Answering]>([
    [
      'a challenge under 200',
      'Blocked',
      (response) => {
        sendHtml(response, CHALLENGE)
      },
    ],
    [
      'any web page under 200',
      'Blocked',
      (response) => {
        sendHtml(response, '<html><title>Not in your country</title></html>')
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
      'a page under 406',
      'Blocked',
      (response) => {
        sendHtml(response, '<h1>406</h1>', 406)
      },
    ],
    [
      'an empty 406',
      'Blocked',
      (response) => {
        response.writeHead(406).end()
      },
    ],
    [
      '451',
      'Blocked',
      (response) => {
        sendHtml(response, '<h1>451</h1>', 451)
      },
    ],
    [
      'a page under 404',
      'NotFound',
      (response) => {
        sendHtml(response, '<h1>404</h1>', 404)
      },
    ],
    [
      '429',
      'RateLimited',
      (response) => {
        sendJson(response, {}, 429, { 'retry-after': '7' })
      },
    ],
    [
      '403 with a delay',
      'RateLimited',
      (response) => {
        sendHtml(response, '<h1>403</h1>', 403, { 'retry-after': '7' })
      },
    ],
    [
      '502',
      'UpstreamUnavailable',
      (response) => {
        sendHtml(response, '<h1>502</h1>', 502)
      },
    ],
    [
      'half an answer',
      'UpstreamUnavailable',
      (response) => {
        response.end('{"Value":[{"I":1,')
      },
    ],
    [
      'nothing',
      'UpstreamUnavailable',
      (response) => {
        response.writeHead(204).end()
      },
    ],
    [
      'an error under 200',
      'UpstreamUnavailable',
      (response) => {
        sendJson(response, { ErrorCode: 5, Value: [] })
      },
    ],
    [
      'another format',
      'PayloadInvalid',
      (response) => {
        sendJson(response, { Events: [] })
      },
    ],
  ])('names the failure of %s: %s', async (_name, type, answer) => {
    const { feed } = await client(answer)
    expect(await rejection(feed.live(calm()))).toMatchObject({ type })
  })

  it('names the setting that may help if the feed is blocked', async () => {
    const { feed } = await client((response) => {
      sendHtml(response, '<h1>Forbidden</h1>', 403)
    })
    expect(await rejection(feed.live(calm()))).toMatchObject({
      message: expect.stringContaining('match-results.feed.url') as unknown,
    })
  })

  it('reads JSON if the header says otherwise: the body decides', async () => {
    const { feed } = await client((response) => {
      sendHtml(response, JSON.stringify(answerOf(match(1))))
    })
    expect((await feed.live(calm())).sightings).toHaveLength(1)
  })

  it('gives up on a slow response', async () => {
    const { feed } = await client(() => undefined, { timeoutMs: 50 })
    expect(await rejection(feed.live(calm()))).toMatchObject({ type: 'UpstreamUnavailable' })
  })

  it('throws the reason of an abort', async () => {
    const reason = new Error('the worker stops')
    const { feed } = await client(
      answering(
        () => answerOf(),
        () => 500,
      ),
    )
    expect(await rejection(feed.live(AbortSignal.abort(reason)))).toBe(reason)
  })

  it('rejects an invalid address', () => {
    expect(() => createOneXBet({ feedUrl: '1xbet.com', query: QUERY, userAgent: 'almanac' })).toThrow(
      /onexbet is not an http/,
    )
  })
})

/** Matches 1, 2, … in play, each with these fields. */
const matches = (many: number, of: (I: number) => object) =>
  Array.from({ length: many }, (_, at) => match(at + 1, of(at + 1)))
const whyOf = async (...value: unknown[]) => {
  const { feed } = await client(
    answering(
      () => answerOf(...value),
      () => 500,
    ),
  )
  return words((await feed.live(calm())).why)
}
const played = { SC: { FS: {}, TS: 60, SLS: '1 minute' } }
const announced = { SC: { FS: {}, TD: -1, TS: 60, SLS: 'Début dans 1 minute' } }

describe('a whole response', () => {
  describeRecorded('as it was recorded', () => {
    it('finds no sign of another format in a whole response', async () => {
      const { feed } = await client((response) => {
        sendHtml(response, recording('onexbet/get1x2_vzip_sport85_snapshot.json'))
      })
      expect(await feed.live(calm())).toMatchObject({ why: [], rejected: [], fetched: 3, duplicates: 0 })
    })
  })

  it('reports a response without any status as unreadable', async () => {
    expect(await whyOf(...matches(2, () => ({ SC: undefined })))).toEqual([
      expect.stringMatching(/^none of 2 matches could be read \(SC: .*format may have changed$/) as unknown,
    ])
    expect(await whyOf(match(1, { SC: undefined }), match(2))).toEqual([])
  })

  it('reports a changed format if no match has a status', async () => {
    const mute = { SC: { State: {} }, E: [{ T: 1, G: 1, C: 1.8 }] }
    expect(await whyOf(...matches(8, () => mute))).toEqual([
      expect.stringContaining('none of 8 matches has a status, a clock or a score') as unknown,
    ])
    expect(await whyOf(...matches(7, () => mute))).toEqual([])
    expect(await whyOf(...matches(8, (I) => (I === 3 ? played : mute)))).toEqual([])
  })

  it('reports a changed format if no live match has a score', async () => {
    const scoreless = { SC: { TS: 60, SLS: '1 minute' } }
    expect(await whyOf(...matches(3, () => scoreless))).toEqual([
      expect.stringContaining('none of 3 matches in play has a score') as unknown,
    ])
    expect(await whyOf(...matches(2, () => scoreless))).toEqual([])
    expect(await whyOf(...matches(3, (I) => (I === 1 ? played : scoreless)))).toEqual([])
    expect(await whyOf(...matches(3, () => announced))).toEqual([])
  })

  it('reports a changed format if no announced match has a row of 1 / X / 2, but not for blocked rows', async () => {
    expect(await whyOf(...matches(8, () => announced))).toEqual([
      expect.stringContaining('none of 8 matches before their start has a row of 1 / X / 2') as unknown,
    ])
    expect(await whyOf(...matches(7, () => announced))).toEqual([])
    const blocked = { ...announced, E: [{ T: 1, G: 1, C: 1.001, B: true }] }
    expect(await whyOf(...matches(8, (I) => (I === 8 ? blocked : announced)))).toEqual([])
  })
})

describe('a feed that is full', () => {
  const small = { query: { count: 2 } }
  const inLeague = (league: string | null): unknown => {
    if (league === null) return answerOf(match(1, { LI: 10 }), match(2, { LI: 10, SC: { FS: { S1: 1 } } }))
    if (league === '10') return answerOf(match(2, { LI: 10, SC: { FS: { S1: 2 } } }))
    return answerOf(match(Number(league), { LI: Number(league) }))
  }
  const listed = (league: object) => ({ L: 'L', GC: 1, ...league })
  const leagues = (...ids: unknown[]) => answerOf(...ids.map((LI) => listed({ LI })))

  it('reads a full feed league by league, and calls it whole when none of them is full', async () => {
    const { feed, asked } = await client(
      answering(inLeague, () => leagues(10, 11)),
      small,
    )
    const live = await feed.live(calm())
    expect(live).toMatchObject({ truncated: false, why: [], fetched: 3, rejected: [] })
    expect(live.sightings.map(({ eventId, score }) => [eventId, score])).toEqual([
      [1, null],
      // As the later answer has it.
      [2, [2, 0]],
      [11, null],
    ])
    expect(asked.map(({ url }) => url.replace(/&lng.*/, ''))).toEqual([
      `${PATH}?sports=85&count=2`,
      `${LEAGUES}?sport=85`,
      expect.stringMatching(/\?sports=85&champs=1[01]&count=2$/) as unknown,
      expect.stringMatching(/\?sports=85&champs=1[01]&count=2$/) as unknown,
    ])
    expect(live.raw).toHaveLength(4)
  })

  it('reports a full feed that is not to be split', async () => {
    const { feed, asked } = await client(
      answering(inLeague, () => leagues(10, 11)),
      {
        query: { count: 2, split_by_league: false },
      },
    )
    const live = await feed.live(calm())
    expect(live.truncated).toBe(true)
    expect(live.why).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('detects a full feed by what was sent, not by what could be read', async () => {
    const { feed } = await client(
      answering(
        () => answerOf({ I: 8, O1: 'Winner' }, match(1, { O1: '' })),
        () => answerOf(),
      ),
      small,
    )
    expect(await feed.live(calm())).toMatchObject({ truncated: true, sightings: [], fetched: 2 })
  })

  it.each<[string, (league: string | null) => unknown, () => unknown, string]>([
    [
      'a league alone is full',
      (league) => (league === '11' ? answerOf(match(3), match(4)) : inLeague(league)),
      () => leagues(10, 11),
      '1 league with as many',
    ],
    [
      'a league fails',
      (league) => (league === '11' ? 502 : inLeague(league)),
      () => leagues(10, 11),
      '1 of 2 leagues',
    ],
    ['the list of leagues fails', inLeague, () => 502, 'list of leagues could not be fetched'],
    ['the list of leagues is empty', inLeague, () => answerOf(), 'list of leagues is empty'],
    ['the list of leagues has no ids', inLeague, () => leagues('10'), 'list of leagues is empty'],
  ])('stays truncated if %s, and says why', async (_name, feedAnswer, list, why) => {
    const { feed } = await client(answering(feedAnswer, list), small)
    const live = await feed.live(calm())
    expect(live.truncated).toBe(true)
    expect(words(live.why)).toEqual([expect.stringContaining(why) as unknown])
    // League 10 was seen in the feed itself, so that it is requested in any case.
    expect(live.sightings.find(({ eventId }) => eventId === 2)?.score).toEqual([2, 0])
  })

  describe('leagues with fewer events than known', () => {
    const whole = matches(20, (I) => ({ ...played, LI: I <= 10 ? 10 : 11 }))
    const live = async (feedAnswer: (league: string | null) => unknown, ...list: object[]) => {
      const answered = answering(feedAnswer, () => answerOf(...list.map(listed)))
      const { feed } = await client(answered, { query: { count: 20 } })
      return feed.live(calm())
    }
    const tens = [
      { LI: 10, GC: 10 },
      { LI: 11, GC: 10 },
    ]
    const of = (league: string | null, rows: typeof whole = whole) =>
      answerOf(...rows.filter(({ LI }) => league === null || LI === Number(league)))

    it('a full feed is not whole if leagues are empty: the host does not support the request', async () => {
      const list = tens.map(({ LI }) => ({ LI, GC: undefined }))
      const { truncated, why, fetched } = await live(
        (league) => (league === null ? of(null) : of('0')),
        ...list,
      )
      expect({ truncated, fetched }).toEqual({ truncated: true, fetched: 20 })
      expect(words(why)).toEqual([
        expect.stringContaining("20 of 20 matches of the feed's first response") as unknown,
      ])
    })

    it('a full feed is not whole if leagues are empty and no match names its league, as recorded', async () => {
      const anonymous = matches(20, () => played)
      const { truncated } = await live((league) => answerOf(...(league === null ? anonymous : [])), ...tens)
      expect(truncated).toBe(true)
    })

    it('a full feed is whole if one match ended in between, and not if two did at once', async () => {
      const without = (...ids: number[]) => whole.filter(({ I }) => !ids.includes(I))
      const answered = (...ids: number[]) =>
        live((league) => (league === null ? of(null) : of(league, without(...ids))), ...tens)
      expect(await answered(4)).toMatchObject({ truncated: false, why: [], fetched: 20 })
      expect(await answered(4, 14)).toMatchObject({ truncated: true })
    })

    it('a full feed is not whole if a league has more than twice the events of its response', async () => {
      const list = (GC: number) => [{ LI: 10, GC }, tens[1] ?? {}]
      expect(await live(of, ...list(20))).toMatchObject({ truncated: false, why: [] })
      const { truncated, why } = await live(of, ...list(21))
      expect(truncated).toBe(true)
      expect(words(why)).toEqual([expect.stringContaining('the first is 10') as unknown])
    })
  })

  it.each([
    [39, 40, false],
    [40, 40, true],
    // Caps of a host that holds fewer than it is asked for.
    [40, 100, true],
    [50, 100, true],
    [250, 5_000, true],
    [51, 100, false],
    [0, 100, false],
  ])('detects a feed of %i events for a limit of %i: %j', (events, asked, full) => {
    expect(isFull(events, asked)).toBe(full)
  })

  it('stays truncated if it has more leagues than a minute has room for', async () => {
    const ids = Array.from({ length: MAX_LEAGUES + 5 }, (_, at) => 100 + at)
    const { feed, asked } = await client(
      answering(inLeague, () => leagues(...ids)),
      small,
    )
    const live = await feed.live(calm())
    expect(live.truncated).toBe(true)
    expect(words(live.why)).toEqual([expect.stringContaining(`${MAX_LEAGUES + 6} leagues`) as unknown])
    expect(asked).toHaveLength(2 + MAX_LEAGUES)
  })

  it('throws the reason of an abort between its leagues', async () => {
    const controller = new AbortController()
    const reason = new Error('the worker stops')
    const { feed } = await client(
      answering(inLeague, () => {
        controller.abort(reason)
        return leagues(10, 11)
      }),
      small,
    )
    expect(await rejection(feed.live(controller.signal))).toBe(reason)
  })
})
