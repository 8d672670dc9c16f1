/** A stack for library-context: its nights, what they publish, and days that pass between two of them. */
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import {
  createContextmaker,
  type Contextmaker,
} from '../../../activities/library-context/contextmaker/contextmaker.ts'
import { publishedIn } from '../../../activities/library-context/publish.ts'
import { startRun } from '../../../client/runs.ts'
import { endingOf, type EndingInWords } from '../ending-in-words.ts'
import { keepRows } from '../kept-rows.ts'
import type { Database } from '../../../db/database.ts'
import { eventOf } from '../../../db/queries/run-events.ts'
import { pipelineById, type Pipeline } from '../../../pipelines/index.ts'
import { libraryNight, type LibraryNight } from '../../../core/library-context/night-event.ts'
import type { Tracked } from '../../../config/almanac-file.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { startTestStack, type TestStack, type TestStackOptions, type WorkerChange } from '../stack.ts'
import { toolsDir } from '../tools-dir.ts'

/** The settings of the pipeline, all of them. */
export type LibrarySettings = Tracked['library-context']

/** The section `library-context` of almanac.yaml, as a user writes it. */
export type LibraryStackSection = NonNullable<NonNullable<TestStackOptions['sections']>['library-context']>

/** A night that has ended. */
export interface Night {
  runId: string
  ending: EndingInWords
  /** The night in words, as reported at its end; throws if none was reported. */
  summary: LibraryNight
}

/** An entry of a published list. */
export interface ListedInFile {
  name: string
  github_url: string
  stars: number
  rank: number
  hasContextFile: boolean
  contextFileName: string
  archived: boolean
  contextEngine: string | null
  contextCommit: string | null
  contextTokens: number | null
  contextMadeAt: string | null
}

/** A published list. */
export interface ListFile {
  libraries: ListedInFile[]
  domain: string
  description: string
  keywords: string[]
  last_updated: string
}

/** What a worker has otherwise; fields of the section `library-context` among it. */
export interface LibraryWorkerChange extends WorkerChange {
  libraryContext?: Partial<LibrarySettings>
}

/** Options of the stack; the section `library-context` is named alone. */
export interface LibraryStackOptions extends Omit<TestStackOptions, 'sections'> {
  libraryContext?: LibraryStackSection
}

