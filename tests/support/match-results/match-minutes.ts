/**
 * Minutes of match-results without a Temporal server, on a moved clock: the activities of one run after the other,
 * against the simulator's league, with the database present or unavailable in each minute.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { stringify } from 'yaml'
import type { z } from 'zod'
import { MINUTE_MS } from '../../../core/durations.ts'
import { createMatchResultsActivities } from '../../../activities/match-results/index.ts'
import { loadConfig, type Config } from '../../../config/load-config.ts'
import { openDatabase, type Database } from '../../../db/database.ts'
import { drainSpool } from '../../../db/spool/drain.ts'
import { openSpool, spoolFolder } from '../../../db/spool/spool.ts'
import { Failure } from '../../../core/failures.ts'
import { freePort } from '../../../local/taken-port.ts'
import { outcomeOf, type RunCounts, type RunEnding } from '../../../core/run-outcome.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator/server.ts'
import type { almanacFileSchema } from '../../../config/almanac-file.ts'
import { createOneXBet } from '../../../upstreams/onexbet/onexbet.ts'
import { spoolOrigin, withSpooledCounts } from '../../../worker/spooled-counts.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import type { Run, Skipped, Trigger } from '../../../core/run.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { tablesOf, type Tables } from './match-polls.ts'
import { unbounded } from '../mock-attempt.ts'
import { simulatedMods } from '../stack.ts'
import { failureReason } from '../../../core/reason.ts'
import { inWords, type EndingInWords } from '../ending-in-words.ts'
const SPOOL_BYTES = 1_000_000_000

export interface MatchMinutes {
  config: Config
  database: TestDatabase
  simulator: Simulator
  /** Folder of `matches.csv` and of the spool. */
  dataDir: string
  spoolFolder: string
  /** What the activities wrote to the worker's log, from level info on: message and event id, if it is of a match. */
  reported: string[]
  /** The moment that activities and simulator see. */
  now(): Date
  /** Moves the clock on without looking at the feed. */
  pass(minutes: number): void
  /** A minute later: one run. `away` runs it without its database. */
  minute(how?: { away?: boolean }): Promise<EndingInWords>
  /** A run that only follows what is stored. */
  derive(): Promise<EndingInWords>
  /** The worker starts anew: what it remembered is gone. */
  restart(): void
  /** The first activity of a run that continues from then; the next minute takes it for dead. */
  open(trigger: Trigger): Promise<{ skipped?: Skipped }>
  /** Loads the spool, as the worker's loop does. */
  drain(): ReturnType<typeof drainSpool>
  tables(): Promise<Tables>
  stop(): Promise<void>
}

export interface MatchMinutesOptions {
  startAt?: string
  section?: z.input<typeof almanacFileSchema>['match-results']
  simulator?: SimulatorOptions
}

