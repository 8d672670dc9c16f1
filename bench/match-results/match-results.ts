/** match-results from trigger to outcome: a minute of 40 events, one of 2,000, and what a day leaves on the disk. */
import { matchCosts } from './match-costs.ts'
import { startMatchStack, timedPoll, type MatchStack, type TimedPoll } from './match-stack.ts'
import { sql } from 'drizzle-orm'
import { memoryMb } from '../command-process.ts'
import { median, spread, type Figure } from '../figure.ts'

/** Leagues and their lanes with some 40 and 2,000 events at a time. */
const FEW = { leagues: 6, lanes: 3 }
const MANY = { leagues: 40, lanes: 25 }
/** Larger than any of these feeds: nothing is cut off. */
const WIDE = { feed: { count: 5_000 } }
/** The league of 2,000 writes its results of a day, 120,000, anew at every question: that would be the simulator's time. */
const WIDE_FEED_ALONE = { ...WIDE, results: { enabled: false } }
/** Default as in almanac.yaml: one response holds at most 40 events, and leagues are requested one by one. */
const NARROW = { feed: { count: 40 } }

const MINUTES = 20
const MANY_MINUTES = 7
/** The first minutes know no match yet, and load code. */
const WARM_UP = 5
/** What a day of 38 matches on show leaves, thirty times. */
const MONTH = 65_000
/** Its file written each minute, as long as it was before there were settings for that. */
const EAGER = { ...WIDE, csv_minutes: 0, csv_days: 30 }
/** What is promised. */
const MAX_MINUTE_RUN_MS = 250
const MANY_MS = 1_500
const EVENTS = 25

export async function matchResults(): Promise<Figure[]> {
  const matches = await startMatchStack(FEW, WIDE)
  try {
    const usual = await servedMinutes(matches, MINUTES)
    matches.ask(matches.stack.simulator, NARROW)
    const split = await withWorker(matches, () => minutes(matches, MINUTES))
    matches.ask(matches.stack.simulator, WIDE)
    const costs = await withWorker(matches, () => matchCosts(matches))
    const month = await afterAMonth(matches, usual[0]?.value ?? NaN)
    matches.ask(await matches.league(MANY), WIDE_FEED_ALONE)
    const many = await withWorker(matches, async (pid) => {
      const polls = await minutes(matches, MANY_MINUTES)
      return { polls, memory: memoryMb(pid, 'VmHWM') }
    })
    return [
      ...usual,
      ...month,
      figureOf('one minute, asked by league (count: 40)', split),
      figureOf(`one minute, ${eventsOf(many.polls)} events`, many.polls, MANY_MS),
      { what: "  worker's peak memory", value: many.memory, unit: 'MB' },
      ...costs,
    ]
  } finally {
    await matches.stop()
  }
}

/** Minutes in which the league plays, and some in which it is paused. */
async function servedMinutes(matches: MatchStack, count: number): Promise<Figure[]> {
  return withWorker(matches, async (pid) => {
    const changing = await minutes(matches, count)
    const still: TimedPoll[] = []
    for (let minute = 0; minute < count; minute++) {
      // A moment later, not a minute: the league shows the same.
      matches.pass(STILL_MINUTES)
      still.push(await timedPoll(matches.stack))
    }
    const histories = await Promise.all(changing.map(({ handle }) => handle.fetchHistory()))
    const events = Math.max(...histories.map((history) => history.events?.length ?? 0))
    return [
      figureOf(`one minute, ${eventsOf(changing)} events`, changing, MAX_MINUTE_RUN_MS),
      { what: '  history events, at most', value: events, unit: '', atMost: EVENTS },
      figureOf('one minute in which nothing changes', still, MAX_MINUTE_RUN_MS),
      { what: "  worker's peak memory", value: memoryMb(pid, 'VmHWM'), unit: 'MB' },
    ]
  })
}

const STILL_MINUTES = 1 / 60_000

/** The same minute with a month in the tables, and with all of the month written to `matches.csv`; leaves none of it. */
async function afterAMonth(matches: MatchStack, emptyMs: number): Promise<Figure[]> {
  const { db } = matches.stack.database
  await db.execute(sql`insert into matches (timestamp_utc, feed, event_id, league, team1, team2, odds_1, odds_2, score1,
      score2, status, state, confidence, settled_by, outcome, last_seen_at, over_at, observed_at, run_id)
    select t, 'onexbet', n, 'FC 24. Volta. Ligue européenne', 'Fenerbahçe SK', 'Beşiktaş', 1.534, 5.469, 4,
      1, 'Match terminé', 'settled', 'confirmed', 'results', '1', t, t, t, 'month'
    from (select n, ${matches.now().toISOString()}::timestamptz - make_interval(secs => n * 30 * 86400.0 / ${MONTH}) as t
      from generate_series(1, ${MONTH}) n) of_month`)
  await db.execute(sql`vacuum analyze matches`)
  const rare = await withWorker(matches, () => minutes(matches, MINUTES))
  matches.ask(matches.stack.simulator, EAGER)
  const each = await withWorker(matches, async (pid) => {
    const polls = await minutes(matches, MINUTES)
    return { polls, memory: memoryMb(pid, 'VmHWM') }
  })
  await db.execute(sql`delete from matches where run_id = 'month'`)
  const month = `one minute after a month of ${MONTH.toLocaleString('en-US')} matches`
  const figure = figureOf(month, rare, MAX_MINUTE_RUN_MS)
  return [
    {
      ...figure,
      note: `${(figure.value / emptyMs).toFixed(2)} times that of empty tables; ${figure.note ?? ''}`,
    },
    figureOf('  and all of it written to matches.csv', each.polls),
    { what: "  worker's peak memory", value: each.memory, unit: 'MB' },
  ]
}

/** Runs of consecutive minutes, after some that warm up. */
async function minutes(matches: MatchStack, count: number): Promise<TimedPoll[]> {
  const polls: TimedPoll[] = []
  for (let minute = 0; minute < WARM_UP + count; minute++) {
    matches.pass(1)
    const poll = await timedPoll(matches.stack)
    const { feed } = poll.ending.counts
    if (feed === undefined || feed.fetched === 0)
      throw new Error(`a minute told nothing: ${JSON.stringify(poll.ending)}`)
    if (minute >= WARM_UP) polls.push(poll)
  }
  return polls
}

async function withWorker<T>(matches: MatchStack, work: (pid: number) => Promise<T>): Promise<T> {
  const worker = await matches.startWorker()
  try {
    return await work(worker.pid)
  } finally {
    await worker.end('SIGTERM')
  }
}

function figureOf(what: string, polls: readonly TimedPoll[], atMost?: number): Figure {
  const times = polls.map(({ ms }) => ms)
  const asked = polls.filter(({ ending }) => ending.counts['results'] !== undefined).length
  const outcomes = [...new Set(polls.map(({ ending }) => ending.outcome))].join(' or ')
  return {
    what,
    value: median(times),
    unit: 'ms',
    ...(atMost !== undefined && { atMost }),
    note: `${times.length} runs, ${spread(times, 'ms')}; ${outcomes}, ${asked} asked the results, too`,
  }
}

/** As many as a feed had in the middle of its polls. */
function eventsOf(polls: readonly TimedPoll[]): number {
  return Math.round(median(polls.map(({ ending }) => ending.counts['feed']?.fetched ?? 0)))
}