export interface LibraryStack {
  stack: TestStack
  /** What the workers' activities read each time: a test may set other fields between two nights. */
  settings: LibrarySettings
  /** A worker of this stack. Settings given here are kept for the workers after it. */
  startWorker(change?: LibraryWorkerChange): Promise<RunningWorker>
  /** One run to its end; throws if it reported no summary (it was skipped). */
  night(params?: Record<string, unknown>): Promise<Night>
  /** Moves all that is stored the given number of days into the past, so that the next run's night is a later one. */
  passDays(days: number): Promise<void>
  published: Published
  /** Empties every table of the pipeline, its files, the requests and the faults. The world's libraries stay as they are. */
  reset(): Promise<void>
  /**
   * Keeps every row and file of the pipeline; the returned function puts them back after a `reset`: for tests that begin
   * after the same night, which takes seconds.
   */
  keep(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

/** Starts it. Default: no domains. */
export async function startLibraryStack({
  libraryContext: section = {},
  ...options
}: LibraryStackOptions = {}): Promise<LibraryStack> {
  const stack = await startTestStack({
    schedules: false,
    ...options,
    sections: { 'library-context': section },
    simulator: { rateLimits: false, ...options.simulator },
  })
  const { tracked, dataDir } = stack.config
  const settings: LibrarySettings = { ...tracked['library-context'] }
  const { folder } = publishedIn(dataDir)
  const { db } = stack.database
  const reset = async () => {
    stack.simulator.faults.clear()
    stack.simulator.requests.clear()
    rmSync(folder, { recursive: true, force: true })
    await db.execute(sql.raw(`truncate ${TABLES.join(', ')} cascade`))
  }
  return {
    stack,
    settings,
    published: publishedOf(dataDir),
    startWorker: ({ libraryContext = {}, ...change } = {}) => {
      Object.assign(settings, libraryContext)
      return stack.startWorker({ ...change, sections: { 'library-context': settings } })
    },
    async night(params = {}) {
      const handle = await startRun(stack.client, libraryContext(), 'manual', params)
      const ending = await endingOf(handle)
      const runId = handle.firstExecutionRunId
      return { runId, ending, summary: await summaryOf(stack.database.db, runId) }
    },
    passDays: (days) => passDays(stack.database.db, days),
    reset,
    async keep() {
      const copy = `${dataDir}-kept`
      cpSync(folder, copy, { recursive: true, verbatimSymlinks: true })
      const putBack = await keepRows(db, TABLES)
      return async () => {
        await reset()
        cpSync(copy, folder, { recursive: true, verbatimSymlinks: true })
        await putBack()
      }
    },
    stop: () => stack.stop(),
  }
}

/** Tables of the pipeline; one that refers to another comes after it. */
const TABLES = [
  'libraries',
  'library_names',
  'library_catalogue',
  'library_snapshots',
  'library_contexts',
  'library_attempts',
  'pipeline_runs',
  'run_events',
  'raw_payloads',
  'quarantine',
]

export function libraryContext(): Pipeline {
  const pipeline = pipelineById('library-context')
  if (pipeline === undefined) throw new Error('library-context is registered')
  return pipeline
}

/** The real client without bubblewrap: nothing of a library is executed, and our own engine makes the contexts. */
export function withoutBubblewrap(): Contextmaker {
  return createContextmaker({ venv: join(toolsDir, 'contextmaker'), bubblewrap: '/nonexistent/bwrap' })
}

/** What a run reported at its end; throws if it reported nothing. */
export async function summaryOf(db: Database, runId: string): Promise<LibraryNight> {
  return libraryNight.parse(await eventOf(db, runId, 'library-night'))
}

/** Every moment of the pipeline's tables, by table. A date is a whole day of UTC. */
const MOMENTS: Record<string, string[]> = {
  libraries: ['pushed_at', 'asked_at', 'first_seen', 'observed_at'],
  library_names: ['observed_at'],
  library_catalogue: ['seen_at', 'observed_at'],
  library_snapshots: ['observed_at'],
  library_contexts: ['made_at', 'left_at', 'observed_at'],
  library_attempts: ['next_try_at', 'tried_at', 'observed_at'],
}
/** Longer than any test's history: a day never meets another one on its way back. */
const FAR_AWAY_DAYS = 36_500

/** Moves all that the pipeline has stored the given number of days into the past. */
export async function passDays(db: Database, days: number): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [table, columns] of Object.entries(MOMENTS)) {
      const moved = columns.map((column) => `${column} = ${column} - interval '${days * 24} hours'`)
      await tx.execute(sql.raw(`update ${table} set ${moved.join(', ')}`))
    }
    await tx.execute(sql.raw(`update library_snapshots set date = date - ${FAR_AWAY_DAYS}`))
    await tx.execute(sql.raw(`update library_snapshots set date = date + ${FAR_AWAY_DAYS - days}`))
  })
}

/** What lies in `data/libraries`. */
export interface Published {
  /** The bytes of a domain's list; throws if there is none. */
  listText(domain: string): string
  list(domain: string): ListFile
  /** Entry of a library, by its name in any case. */
  entry(domain: string, fullName: string): ListedInFile | undefined
  /** Names of the context files, sorted; `links` holds the links. */
  contextFiles(): string[]
  links(): string[]
  contextText(file: string): string
}

/** Reads what is published below a data folder. */
export function publishedOf(dataDir: string): Published {
  const { folder, contexts } = publishedIn(dataDir)
  const entries = (isLink: boolean) =>
    (existsSync(contexts) ? readdirSync(contexts) : [])
      .filter((name) => lstatSync(join(contexts, name)).isSymbolicLink() === isLink)
      .toSorted()
  const listText = (domain: string) => readFileSync(join(folder, `${domain}-libraries.json`), 'utf8')
  const list = (domain: string) => JSON.parse(listText(domain)) as ListFile
  return {
    listText,
    list,
    entry: (domain, fullName) =>
      list(domain).libraries.find(({ name }) => name.toLowerCase() === fullName.toLowerCase()),
    contextFiles: () => entries(false),
    links: () => entries(true),
    contextText: (file) => readFileSync(join(contexts, file), 'utf8'),
  }
}

/** The sentences of a part of the run, one a line. */
export const whyOf = (ending: Pick<EndingInWords, 'counts'>, part: string): string =>
  ending.counts[part]?.why.join('\n') ?? ''

/** The outcome of each part of a run. */
export const outcomesOf = (ending: Pick<EndingInWords, 'counts'>): Record<string, string> =>
  Object.fromEntries(Object.entries(ending.counts).map(([part, { outcome }]) => [part, outcome]))
