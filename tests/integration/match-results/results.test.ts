/** match-results on real servers: what one run stores, and its reports when the feed or the results service fail. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/durations.ts'
import { startRun } from '../../../client/runs.ts'
import {
  countsInWords,
  endingOf,
  type CountsInWords,
  type EndingInWords,
} from '../../support/ending-in-words.ts'
import type { Config } from '../../../config/load-config.ts'
import { freePort } from '../../../local/taken-port.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { NOTHING } from '../../../core/run-outcome.ts'
import type { Fault } from '../../../simulator/faults.ts'
import { createOneXBet, type OneXBet } from '../../../upstreams/onexbet/onexbet.ts'
import { userAgent } from '../../../upstreams/user-agent.ts'
import { type RunningWorker } from '../../../worker/start-worker.ts'
import { startTestStack, type TestStack, type WorkerChange } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { eachVariant } from '../../support/each-variant.ts'

type Feed = Config['tracked']['match-results']['feed']
/** The document's limit of a run, of which there are half a million a year. */
const MAX_EVENTS = 25
/** Instead of production's ten seconds: within the bound below a slow feed is met once, and once more until time is up. */
const TIMEOUT_MS = 2_000
const SLOW_BOUND_S = 14
/** Leaves the feed two attempts, a second apart. */
const SHORT_BOUND_S = 12
/** Between two tests: longer than the results service is left in peace, and than any match is shown. */
const PAUSE_MS = 60 * MINUTE_MS

/** The time according to the feed and the activities. */
let nowMs = Date.parse('2026-03-10T12:00:00Z')
const clock = () => new Date(nowMs)

/** Settings of the feed that a test has otherwise. */
let feed: Partial<Feed> = {}

/** The feed names no more matches than this. */
let most = Infinity

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  stack = await startTestStack({ schedules: false, simulator: { matchClock: clock } })
  worker = await startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})
beforeEach(async () => {
  feed = {}
  most = Infinity
  stack.simulator.faults.clear()
  nowMs += PAUSE_MS
  await stack.database.db.execute(
    sql`truncate feed_polls, matches, match_observations, pipeline_runs, quarantine, raw_payloads`,
  )
})

/** A worker on the moved clock, with the feed settings of the current test. */
function startWorker(env: WorkerChange['env'] = {}): Promise<RunningWorker> {
  const { config } = stack
  const settings = config.tracked['match-results'].feed
  const options = { feedUrl: settings.url, userAgent: userAgent(undefined), timeoutMs: TIMEOUT_MS, clock }
  const onexbet: OneXBet = {
    live: async (signal) => {
      const seen = await createOneXBet({ ...options, query: { ...settings, ...feed } }).live(signal)
      return { ...seen, sightings: seen.sightings.slice(0, most) }
    },
  }
  return stack.startWorker({ env, dependencies: { matchClock: clock, onexbet } })
}

function begin(params: Record<string, unknown> = {}) {
  const pipeline = pipelineById('match-results')
  if (pipeline === undefined) throw new Error('match-results is not in the registry')
  nowMs += MINUTE_MS
  return startRun(stack.client, pipeline, 'manual', params)
}

/** A minute later: one run. */
async function minute(params?: Record<string, unknown>): Promise<EndingInWords> {
  return endingOf(await begin(params))
}

/** Rows as text, without what names runs and times of writing. */
async function rowsOf(table: 'matches' | 'match_observations'): Promise<string[]> {
  const rows = await stack.database.select<{ line: string }>(
    sql`select (to_jsonb(t) - 'id' - 'run_id' - 'created_at' - 'observed_at' - 'updated_at')::text as line
      from ${sql.identifier(table)} t order by 1`,
  )
  return rows.map(({ line }) => line)
}

const tables = async () => [await rowsOf('matches'), await rowsOf('match_observations')]

interface MatchLine extends Record<string, unknown> {
  id: number
  teams: string
  league: string
  state: string
  score: string | null
  confidence: string | null
  settled: string | null
  shown: boolean
}

async function matchLines(): Promise<MatchLine[]> {
  return stack.database.select<MatchLine>(sql`
    select event_id::float8 as id, team1 || ' - ' || team2 as teams, league, state, confidence, settled_by as settled,
      score1 || ':' || score2 as score, last_seen_at = ${clock().toISOString()}::timestamptz as shown
    from matches order by event_id`)
}

/**
 * Every match that the feed shows at this moment is stored as it is, and no other counts as shown: earlier faults left
 * nothing behind.
 */
