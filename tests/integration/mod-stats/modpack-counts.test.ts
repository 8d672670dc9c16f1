/** The counts of modpacks after an activity that was killed between two writes. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ModStatsDependencies } from '../../../activities/mod-stats/activity-context.ts'
import { createModStatsActivities } from '../../../activities/mod-stats/index.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { unbounded } from '../../support/mock-attempt.ts'

const NOW = new Date('2026-11-20T10:00:00Z')
const SLUGS = ['first', 'second', 'third']

let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'almanac-modpack-counts-'))
  await database.db.execute(
    sql`insert into mods (curseforge_id, curseforge_slug, tracked) values (7, 'alpha', true)`,
  )
})
afterAll(async () => {
  await database.drop()
  rmSync(dataDir, { recursive: true })
})

const step = <Output>(work: () => Promise<Output>): Promise<Output> =>
  new MockActivityEnvironment(unbounded()).run(work)

it('counts the modpacks of all attempts, whichever of them stored the rows', async () => {
  let isKilled = false
  const raw = (url: string) => ({ source: 'curseforge', url, body: '', observedAt: NOW })
  const activities = createModStatsActivities({
    db: database.db,
    dataDir,
    settings: { mods: [], modpacks: { pages: 10 } },
    curseforge: {
      modpackBySlug: (slug: string) => {
        const id = SLUGS.indexOf(slug) + 1
        const modpack = { id, slug, name: slug, downloadCount: 10 * id, websiteUrl: null }
        return Promise.resolve({ modpack, rejected: [], raw: [] })
      },
    },
    dependents: {
      dependentsPage: (_: string, page: number) => {
        if (page === 2 && !isKilled) {
          isKilled = true
          return Promise.reject(new Error('killed'))
        }
        const slug = SLUGS[page - 1] ?? ''
        const packs = [{ slug, name: slug, url: null }]
        return Promise.resolve({ kind: 'page', packs, next: page < SLUGS.length, raw: raw(`/${page}`) })
      },
    },
    rawPayloadCaps: { days: 1, bytesPerSource: 1e6 },
    retryBudgetMs: 0,
    clock: () => NOW,
  } as unknown as ModStatsDependencies)
  const run = {
    runId: randomUUID(),
    workflowId: 'run',
    pipeline: 'mod-stats' as const,
    trigger: 'manual' as const,
    startedAt: NOW.toISOString(),
  }

  const discover = () => step(() => activities.discoverModpacks({ run, after: 0 }))
  await expect(discover()).rejects.toThrow('killed')
  const { counts } = await discover()
  const ending = { outcome: 'complete' as const, counts: { modpacks: counts } }
  const closed = await step(() => activities.closeModStats(run, ending))
  // Of each modpack one row of what is known, and one of the day.
  expect(closed.counts['modpacks']).toMatchObject({ outcome: 'complete', written: 2 * SLUGS.length })
  const [record] = await database.select<{ written: number }>(
    sql`select (counts->'modpacks'->>'written')::int as written from pipeline_runs`,
  )
  expect(record).toEqual({ written: 2 * SLUGS.length })
})
