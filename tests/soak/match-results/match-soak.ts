/**
 * The soak of match-results: a simulated day, a run each of its minutes, on the real stack. The feed is unavailable for
 * a while, workers are killed in the middle of runs, PostgreSQL is stopped at once; then the tables are held against
 * the truth.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { print, table } from '../../../cli/output.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { segmentNames } from '../../../db/spool/folder.ts'
import { spoolFolder } from '../../../db/spool/spool.ts'
import type { CommandProcess } from '../../../bench/command-process.ts'
import { judge } from './match-soak-checks.ts'
import { startPoll, startMatchStack, type MatchStack } from '../../../bench/match-results/match-stack.ts'
import { chanceFrom, type Chance } from '../soak-chance.ts'

/**
 * The simulator's six leagues begin 720 matches a day; these additional minutes let the last of them end and be
 * reported.
 */
const AFTER_MINUTES = 45
const KILLS = 3
/** How long the feed and the database are unavailable in the day. */
const FEED_AWAY_MINUTES = 20
const DATABASE_AWAY_MINUTES = 30
/** A run takes some 200 ms: most kills within this time hit one. */
const LATEST_KILL_MS = 250
const EMPTY_TIMEOUT_MS = 60_000
const POLL_INTERVAL_MS = 250
const TELL_EVERY_MINUTES = 240

/** What happens before a minute's run. */
interface Plan {
  kills: Set<number>
  feedAway: readonly [number, number]
  databaseAway: readonly [number, number]
}

interface Soak {
  matches: MatchStack
  worker: CommandProcess
  chance: Chance
  plan: Plan
  outcomes: Map<string, number>
}

/** Simulates so many minutes, prints the figures and returns how many promises were broken. */
export async function soakMatchResults(options: { minutes: number; seed: number }): Promise<number> {
  const { minutes, seed } = options
  const chance = chanceFrom(seed)
  const plan = planOf(minutes, chance)
  print(`${minutes} minutes with seed ${seed}: ${planText(plan)}`)
  const startedAt = performance.now()
  const matches = await startMatchStack({ seed }, { feed: { count: 100 } })
  const soak: Soak = {
    matches,
    chance,
    plan,
    outcomes: new Map<string, number>(),
    worker: await matches.startWorker(),
  }
  try {
    const from = matches.now()
    for (let minute = 1; minute <= minutes + AFTER_MINUTES; minute++) {
      await liveThrough(soak, minute)
      if (minute % TELL_EVERY_MINUTES === 0) print(`${minute} minutes have passed`)
    }
    await spoolIsEmpty(matches)
    // One more poll: rows from the spool are followed, by whichever worker.
    await liveThrough(soak, minutes + AFTER_MINUTES + 1)
    const until = new Date(from.getTime() + minutes * 60_000)
    const { figures, broken } = await judge(matches, { from, until, ...awayIn(plan, from) })
    print(table(['runs ended', 'times'], [...soak.outcomes].toSorted().map(row)))
    print(`\n${table(['match-results', ''], Object.entries(figures).map(row))}`)
    for (const sentence of broken) print(`FOUND  ${sentence}`)
    const seconds = (performance.now() - startedAt) / 1000
    print(`\n${seconds.toFixed(0)} s, ${broken.length} broken promises; seed ${seed}`)
    return broken.length
  } finally {
    await soak.worker.end('SIGTERM')
    await matches.stop()
  }
}

const row = ([name, value]: [string, number]): [string, string] => [name, value.toLocaleString('en-US')]

/**
 * The feed is unavailable in the first half of the day and the database in the second; kills are anywhere, one near
 * each outage.
 */
