/** A feed that is down, restarted workers and an unavailable database: nothing is lost, duplicated or wrong. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MatchLine } from '../../../activities/match-results/matches-csv.ts'
import { followPolls, storedPolls, storePolls, tablesOf } from '../../support/match-results/match-polls.ts'
import { startMatchMinutes, type MatchMinutes } from '../../support/match-results/match-minutes.ts'
import { linesOfFile } from '../../support/match-results/matches-file.ts'
import type { EndingInWords } from '../../support/ending-in-words.ts'

const FEED = 'onexbet'

/** What happens in which minutes, counted from 1. */
interface Plan {
  minutes: number
  feedDown: (minute: number) => boolean
  away: (minute: number) => boolean
  /** The worker is started anew before these minutes. */
  restarts: number[]
  /** The spool is drained before or after these minutes. */
  drainBefore: number[]
  drainAfter: number[]
}

const within =
  (...spans: [number, number][]) =>
  (minute: number) =>
    spans.some(([from, to]) => minute >= from && minute <= to)

/** Goes through a plan; `each` hears of every minute's end. */
async function live(
  matches: MatchMinutes,
  plan: Plan,
  each: (minute: number, ending: EndingInWords) => Promise<void> | void,
): Promise<void> {
  const drain = async (minutes: number[], minute: number) => {
    if (!minutes.includes(minute)) return
    const { damaged, ended } = await matches.drain()
    expect({ damaged, ended }).toEqual({ damaged: [], ended: undefined })
    await matches.derive()
  }
  for (let minute = 1; minute <= plan.minutes; minute++) {
    if (plan.restarts.includes(minute)) matches.restart()
    await drain(plan.drainBefore, minute)
    matches.simulator.faults.set('onexbet', plan.feedDown(minute) ? { kind: 'status', status: 503 } : null)
    await each(minute, await matches.minute({ away: plan.away(minute) }))
    await drain(plan.drainAfter, minute)
  }
}

const confirmedOnly = ({ confidence }: MatchLine) => confidence === 'confirmed'
/** What a worker that was started in the middle can know: how matches ended. */
const ends = (lines: MatchLine[]) =>
  lines
    .map(({ event_id, team1, team2, score1, score2, status, outcome, confidence }) =>
      [event_id, team1, team2, score1, score2, status, outcome, confidence].join(' '),
    )
    .toSorted()
const sorted = (lines: MatchLine[]) => lines.map((line) => JSON.stringify(line)).toSorted()

describe(
  'an hour and a half without the results service, beside a twin that nothing happens to',
  { tags: 'long' },
  () => {
    const plan: Plan = {
      minutes: 90,
      feedDown: within([30, 37]),
      away: within([12, 16], [42, 55], [64, 66], [70, 72], [80, 80]),
      restarts: [25, 48, 61],
      drainBefore: [17, 81],
      drainAfter: [57, 75],
    }
    let disturbed: MatchMinutes
    let twin: MatchMinutes
    const endings: { minute: number; ending: EndingInWords }[] = []
    const during: { minute: number; here: MatchLine[]; there: MatchLine[] }[] = []
    const drained: { here: MatchLine[]; there: MatchLine[] }[] = []
    beforeAll(async () => {
      const options = { section: { results: { enabled: false } }, simulator: { seed: 5 } }
      ;[disturbed, twin] = await Promise.all([startMatchMinutes(options), startMatchMinutes(options)])
      const csvs = async () => ({
        here: await linesOfFile(disturbed.dataDir),
        there: await linesOfFile(twin.dataDir),
      })
      await live(disturbed, plan, async (minute, ending) => {
        endings.push({ minute, ending })
        if (plan.feedDown(minute)) twin.pass(1)
        else await twin.minute()
        if (plan.away(minute)) during.push({ minute, ...(await csvs()) })
        if (plan.drainAfter.includes(minute - 1)) drained.push(await csvs())
      })
    })
    afterAll(() => Promise.all([disturbed.stop(), twin.stop()]))

    it('an outage of the results service leaves the same tables as no outage, nothing twice', async () => {
      const tables = await disturbed.tables()
      expect(tables).toEqual(await twin.tables())
      expect(tables.matches.length).toBeGreaterThan(40)
      expect(tables.observations.length).toBeGreaterThan(400)
    })

    it('an outage of the results service leaves the same file, in the same order', async () => {
      const lines = await linesOfFile(disturbed.dataDir)
      expect(lines).toEqual(await linesOfFile(twin.dataDir))
      expect(lines.length).toBeGreaterThan(30)
    })

    it('matches.csv is equally correct during an outage', () => {
      expect(during.length).toBeGreaterThan(20)
      // Between two spells that are drained together the tables, and so the file, lack the first one for a while.
      for (const { minute, here, there } of during.filter(({ minute }) => !within([67, 74])(minute))) {
        expect({ minute, ends: ends(here) }).toEqual({ minute, ends: ends(there) })
        // Until the worker is restarted it also knows what was before the outage.
        if (minute < 48) expect({ minute, lines: sorted(here) }).toEqual({ minute, lines: sorted(there) })
      }
      const long = during.filter(({ minute }) => minute >= 42 && minute <= 55)
      expect(long.at(-1)?.here.length).toBeGreaterThan((long[0]?.here.length ?? 0) + 2)
    })

    it('matches.csv equals the table as soon as the spool is drained', () => {
      expect(drained).toHaveLength(2)
      for (const { here, there } of drained) expect(here).toEqual(there)
    })

    it('runs of an outage end partial with their spooled rows, failed without a feed, and all have records afterwards', async () => {
      for (const { minute, ending } of endings) {
        const expected = plan.feedDown(minute) ? 'failed' : plan.away(minute) ? 'partial' : 'complete'
        expect([minute, ending.outcome]).toEqual([minute, expected])
        if (expected === 'partial')
          expect(ending.counts['feed']?.why).toContain('spooled 1 row: the database is unavailable')
      }
      const records = await disturbed.database.select<{ outcome: string; runs: number }>(
        sql`select outcome, count(*)::int as runs from pipeline_runs group by 1 order by 1`,
      )
      expect(records).toEqual([
        { outcome: 'complete', runs: 90 - 8 - 26 + 4 },
        { outcome: 'failed', runs: 8 },
        { outcome: 'partial', runs: 26 },
      ])
    })
  },
)