async function expectAsShown(): Promise<void> {
  const { matches } = stack.simulator.world
  const shown = new Map(matches.at(clock()).map((one) => [one.match.eventId, one]))
  const lines = await matchLines()
  const known = lines.filter((line) => line.shown).map(({ id }) => id)
  expect(known).toEqual([...shown.keys()].sort((a, b) => a - b))
  for (const { id, teams, league, state, score, settled } of lines) {
    const match = matches.byId(id)
    expect({ teams, league }).toEqual({ teams: `${match?.team1} - ${match?.team2}`, league: match?.league })
    const moment = shown.get(id)?.moment
    // An end at 0-0 after goals is implausible, whether cleared or corrected.
    const isCleared = moment?.kind === 'over' && moment.score.join(':') === '0:0'
    if (moment === undefined) expect(['vanished', 'settled'], teams).toContain(state)
    else if (settled !== 'results' && !isCleared)
      expect([null, moment.score.join(':')], teams).toContain(score)
    if (settled === 'results') expect(score, teams).toBe(match?.score?.join(':'))
  }
}

/** Matches that counted as gone because the response of this minute did not name them. */
async function takenForGone(): Promise<number[]> {
  const rows = await stack.database.select<{ id: number }>(sql`select event_id::float8 as id
    from match_observations where source = 'absence' and at = ${clock().toISOString()}::timestamptz`)
  return rows.map(({ id }) => id)
}

/** The record of the newest run, and how many are open. */
async function record() {
  const [newest] = await stack.database.select<{ outcome: string; open: number }>(
    sql`select outcome, (select count(*)::int from pipeline_runs where finished_at is null) as open
      from pipeline_runs order by started_at desc limit 1`,
  )
  return newest
}

async function polls(): Promise<{ kind: string; truncated: boolean; followed: boolean; told: number }[]> {
  return stack.database.select(sql`select kind, truncated, followed_at is not null as followed,
    jsonb_array_length(told) as told from feed_polls order by polled_at, kind`)
}

/** Counts of a source that gave nothing, with the reason. */
const failed = (reason: RegExp) => ({
  ...NOTHING,
  outcome: 'failed',
  why: [expect.stringMatching(reason) as string],
})

describe('one minute', () => {
  it('a minute stores the feed, its poll and its record, in three activities and at most 25 events', async () => {
    const handle = await begin()
    const ending = await endingOf(handle)
    const shown = stack.simulator.world.matches.at(clock())
    expect(ending.outcome).toBe('complete')
    expect(Object.keys(ending.counts)).toEqual(['feed'])
    expect(ending.counts['feed']?.fetched).toBeGreaterThanOrEqual(shown.length)
    expect(ending.counts['feed']?.written).toBeGreaterThanOrEqual(shown.length)
    await expectAsShown()
    expect(await polls()).toEqual([{ kind: 'feed', truncated: false, followed: true, told: shown.length }])
    expect(await record()).toEqual({ outcome: 'complete', open: 0 })
    const events = (await handle.fetchHistory()).events ?? []
    expect(events.length).toBeLessThanOrEqual(MAX_EVENTS)
    expect(events.filter((event) => event.activityTaskScheduledEventAttributes)).toHaveLength(3)
  })

  it('the next minute stores only what has changed, and its own poll', async () => {
    await minute()
    const before = await rowsOf('match_observations')
    expect((await minute()).outcome).toBe('complete')
    const after = await rowsOf('match_observations')
    expect(after).toEqual(expect.arrayContaining(before))
    await expectAsShown()
    expect(await polls()).toHaveLength(2)
    const repeated = await stack.database.select(
      sql`select event_id from matches group by feed, event_id having count(*) > 1`,
    )
    expect(repeated).toEqual([])
  })

  it('a minute that only follows stored polls sends no request and changes no row', async () => {
    await minute()
    const before = await tables()
    stack.simulator.requests.clear()
    expect(await minute({ derive: true })).toEqual({ outcome: 'complete', counts: { feed: NOTHING } })
    expect(stack.simulator.requests.count()).toBe(0)
    expect(await tables()).toEqual(before)
    expect(await polls()).toHaveLength(1)
  })

  it('a cancelled minute ends at once and does not affect the next one', async () => {
    stack.simulator.faults.set('onexbet', { kind: 'latency', ms: 30_000 })
    const handle = await begin()
    await until(() => stack.simulator.requests.list().some(({ path }) => path.includes('Get1x2_VZip')))
    await handle.cancel()
    expect((await endingOf(handle)).outcome).toBe('cancelled')
    expect(await record()).toEqual({ outcome: 'cancelled', open: 0 })
    expect(await polls()).toEqual([])
    stack.simulator.faults.clear()
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })
})

