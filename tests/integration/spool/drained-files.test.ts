/** Files that are made from stored rows: after a drain they are written again. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRun } from '../../../client/runs.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import { lastCollected } from '../../../db/queries/runs.ts'
import { segmentNames } from '../../../db/spool/folder.ts'
import { pipelineById, type Pipeline } from '../../../pipelines/index.ts'
import { dependenciesOf } from '../../../worker/dependencies.ts'
import { type RunningWorker } from '../../../worker/start-worker.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import { DOMAIN, expectContext, nameOf, sectionOf } from '../../support/library-context/library-nights.ts'
import {
  startLibraryStack,
  summaryOf,
  withoutBubblewrap,
  type LibraryStack,
} from '../../support/library-context/library-stack.ts'
import type { WorkerChange } from '../../support/stack.ts'
import { until } from '../../support/until.ts'

/** One try and one more. */
const SHORT_RETRY_BUDGET_MS = 300
/** Long enough for a run to come to its modpacks on a busy machine; its retry budget for the database is longer. */
const SHORT_BOUND_S = 30

let library: LibraryStack
let proxy: DatabaseProxy
let worker: RunningWorker | undefined
let folder: string

beforeAll(async () => {
  library = await startLibraryStack({ mods: 1, pages: 1, libraryContext: sectionOf(['sphinx']) })
  folder = join(library.stack.config.dataDir, 'spool')
})
afterAll(() => library.stop())
beforeEach(async () => {
  await library.reset()
  await library.stack.database.db.execute(
    sql`truncate mods, daily_stats, version_stats, modpacks, modpack_stats cascade`,
  )
  proxy = await startDatabaseProxy(library.stack.database.url)
})
afterEach(async () => {
  await worker?.stop()
  worker = undefined
  await proxy.goOffline()
})

async function startWorker(dependencies: NonNullable<WorkerChange['dependencies']>): Promise<void> {
  worker = await library.startWorker({ env: { DATABASE_URL: proxy.url }, dependencies })
}

/** Cuts the database off, the first time that it is called. */
function cutOnce(): () => Promise<void> {
  let cut: Promise<void> | undefined
  return () => (cut ??= proxy.goOffline())
}

function pipelineOf(id: Pipeline['id']): Pipeline {
  const pipeline = pipelineById(id)
  if (pipeline === undefined) throw new Error(`${id} is registered`)
  return pipeline
}

/** Runs while the database becomes unavailable, restores it, and waits for the drain and the recompute. */
async function runAndDrain(
  id: Pipeline['id'],
  params: Record<string, unknown>,
): Promise<{ runId: string; ending: EndingInWords }> {
  const handle = await startRun(library.stack.client, pipelineOf(id), 'manual', params)
  const ending = await endingOf(handle)
  expect(segmentNames(folder).length).toBeGreaterThan(0)
  await proxy.comeBack()
  await until(async () =>
    (await records()).some(({ trigger, outcome }) => trigger === 'drain' && outcome !== 'running'),
  )
  expect(segmentNames(folder)).toEqual([])
  expect(await records()).toEqual([
    { pipeline: id, trigger: 'manual', outcome: 'partial' },
    { pipeline: id, trigger: 'drain', outcome: 'complete' },
  ])
  return { runId: handle.firstExecutionRunId, ending }
}

const records = () =>
  library.stack.database.select<{ pipeline: string; trigger: string; outcome: string }>(
    sql`select pipeline, trigger, outcome from pipeline_runs order by started_at`,
  )

describe('modpacks that were found while the database was unavailable', () => {
  it(
    'packs found during a database outage are in their file, even if the run had less time than its retry budget',
    { tags: 'long' },
    async () => {
      const { curseforge } = dependenciesOf(library.stack.config)['mod-stats']
      if (curseforge === undefined) throw new Error('the stack has a key')
      const cut = cutOnce()
      const found: string[] = []
      await startWorker({
        curseforge: {
          ...curseforge,
          modpackBySlug: async (slug, signal) => {
            const answer = await curseforge.modpackBySlug(slug, signal)
            if (answer.modpack) found.push(answer.modpack.slug)
            await cut()
            return answer
          },
        },
      })
      const { ending } = await runAndDrain('mod-stats', { boundSeconds: SHORT_BOUND_S })
      expect(ending.counts['modpacks']?.spooled).toBeGreaterThan(0)
      // A run that only derives is no collection: the next one is not put off by it.
      const [collected] = await library.stack.database.select<{ at: string }>(
        sql`select started_at as at from pipeline_runs where trigger = 'manual'`,
      )
      expect(await lastCollected(library.stack.database.db, 'mod-stats')).toEqual(
        new Date(collected?.at ?? 0),
      )
      const { dataDir } = library.stack.config
      const lines = parse<{ slug: string }>(readFileSync(join(dataDir, 'curseforge_modpacks.csv'), 'utf8'), {
        columns: true,
      })
      expect(found.length).toBeGreaterThan(0)
      expect(lines.map(({ slug }) => slug)).toEqual(expect.arrayContaining(found))
    },
  )
})

describe('a context that was made while the database was unavailable', () => {
  it('publishes a context made during a database outage, and reports the night that made it', async () => {
    const contextmaker = withoutBubblewrap()
    const cut = cutOnce()
    await startWorker({
      retryBudgetMs: SHORT_RETRY_BUDGET_MS,
      contextmaker: {
        ...contextmaker,
        ready: async () => {
          await cut()
          return contextmaker.ready()
        },
      },
    })
    const { runId, ending } = await runAndDrain('library-context', {})
    expect(ending.counts['contexts']).toMatchObject({
      outcome: 'partial',
      fetched: 1,
      written: 0,
      spooled: 2,
    })
    expect(ending.counts['files']).toMatchObject({ outcome: 'skipped' })
    await expectContext(library, 'sphinx')
    expect(library.published.list(DOMAIN).libraries.map(({ hasContextFile }) => hasContextFile)).toEqual([
      true,
    ])
    const night = await summaryOf(library.stack.database.db, runId)
    expect(night.made.map(({ name }) => name)).toEqual([nameOf('sphinx')])
  })
})
