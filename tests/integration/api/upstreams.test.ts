/** Upstreams over HTTP: what the records of runs tell of each. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Upstream } from '../../../api/stack/upstreams.ts'
import { startDatabaseApi, type DatabaseApi } from '../../support/api.ts'

const MINUTES = 60_000
const now = Date.now()
const ago = (minutes: number) => new Date(now - minutes * MINUTES)

let api: DatabaseApi
beforeAll(async () => {
  api = await startDatabaseApi()
  const counts = (outcome: string, fetched: number, why: unknown[] = []) => ({
    outcome,
    fetched,
    written: fetched,
    rejected: 0,
    why,
  })
  const failed = { code: 'failure', values: { type: 'Blocked', message: 'a challenge page answered' } }
  const skipped = { code: 'no-credentials', values: { setting: 'CURSEFORGE_API_KEY' } }
  const runs = [
    {
      at: 10,
      counts: { modrinth: counts('failed', 0, [failed]), curseforge: counts('skipped', 0, [skipped]) },
    },
    {
      at: 20,
      counts: {
        modrinth: counts('complete', 5),
        modpacks: counts('partial', 3, ['curseforge answered 500', failed]),
      },
    },
    { at: 30, counts: { modrinth: counts('complete', 4), curseforge: counts('failed', 0, ['it was down']) } },
    // Too long ago to be told.
    { at: 60 * 24 * 31, counts: { modrinth: counts('complete', 4) } },
  ]
  for (const [n, run] of runs.entries())
    await api.database.db.execute(sql`
      insert into pipeline_runs (run_id, workflow_id, pipeline, trigger, started_at, finished_at, outcome, counts)
      values (${`r${n}`}, ${`w${n}`}, 'mod-stats', 'manual', ${ago(run.at + 1).toISOString()}, ${ago(run.at).toISOString()},
        'partial', ${JSON.stringify(run.counts)})`)
})
afterAll(async () => {
  await api.stop()
})

const upstreams = async (language = 'en') => {
  const response = await fetch(`${api.address}/api/upstreams`, { headers: { 'accept-language': language } })
  expect(response.status).toBe(200)
  const { upstreams: found } = (await response.json()) as { upstreams: Upstream[] }
  return new Map(found.map((one) => [one.name, one]))
}

it('each has its last run with rows and its last failure by name', async () => {
  expect((await upstreams()).get('Modrinth')).toEqual({
    name: 'Modrinth',
    pipeline: 'mod-stats',
    sources: ['modrinth'],
    answered_at: ago(20).toISOString(),
    answered_run: 'r1',
    failure: {
      name: 'Blocked',
      sentence: 'Blocked: a challenge page answered',
      at: ago(10).toISOString(),
      run: 'r0',
    },
    not_asked: null,
  })
})

it('one with several sources is told of all of them, and why it was not asked', async () => {
  expect((await upstreams('fr')).get('CurseForge')).toMatchObject({
    answered_at: ago(20).toISOString(),
    failure: { name: 'Blocked', at: ago(20).toISOString(), run: 'r1' },
    not_asked: "pas de clé: CURSEFORGE_API_KEY n'est pas défini",
  })
})

it('one that no record names has nothing to tell', async () => {
  expect((await upstreams()).get('Binance')).toMatchObject({
    answered_at: null,
    failure: null,
    not_asked: null,
  })
})