describe('a feed without a response', () => {
  eachVariant<[string, Fault, RegExp]>([
    ['blocks us', { kind: 'waf' }, /^Blocked: .* answered 403 .*match-results\.feed\.url\.$/],
    ['shows a challenge', { kind: 'challenge', status: 403 }, /^Blocked: .*firewall or a regional block/],
    ['shows a web page', { kind: 'html' }, /^Blocked: .*answered 200 .*Scheduled maintenance/],
    ['ends in the middle', { kind: 'truncated-json' }, /^UpstreamUnavailable: .*JSON that ends after/],
    ['is cut off', { kind: 'cut' }, /^UpstreamUnavailable: .*broke off/],
    ['does not answer', { kind: 'refuse' }, /^UpstreamUnavailable: .*broke off/],
    ['is down', { kind: 'status', status: 503 }, /^UpstreamUnavailable: .*answered 503/],
    ['says no under 200', { kind: 'error-code', code: 4 }, /^UpstreamUnavailable: .*code 4\)/],
    ['has lost its list', { kind: 'rename-field', from: 'Value', to: 'Values' }, /^PayloadInvalid: .*Value/],
  ])('a feed that %s fails its minute with the reason, and no row changes', async (_, fault, reason) => {
    await minute()
    const before = await tables()
    stack.simulator.faults.set('onexbet', fault)
    const ending = await minute({ boundSeconds: SHORT_BOUND_S })
    expect(ending.outcome).toBe('failed')
    expect(ending.counts).toEqual({ feed: failed(reason) })
    expect(ending.error?.message).toBe(`feed: ${ending.counts['feed']?.why.join()}`)
    expect(await tables()).toEqual(before)
    expect(await record()).toEqual({ outcome: 'failed', open: 0 })
    expect(await polls()).toHaveLength(1)
    stack.simulator.faults.clear()
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })

  eachVariant<[string, Fault]>([
    ['answers later than it may', { kind: 'latency', ms: 30_000 }],
    ['drips', { kind: 'slow-drip', bytesPerSecond: 100 }],
  ])('a feed that %s fails its minute in time, and the run says that it was slow', async (_, fault) => {
    stack.simulator.faults.set('onexbet', fault)
    const ending = await endingOf(await begin({ boundSeconds: SLOW_BOUND_S }))
    expect(ending.counts).toEqual({
      feed: failed(/^UpstreamUnavailable: .*no complete answer within 2000 ms/),
    })
    expect(await polls()).toEqual([])
    stack.simulator.faults.clear()
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })

  it('a feed that fails once and then responds still gives a complete minute', async () => {
    stack.simulator.faults.set('onexbet', { kind: 'status', status: 502, times: 1 })
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
    expect(await polls()).toHaveLength(1)
  })
})