function planOf(minutes: number, chance: Chance): Plan {
  const feedFrom = 1 + Math.floor(minutes / 5) + chance(Math.max(1, Math.floor(minutes / 10)))
  const databaseFrom = 1 + Math.floor(minutes / 2) + chance(Math.max(1, Math.floor(minutes / 10)))
  const feedAway = [feedFrom, feedFrom + FEED_AWAY_MINUTES] as const
  const databaseAway = [databaseFrom, databaseFrom + DATABASE_AWAY_MINUTES] as const
  const kills = new Set([
    2 + chance(Math.max(1, feedFrom - 3)),
    databaseFrom + 1 + chance(DATABASE_AWAY_MINUTES - 2),
  ])
  while (kills.size < KILLS) kills.add(databaseAway[1] + chance(Math.max(5, minutes - databaseAway[1])))
  return { kills, feedAway, databaseAway }
}

function planText({ kills, feedAway, databaseAway }: Plan): string {
  const span = ([from, to]: readonly [number, number]) => `from ${from} to ${to}`
  const when = [...kills].toSorted((a, b) => a - b).join(', ')
  return `the feed is away ${span(feedAway)}, the database ${span(databaseAway)}, workers are killed in ${when}`
}

function awayIn({ feedAway }: Plan, from: Date): { blindFrom: Date; blindUntil: Date } {
  const at = (minute: number) => new Date(from.getTime() + minute * 60_000)
  return { blindFrom: at(feedAway[0] - 1), blindUntil: at(feedAway[1]) }
}

/** One minute: what happens in it, and its run to the end. */
async function liveThrough(soak: Soak, minute: number): Promise<void> {
  const { matches, plan, chance, outcomes } = soak
  const { stack } = matches
  const { faults } = stack.simulator
  matches.pass(1)
  if (minute === plan.feedAway[0]) faults.set('onexbet', { kind: 'challenge', status: 403 })
  if (minute === plan.feedAway[1]) faults.clear()
  if (minute === plan.databaseAway[0]) await crashDatabase(matches)
  if (minute === plan.databaseAway[1]) {
    await stack.restartPostgres()
    // Until the spool is empty a poll can be both late and new; here both come in order.
    if (chance(2) === 0) await spoolIsEmpty(matches)
  }
  const handle = await startPoll(stack)
  if (plan.kills.has(minute)) {
    await sleep(chance(LATEST_KILL_MS))
    await soak.worker.end('SIGKILL')
    soak.worker = await matches.startWorker()
  }
  const ending = await endingOf(handle)
  count(outcomes, outcomeOf(ending))
  // The run that follows what came out of the spool holds the lock for a moment; a schedule would lose this minute.
  if (ending.outcome === 'skipped') await liveAgain(soak)
}

async function liveAgain(soak: Soak): Promise<void> {
  for (;;) {
    const ending = await endingOf(await startPoll(soak.matches.stack))
    count(soak.outcomes, outcomeOf(ending))
    if (ending.outcome !== 'skipped') return
    await sleep(POLL_INTERVAL_MS)
  }
}

function count(outcomes: Map<string, number>, name: string): void {
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
}

function outcomeOf({ outcome, counts }: EndingInWords): string {
  const isSpooled = Object.values(counts).some(({ spooled = 0 }) => spooled > 0)
  return isSpooled ? `${outcome}, spooled` : outcome
}

/** No checkpoint: recovery from the log at the next start. */
async function crashDatabase({ stack }: MatchStack): Promise<void> {
  const { pid } = stack.servers.postgres
  process.kill(pid, 'SIGQUIT')
  while (isRunning(pid)) await sleep(POLL_INTERVAL_MS)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** Waits for the worker's own loop. */
async function spoolIsEmpty({ stack }: MatchStack): Promise<void> {
  const folder = spoolFolder(stack.config.dataDir)
  const deadline = Date.now() + EMPTY_TIMEOUT_MS
  while (segmentNames(folder).length > 0) {
    if (Date.now() > deadline)
      throw new Error(`the spool still holds ${segmentNames(folder).length} segments after a minute`)
    await sleep(POLL_INTERVAL_MS)
  }
}