export async function startMatchMinutes(options: MatchMinutesOptions = {}): Promise<MatchMinutes> {
  const root = mkdtempSync(join(tmpdir(), 'almanac-matches-'))
  let nowMs = Date.parse(options.startAt ?? '2026-03-10T12:00:00Z')
  const clock = () => new Date(nowMs)
  const [database, simulator, deadPort] = await Promise.all([
    createTestDatabase(),
    startSimulator({ ...options.simulator, matchClock: clock }),
    freePort(),
  ])
  const config = configOf(root, simulator, options.section ?? {})
  const spool = openSpool({
    folder: spoolFolder(config.dataDir),
    capBytes: SPOOL_BYTES,
    warn: () => undefined,
    origin: spoolOrigin,
  })
  const away = openDatabase(`postgres://nobody@127.0.0.1:${deadPort}/none`, () => undefined, { spool })
  const there: Database = Object.assign(Object.create(database.db) as Database, { spool })
  let isUnavailable = false
  let isAlive = false
  const db = new Proxy({} as Database, {
    get: (_, name) => {
      const handle = isUnavailable ? away.db : there
      const value: unknown = Reflect.get(handle, name)
      return typeof value === 'function' ? (value.bind(handle) as unknown) : value
    },
  })
  const { feed } = config.tracked['match-results']
  const start = () =>
    createMatchResultsActivities({
      ...dependenciesOf(config)['match-results'],
      db,
      temporal: () => Promise.resolve({ alive: isAlive }),
      retryBudgetMs: 0,
      clock,
      matchClock: clock,
      // The countdowns of its events run towards starts by this clock.
      onexbet: createOneXBet({ feedUrl: feed.url, query: feed, userAgent: 'almanac (test)', clock }),
    })
  let steps = start()
  const reported: string[] = []
  const logger = new DefaultLogger('INFO', ({ message, meta }) => {
    reported.push([message, meta?.['eventId']].filter((part) => part !== undefined).join(' '))
  })
  const newRun = (trigger: Trigger): Run => {
    const startedAt = clock().toISOString()
    const runId = randomUUID()
    return { runId, workflowId: `match-results-${runId}`, pipeline: 'match-results', trigger, startedAt }
  }
  const run = (derive: boolean): Promise<EndingInWords> => {
    isAlive = false
    return oneRun(steps, newRun('schedule'), { derive, logger })
  }
  return {
    config,
    database,
    simulator,
    reported,
    dataDir: config.dataDir,
    spoolFolder: spool.folder,
    now: clock,
    pass(minutes) {
      nowMs += minutes * MINUTE_MS
    },
    minute(how = {}) {
      nowMs += MINUTE_MS
      isUnavailable = how.away ?? false
      return run(false)
    },
    derive() {
      isUnavailable = false
      return run(true)
    },
    restart() {
      steps = start()
    },
    open(trigger) {
      isAlive = true
      return attempt(logger, () => steps.openMatchResults(newRun(trigger)))
    },
    drain: () => drainSpool(database.db, spool.folder, { signal: new AbortController().signal }),
    tables: () => tablesOf(database, config.tracked['match-results'].feed.name),
    async stop() {
      await Promise.all([away.close(), simulator.close(), database.drop()])
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** One attempt of an activity. */
const attempt = <Output>(logger: DefaultLogger, work: () => Promise<Output>): Promise<Output> =>
  new MockActivityEnvironment(unbounded(), { logger }).run(() => withSpooledCounts('match-results', work))

/** As the workflow does it. */
async function oneRun(
  steps: ReturnType<typeof createMatchResultsActivities>,
  run: Run,
  { derive, logger }: { derive: boolean; logger: DefaultLogger },
): Promise<EndingInWords> {
  const step = <Output>(work: () => Promise<Output>): Promise<Output> => attempt(logger, work)
  await step(() => steps.openMatchResults(run))
  const counts: RunCounts = {}
  const collected = await step(() => steps.collectMatches({ run, derive })).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error
    const why = [failureReason(error)]
    counts['feed'] = { outcome: 'failed', fetched: 0, written: 0, rejected: 0, why }
    return undefined
  })
  if (collected !== undefined) counts['feed'] = collected.counts
  if (collected?.results !== undefined) counts['results'] = collected.results
  const ending: RunEnding = { outcome: outcomeOf(counts), counts }
  await step(() => steps.closeMatchResults(run, ending, collected?.figures))
  return inWords(ending)
}

function configOf(root: string, { url }: Simulator, section: NonNullable<MatchMinutesOptions['section']>) {
  const file = join(root, 'almanac.yaml')
  const feed = { url: `${url}/onexbet/service-api/LiveFeed/Get1x2_VZip`, ...section.feed }
  const results = { url: `${url}/onexbet-results/service-api/result/web/api`, ...section.results }
  writeFileSync(
    file,
    stringify({
      'mod-stats': { mods: simulatedMods(1) },
      // Default: a changed match is in the file at once.
      'match-results': { csv_minutes: 0, ...section, feed, results },
    }),
  )
  const settings = {
    ALMANAC_CONFIG: file,
    ALMANAC_STATE_DIR: join(root, 'state'),
    DATA_DIR: join(root, 'data'),
    BACKUP_DIR: join(root, 'backups'),
  }
  return loadConfig({ env: settings, root })
}