describe('a feed with unusable responses', () => {
  const EMPTY = 'the feed is empty: no match is counted as over because of it'

  async function quarantined(): Promise<number> {
    const [found] = await stack.database.select<{ n: number }>(sql`select count(*)::int as n from quarantine
      where source = 'onexbet'`)
    return found?.n ?? 0
  }

  /** The matches that the feed shows now. */
  async function shownLines(): Promise<MatchLine[]> {
    const shown = new Set(stack.simulator.world.matches.at(clock()).map(({ match }) => match.eventId))
    return (await matchLines()).filter(({ id }) => shown.has(id))
  }

  /** How many of them are not over. */
  async function goingOn(): Promise<number> {
    return (await shownLines()).filter(({ state }) => state !== 'ended' && state !== 'vanished').length
  }

  it('an empty feed ends no match', async () => {
    await minute()
    const before = await tables()
    stack.simulator.faults.set('onexbet', { kind: 'empty' })
    expect(await minute()).toEqual({
      outcome: 'partial',
      counts: { feed: { ...NOTHING, outcome: 'partial', why: [EMPTY] } },
    })
    expect(await tables()).toEqual(before)
    stack.simulator.faults.clear()
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })

  it('a feed without most of its matches ends none of them, and the run says so', async () => {
    // Of few matches most may well end at once.
    do await minute()
    while ((await goingOn()) < 10)
    most = 3
    const ending = await minute()
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['feed']?.why).toEqual([
      expect.stringMatching(/^the response names 3 matches and leaves out \d+ open ones/) as string,
    ])
    expect(await takenForGone()).toEqual([])
    most = Infinity
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })

  it('stores no score under another name, and says that the format changed', async () => {
    const byStatus = async () =>
      (await matchLines()).filter(({ settled }) => settled === 'status').map(({ id }) => id)
    await minute()
    const known = await byStatus()
    stack.simulator.faults.set('onexbet', { kind: 'rename-field', from: 'FS', to: 'Score' })
    // A minute in which enough matches are played.
    let ending = await minute()
    while (ending.outcome === 'complete') ending = await minute()
    expect(ending.counts['feed']?.why).toEqual([
      expect.stringMatching(
        /^none of \d+ matches in play has a score: the feed's format may have changed$/,
      ) as string,
    ])
    expect(known).toEqual(expect.arrayContaining(await byStatus()))
  })

  it('follows clocks beyond any bound, and the polls after them', async () => {
    for (const value of [180.5, 3e12]) {
      stack.simulator.faults.set('onexbet', { kind: 'wrong-type', field: 'TS', value })
      expect((await minute()).counts['feed']?.written).toBeGreaterThan(0)
    }
    stack.simulator.faults.clear()
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })

  eachVariant<[string, Fault]>([
    ['a renamed field', { kind: 'rename-field', from: 'O1', to: 'Team1' }],
    ['nothing that says where they stand', { kind: 'rename-field', from: 'SC', to: 'State' }],
    ['a renamed second team', { kind: 'rename-field', from: 'O2', to: 'Team2' }],
    ['ids that are texts', { kind: 'wrong-type', field: 'I', value: 'x' }],
    ['odds that are no list', { kind: 'wrong-type', field: 'E', value: 'x' }],
  ])('rejects and keeps every event with %s, and no row changes', async (_, fault) => {
    await minute()
    const before = await tables()
    stack.simulator.faults.set('onexbet', fault)
    const ending = await minute()
    const feed: CountsInWords = ending.counts['feed'] ?? countsInWords(NOTHING)
    expect(ending.outcome).toBe('partial')
    expect(feed.rejected).toBeGreaterThanOrEqual(stack.simulator.world.matches.at(clock()).length)
    expect(feed.why).toContain(`${feed.rejected} events rejected, see quarantine`)
    expect(feed.why.join('\n')).toMatch(/none of \d+ matches could be read .*format may have changed/)
    expect(feed.written).toBe(0)
    expect(await quarantined()).toBe(feed.rejected)
    expect(await tables()).toEqual(before)
    stack.simulator.faults.clear()
    expect((await minute()).outcome).toBe('complete')
    await expectAsShown()
  })

  it.each<[string, Fault]>([
    ['start times that are texts', { kind: 'wrong-type', field: 'S', value: 'soon' }],
    ['scores below zero', { kind: 'wrong-type', field: 'S1', value: -3 }],
  ])(
    'with some %s, follows the other events and does not count rejected matches as gone',
    async (_, fault) => {
      // A minute in which some events have the field and others have not.
      do await minute()
      while (!(await shownLines()).some(({ state }) => state === 'live'))
      stack.simulator.faults.set('onexbet', fault)
      let ending = await minute()
      while (ending.counts['feed']?.rejected === 0) ending = await minute()
      expect(ending.outcome).toBe('partial')
      expect((await matchLines()).some((line) => line.shown)).toBe(true)
      expect(await quarantined()).toBeGreaterThan(0)
      const shown = (await shownLines()).map(({ id }) => id)
      expect((await takenForGone()).filter((id) => shown.includes(id))).toEqual([])
      stack.simulator.faults.clear()
      expect((await minute()).outcome).toBe('complete')
      await expectAsShown()
    },
  )
})