describe('an hour and a half with the results service', () => {
  const plan: Plan = {
    minutes: 90,
    feedDown: within([28, 35]),
    away: within([10, 14], [40, 60], [66, 67], [70, 72], [80, 80]),
    restarts: [20, 50, 74],
    drainBefore: [81],
    drainAfter: [15, 62, 73],
  }
  let hours: MatchMinutes
  const during: MatchLine[][] = []
  beforeAll(async () => {
    hours = await startMatchMinutes()
    await live(hours, plan, async (minute) => {
      if (plan.away(minute)) during.push(await linesOfFile(hours.dataDir))
    })
  })
  afterAll(() => hours.stop())

  const truth = (eventId: string) => hours.simulator.world.matches.byId(Number(eventId))
  const wrongIn = (lines: MatchLine[]) =>
    lines.filter(confirmedOnly).filter(({ event_id = '', score1, score2 }) => {
      const match = truth(event_id)
      // For a match with a wrong or withdrawn score in the feed the results service has the right one some minutes
      // later.
      const isSettling = match !== undefined && match.endsAt.getTime() + SETTLING_MS > hours.now().getTime()
      return !isSettling && match?.score?.join(' ') !== `${score1 ?? ''} ${score2 ?? ''}`
    })

  it('the results service confirms only true scores', async () => {
    const lines = await linesOfFile(hours.dataDir)
    expect(wrongIn(lines)).toEqual([])
    expect(lines.filter(confirmedOnly).length).toBeGreaterThan(25)
  })

  it('the tables follow from the polls in their order', async () => {
    const polls = await storedPolls(hours.database, FEED)
    expect(polls.filter(({ kind }) => kind === 'feed')).toHaveLength(90 - 8)
    await storePolls(hours.database, 'in order', polls)
    await followPolls(hours.database, 'in order')
    expect(await hours.tables()).toEqual(await tablesOf(hours.database, 'in order'))
  })

  it('every poll is followed, and the spool is empty', async () => {
    const [polls] = await hours.database.select<Record<string, unknown>>(
      sql`select count(*)::int as polls from feed_polls where feed = ${FEED} and followed_at is null`,
    )
    expect(polls).toEqual({ polls: 0 })
    expect(await hours.drain()).toMatchObject({ segments: 0 })
  })

  it('matches.csv loses no match while the database is unavailable', () => {
    const spell = during.slice(5, 26)
    expect(spell).toHaveLength(21)
    for (const [at, lines] of spell.entries()) {
      const ids = lines.map(({ event_id }) => event_id)
      const before = (spell[at - 1] ?? []).filter(confirmedOnly).map(({ event_id = '' }) => event_id)
      // A match that is said to be over for a minute and then goes on leaves the file again.
      expect(before.filter((id) => !ids.includes(id) && truth(id)?.ends !== 'flaps')).toEqual([])
    }
  })
})

/** The results service is at most ten minutes behind, and polled every five. */
const SETTLING_MS = 17 * 60_000
