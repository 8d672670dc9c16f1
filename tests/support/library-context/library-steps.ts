/**
 * Nights of library-context without a Temporal server, on whatever date: the activities that keep the lists, one after
 * the other.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'drizzle-orm'
import { stringify } from 'yaml'
import type { Run } from '../../../core/run.ts'
import { createLibraryContextActivities } from '../../../activities/library-context/index.ts'
import type { LibraryContextDependencies } from '../../../activities/library-context/activity-context.ts'
import { loadConfig, type Config } from '../../../config/load-config.ts'
import { isSpooled, outcomeOf, type RunCounts, type RunEnding } from '../../../core/run-outcome.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator/server.ts'
import { mergedSections, simulatedSections } from '../../../pipelines/simulated-sections.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import { withSpooledCounts } from '../../../worker/spooled-counts.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import {
  publishedOf,
  summaryOf,
  type LibrarySettings,
  type LibraryStackSection,
  type Night,
  type Published,
} from './library-stack.ts'
import { unbounded } from '../mock-attempt.ts'
import { simulatedMods } from '../stack.ts'
import { inWords, type EndingInWords } from '../ending-in-words.ts'

type Change = Partial<LibraryContextDependencies>

export interface LibrarySteps {
  database: TestDatabase
  simulator: Simulator
  config: Config
  /** What the activities read: a test may set other fields between two nights. */
  settings: LibrarySettings
  published: Published
  /** The lists of a night that starts then: catalogues, stars, places, files, and the night in words. No context is made. */
  listsAt(at: string, params?: { force?: boolean; domain?: string }, change?: Change): Promise<Night>
  /** The same, of a night that may report nothing because its database is unavailable. */
  collectAt(at: string, change: Change): Promise<{ runId: string; ending: EndingInWords }>
  /** The run that follows a drain. */
  deriveAt(at: string): Promise<void>
  stop(): Promise<void>
}

export interface LibraryStepsOptions {
  section: LibraryStackSection
  simulator?: SimulatorOptions
  /** Added to the environment that the configuration reads; an empty value takes one away. */
  env?: Record<string, string>
}

/** The database runs on this machine: its clock is ours to less than this. Nights of tests lie further away. */
const CLOCKS_APART_MS = 60_000

/** Starts a database and a simulator; costs a second. */
export async function startLibrarySteps(options: LibraryStepsOptions): Promise<LibrarySteps> {
  const begunAt = new Date(Date.now() - CLOCKS_APART_MS).toISOString()
  const root = mkdtempSync(join(tmpdir(), 'almanac-lists-'))
  const [database, simulator] = await Promise.all([createTestDatabase(), startSimulator(options.simulator)])
  const config = configOf(root, simulator, options)
  const { tracked, dataDir } = config
  const settings: LibrarySettings = { ...tracked['library-context'] }
  const dependencies = {
    ...dependenciesOf(config)['library-context'],
    db: database.db,
    temporal: () => Promise.resolve({ alive: false as const }),
    settings,
  }
  const runAt = (at: string, trigger: Run['trigger']): Run => ({
    runId: randomUUID(),
    workflowId: `library-context-${at}`,
    pipeline: 'library-context',
    trigger,
    startedAt: new Date(at).toISOString(),
  })
  const collect = async (at: string, params: object, change: Change) => {
    const run = runAt(at, 'manual')
    const ending = await lists({ ...dependencies, clock: () => new Date(at), ...change }, run, params)
    return { runId: run.runId, ending }
  }
  return {
    database,
    simulator,
    config,
    settings,
    published: publishedOf(dataDir),
    async listsAt(at, params = {}, change = {}) {
      const { runId, ending } = await collect(at, params, change)
      // The database has its own clock.
      await database.db.execute(sql`update libraries set first_seen = ${at} where first_seen > ${begunAt}`)
      return { runId, ending, summary: await summaryOf(database.db, runId) }
    },
    collectAt: (at, change) => collect(at, {}, change),
    async deriveAt(at) {
      const steps = createLibraryContextActivities({ ...dependencies, clock: () => new Date(at) })
      await step(() => steps.publishLibraries())
      await step(() => steps.closeLibraryContext(runAt(at, 'drain'), { outcome: 'complete', counts: {} }))
    },
    async stop() {
      await Promise.all([simulator.close(), database.drop()])
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function configOf(root: string, { url }: Simulator, { section, env }: LibraryStepsOptions): Config {
  const file = join(root, 'almanac.yaml')
  const sections = { 'mod-stats': { mods: simulatedMods(1) }, 'library-context': section }
  writeFileSync(file, stringify(mergedSections(simulatedSections(url), sections)))
  const settings = {
    ALMANAC_CONFIG: file,
    ALMANAC_STATE_DIR: join(root, 'state'),
    DATA_DIR: join(root, 'data'),
    BACKUP_DIR: join(root, 'backups'),
    GITHUB_TOKEN: 'test',
  }
  return loadConfig({ env: { ...settings, ...env }, root })
}

/** One activity, with the note on rows in the spool that a worker adds to its counts. */
function step<Output>(work: () => Promise<Output>): Promise<Output> {
  return new MockActivityEnvironment(unbounded()).run(() => withSpooledCounts('library-context', work))
}

/** As the workflow does it until its first publishing; the stars are tried twice. */
async function lists(
  dependencies: LibraryContextDependencies,
  run: Run,
  params: object,
): Promise<EndingInWords> {
  const steps = createLibraryContextActivities(dependencies)
  const { sources } = await step(() => steps.openLibraryContext({ run, params }))
  const counts: RunCounts = {}
  for (const source of sources)
    counts[source] = await step(() => steps.collectCatalogue({ run, params, source }))
  const rank = () => step(() => steps.rankLibraries({ run, params }))
  counts['stars'] = await rank().catch(rank)
  if (!isSpooled(counts)) counts['files'] = await step(() => steps.publishLibraries())
  const ending: RunEnding = { outcome: outcomeOf(counts), counts }
  await step(() => steps.closeLibraryContext(run, ending))
  return inWords(ending)
}