describe('a feed at its cap of events', () => {
  /** A cap that the next minute reaches as a whole, and none of its leagues alone. */
  function countOfNext(): number {
    const next = stack.simulator.world.matches.at(new Date(nowMs + MINUTE_MS))
    expect(new Set(next.map(({ match }) => match.leagueId)).size).toBeGreaterThan(2)
    return next.length - 1
  }

  it('a run with an unsplit feed at its cap says so, and counts no match as gone that may have been cut off', async () => {
    await minute()
    feed = { count: 5, split_by_league: false }
    const ending = await minute()
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['feed']?.why.filter((why) => why.startsWith('truncated: '))).toHaveLength(1)
    expect((await polls()).map(({ truncated }) => truncated)).toEqual([false, true])
    expect((await matchLines()).some(({ shown }) => !shown)).toBe(true)
    expect(await takenForGone()).toEqual([])
  })

  it('a feed split by league misses no match, and is complete', async () => {
    const count = countOfNext()
    feed = { count, split_by_league: true }
    const ending = await minute()
    expect(ending.outcome).toBe('complete')
    expect((await polls()).map(({ truncated }) => truncated)).toEqual([false])
    await expectAsShown()
    expect((await matchLines()).length).toBeGreaterThan(count)
  })

  it('a run with a feed that does not support requests by league says so, and counts no match as gone', async () => {
    feed = { count: countOfNext(), split_by_league: true }
    await minute()
    feed = { count: countOfNext(), split_by_league: true }
    stack.simulator.faults.set('onexbet', { kind: 'empty', match: 'champs=' })
    const ending = await minute()
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['feed']?.why.join('\n')).toContain('this host may not support the parameter champs')
    expect((await polls()).map(({ truncated }) => truncated)).toEqual([false, true])
    expect(await takenForGone()).toEqual([])
  })

  it('a run with a feed split by league says so if its list of leagues fails', async () => {
    feed = { count: countOfNext(), split_by_league: true }
    stack.simulator.faults.set('onexbet', { kind: 'status', status: 503, match: 'GetChampsZip' })
    const ending = await minute()
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['feed']?.why.join('\n')).toContain('list of leagues could not be fetched')
    expect((await polls()).map(({ truncated }) => truncated)).toEqual([true])
  })
})

describe('the results service', () => {
  /** Minutes until one requests results. */
  async function untilAsked(): Promise<EndingInWords> {
    let ending = await minute()
    while (ending.counts['results'] === undefined) ending = await minute()
    return ending
  }

  eachVariant<[string, Fault, RegExp]>([
    ['is down', { kind: 'status', status: 503 }, /^UpstreamUnavailable: .*answered 503/],
    ['blocks us', { kind: 'waf' }, /^Blocked: .* answered 403/],
    ['shows a web page', { kind: 'html' }, /^Blocked: .*answered 200/],
  ])(
    'a results service that %s leaves the run partial, and the feed is still followed',
    async (_, fault, reason) => {
      stack.simulator.faults.set('onexbet-results', fault)
      const ending = await untilAsked()
      expect(ending.outcome).toBe('partial')
      expect(ending.counts['feed']?.outcome).toBe('complete')
      expect(ending.counts['results']).toEqual(failed(reason))
      await expectAsShown()
      expect((await matchLines()).map(({ settled }) => settled)).not.toContain('results')

      stack.simulator.faults.clear()
      let settled: MatchLine[] = []
      while (settled.length === 0) {
        nowMs += 20 * MINUTE_MS
        await untilAsked()
        settled = (await matchLines()).filter((line) => line.settled === 'results')
      }
      for (const { id, score, confidence } of settled) {
        expect(score).toBe(stack.simulator.world.matches.byId(id)?.score?.join(':'))
        expect(confidence).toBe('confirmed')
      }
      await expectAsShown()
    },
  )

  it('does not contact the results service in the next minute, whether it responded or failed', async () => {
    stack.simulator.faults.set('onexbet-results', { kind: 'status', status: 503 })
    await untilAsked()
    stack.simulator.faults.clear()
    expect((await minute()).counts['results']).toBeUndefined()
  })
})

describe('a database that is unavailable from the beginning', () => {
  it('polls the feed without a database; its rows and record come with the next worker', async () => {
    await worker.stop()
    const away = await startWorker({ DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` })
    const handle = await begin()
    const ending = await endingOf(handle)
    await away.stop()
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['feed']).toMatchObject({ written: 0, spooled: 1 })
    expect(ending.counts['feed']?.why).toEqual(['spooled 1 row: the database is unavailable'])
    expect(((await handle.fetchHistory()).events ?? []).length).toBeLessThanOrEqual(MAX_EVENTS)

    worker = await startWorker()
    const runs = () =>
      stack.database.select(sql`select trigger, outcome from pipeline_runs order by started_at, trigger`)
    await until(async () => (await polls()).some(({ followed }) => followed))
    await until(async () => (await runs()).length === 2 && (await record())?.open === 0)
    expect(await runs()).toEqual([
      { trigger: 'manual', outcome: 'partial' },
      { trigger: 'drain', outcome: 'complete' },
    ])
    await expectAsShown()
  })
})
