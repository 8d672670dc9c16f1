/** Outcomes of mod-stats under faults: every fault of an upstream has a named outcome, never silently fewer rows. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { startRun } from '../../../client/runs.ts'
import { PIPELINES } from '../../../pipelines/index.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import type { Fault } from '../../../simulator/faults.ts'
import { createCurseForge } from '../../../upstreams/curseforge/curseforge.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { simulatedMods, startTestStack, type TestStack, type WorkerChange } from '../../support/stack.ts'
import { eachVariant } from '../../support/each-variant.ts'

const [modStats] = PIPELINES

let stack: TestStack
/** The running worker, and its differences from the stack. */
let worker: { running: RunningWorker; change: WorkerChange } | undefined

/** Most tests share the stack's own worker: starting one takes longer than a run. */
const UNCHANGED: WorkerChange = {}

beforeAll(async () => {
  stack = await startTestStack({ schedules: false })
})
afterAll(async () => {
  await worker?.running.stop()
  await stack.stop()
})
beforeEach(async () => {
  stack.simulator.faults.clear()
  stack.simulator.requests.clear()
  rmSync(stack.config.dataDir, { recursive: true, force: true })
  await stack.database.db.execute(sql`truncate daily_stats, version_stats, modpack_stats, modpacks, mods,
    pipeline_runs, raw_payloads, quarantine restart identity cascade`)
})
/** One run on the stack's worker, or on one that differs by `change`. */
async function collect(change = UNCHANGED): Promise<EndingInWords> {
  if (modStats === undefined) throw new Error('mod-stats is registered')
  if (worker?.change !== change) {
    await worker?.running.stop()
    worker = undefined
    worker = { running: await stack.startWorker(change), change }
  }
  return endingOf(await startRun(stack.client, modStats, 'manual'))
}

/** A run under faults, after one without. */
async function collectAfterAGoodRun(faults: Record<string, Fault>): Promise<EndingInWords> {
  expect(await collect()).toMatchObject({ outcome: 'complete' })
  for (const [upstream, fault] of Object.entries(faults)) stack.simulator.faults.set(upstream, fault)
  return collect()
}

async function rowCounts(): Promise<Record<string, number>> {
  const [counts] = await stack.database.select<Record<string, number>>(sql`select
    (select count(*)::int from daily_stats) as days, (select count(*)::int from version_stats) as versions,
    (select count(*)::int from modpack_stats) as "packDays", (select count(*)::int from modpacks) as packs`)
  return counts ?? {}
}

/** Makes today's rows those of yesterday, as if the good run had been then. */
async function becomeYesterday(): Promise<void> {
  for (const name of ['daily_stats', 'version_stats', 'modpack_stats'])
    await stack.database.db.execute(sql`update ${sql.raw(name)} set date = date - 1`)
}

const csv = () =>
  parse<Record<string, string>>(readFileSync(join(stack.config.dataDir, 'curseforge_modpacks.csv')), {
    columns: true,
  })

const why = (ending: EndingInWords, source: string) => ending.counts[source]?.why.join('\n') ?? ''

const dataSchema = z.object({ data: z.array(z.record(z.string(), z.unknown())) })

/** The simulator's true answer to `POST /v1/mods`. */
async function trueMods(modIds: number[]): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${stack.config.tracked['mod-stats'].curseforge_url}/v1/mods`, {
    method: 'POST',
    headers: { 'x-api-key': 'test', 'content-type': 'application/json' },
    body: JSON.stringify({ modIds }),
  })
  return dataSchema.parse(await response.json()).data
}

const answering = (body: unknown, match: string): Fault => ({
  kind: 'status',
  status: 200,
  match,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

describe('credentials', () => {
  it('skips CurseForge and the modpacks without a key, and the run is complete', async () => {
    const ending = await collect({ env: { CURSEFORGE_API_KEY: undefined } })
    expect(ending.outcome).toBe('complete')
    expect(ending.counts['modrinth']?.outcome).toBe('complete')
    for (const source of ['curseforge', 'modpacks']) {
      expect(ending.counts[source]).toMatchObject({ outcome: 'skipped', fetched: 0, written: 0 })
      expect(why(ending, source)).toMatch(/no credentials/)
    }
    expect(stack.simulator.requests.count({ upstream: 'curseforge' })).toBe(0)
    expect(stack.simulator.requests.count({ upstream: 'curseforge-web' })).toBe(0)
  })

  it('names a refused key after a retry, and keeps the data of Modrinth', async () => {
    const waits: number[] = []
    const curseforge = createCurseForge({
      baseUrl: stack.config.tracked['mod-stats'].curseforge_url,
      apiKey: 'bad-key',
      userAgent: 'almanac test',
      sleep: (ms) => {
        waits.push(ms)
        return Promise.resolve()
      },
    })
    const ending = await collect({ dependencies: { curseforge } })
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'curseforge')).toMatch(/^CredentialsRejected: .*CURSEFORGE_API_KEY/)
    expect(ending.counts['curseforge']?.outcome).toBe('failed')
    expect(ending.counts['modrinth']).toMatchObject({ outcome: 'complete', rejected: 0 })
    expect(ending.counts['modrinth']?.written).toBeGreaterThan(3)
    expect(waits.length).toBeGreaterThan(0)
    expect(JSON.stringify(ending)).not.toContain('bad-key')
  })
})

describe('a firewall in between', () => {
  eachVariant([200, 403, 503] as const)(
    'keeps and refreshes every known pack when the website responds with challenge %i',
    async (status) => {
      await collect()
      const [before, lines] = [await rowCounts(), csv().length]
      stack.simulator.faults.set('curseforge-web', { kind: 'challenge', status })
      const started = new Date()
      const ending = await collect()
      expect(ending.outcome).toBe('partial')
      expect(ending.counts['modpacks']?.outcome).toBe('partial')
      expect(why(ending, 'modpacks')).toMatch(/^Blocked: /)
      expect(ending.counts['curseforge']?.outcome).toBe('complete')
      expect(await rowCounts()).toEqual(before)
      expect(csv()).toHaveLength(lines)
      const [seen] = await stack.database.select<{
        stale: number
      }>(sql`select count(*)::int as stale from modpacks
        where curseforge_id is not null and last_seen < ${started.toISOString()}::timestamptz`)
      expect(seen?.stale).toBe(0)
    },
  )

  it('names a challenge in place of Modrinth, and CurseForge continues', async () => {
    stack.simulator.faults.set('modrinth', { kind: 'challenge', status: 200 })
    const ending = await collect()
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'modrinth')).toMatch(/^Blocked: /)
    expect(ending.counts['curseforge']?.outcome).toBe('complete')
  })
})

describe('an empty response in place of rows', () => {
  it('an empty response of Modrinth is implausible, and removes nothing', async () => {
    await collect()
    await becomeYesterday()
    const before = await rowCounts()
    stack.simulator.faults.set('modrinth', { kind: 'empty', match: '/projects' })
    const ending = await collect()
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'modrinth')).toMatch(/suspicious: returned before/)
    const after = await rowCounts()
    // CurseForge's three mods of today are new; Modrinth's of yesterday stay.
    expect(after['days']).toBe((before['days'] ?? 0) + 3)
    expect(after['packs']).toBe(before['packs'])
  })

  it('an empty version list is implausible if the projects name versions', async () => {
    const ending = await collectAfterAGoodRun({ modrinth: { kind: 'empty', match: '/versions' } })
    expect(ending.counts['modrinth']?.outcome).toBe('partial')
    expect(why(ending, 'modrinth')).toMatch(/suspicious: not returned: \d+ versions /)
  })

  it('the first file list of a mod is implausible if it is empty and the mod names files', async () => {
    stack.simulator.faults.set('curseforge', { kind: 'empty', match: '/v1/mods/989797/files' })
    const ending = await collect()
    expect(ending.counts['curseforge']?.outcome).toBe('partial')
    expect(why(ending, 'curseforge')).toBe(
      'suspicious: createnuclear names files, and its list of them is empty',
    )
    const days = await stack.database.select<{ versions_count: number | null }>(sql`
      select versions_count from daily_stats join mods on mods.id = mod_id
      where platform = 'curseforge' and curseforge_id = 989797`)
    expect(days).toEqual([{ versions_count: null }])
  })

  it('an empty file list is implausible, and the count of versions is unknown, not zero', async () => {
    await collect()
    await becomeYesterday()
    const yesterday = await stack.database.select(sql`select * from version_stats order by id`)
    stack.simulator.faults.set('curseforge', { kind: 'empty', match: '/v1/mods/989797/files' })
    const ending = await collect()
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'curseforge')).toBe(
      'suspicious: createnuclear names files, and its list of them is empty',
    )
    const days = await stack.database.select<{ versions_count: number | null; total_downloads: string }>(sql`
      select versions_count, total_downloads from daily_stats join mods on mods.id = mod_id
      where platform = 'curseforge' and curseforge_id = 989797 order by date`)
    expect(days.map((day) => day.versions_count)).toEqual([120, null])
    expect(days[1]?.total_downloads).toBe(days[0]?.total_downloads)
    const kept = await stack.database.select(
      sql`select * from version_stats where date < current_date order by id`,
    )
    expect(kept).toEqual(yesterday)
  })

  it('an empty list of dependents is implausible, and every pack stays and is refreshed', async () => {
    await collect()
    const before = await rowCounts()
    const lines = csv().length
    stack.simulator.faults.set('curseforge-web', { kind: 'empty' })
    const ending = await collect()
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'modpacks')).toMatch(
      /suspicious: the list of createnuclear ended after 0 modpacks, \d+ are known/,
    )
    expect(await rowCounts()).toEqual(before)
    expect(csv()).toHaveLength(lines)
  })

  it('a response is implausible if most known packs are missing', async () => {
    const mods = simulatedMods(3).map(({ curseforge }) => curseforge)
    const ending = await collectAfterAGoodRun({
      curseforge: answering({ data: await trueMods(mods) }, '/v1/mods$'),
    })
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'modpacks')).toMatch(/suspicious: not returned, and kept: (\d+) of \1 known modpacks/)
    expect(csv().length).toBeGreaterThan(20)
  })
})

describe('a response of another shape', () => {
  it('a response of another shape is PayloadInvalid', async () => {
    const ending = await collectAfterAGoodRun({
      curseforge: { kind: 'rename-field', from: 'data', to: 'items' },
    })
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'curseforge')).toMatch(/^PayloadInvalid: /)
    expect(ending.counts['modrinth']?.outcome).toBe('complete')
  })

  it('an HTML page in place of JSON is PayloadInvalid', { tags: 'long' }, async () => {
    const ending = await collectAfterAGoodRun({ modrinth: { kind: 'html' } })
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'modrinth')).toMatch(/^PayloadInvalid: /)
  })

  eachVariant<[string, Fault]>([
    ['a renamed field', { kind: 'rename-field', from: 'downloads', to: 'download_count' }],
    ['a field of another type', { kind: 'wrong-type', field: 'downloads', value: 'many' }],
    ['a negative count', { kind: 'wrong-type', field: 'downloads', value: -1 }],
  ])('quarantines rows with %s and the reason, and keeps what was known', async (_, fault) => {
    await collect()
    const before = await rowCounts()
    const days = () =>
      stack.database.select(
        sql`select platform, mod_id, total_downloads, followers from daily_stats order by id`,
      )
    const daysBefore = await days()
    const versions = await stack.database.select(
      sql`select id from version_stats where platform = 'modrinth'`,
    )
    stack.simulator.faults.set('modrinth', fault)
    const ending = await collect()
    expect(ending.outcome).toBe('partial')
    const rejected = 3 + versions.length
    expect(ending.counts['modrinth']).toMatchObject({ outcome: 'partial', written: 0, rejected })
    expect(why(ending, 'modrinth')).toMatch(
      /^returned by Modrinth with values that cannot be read:( [-\w]+ \(downloads\),?){3}$/m,
    )
    expect(await days()).toEqual(daysBefore)
    const refused = await stack.database.select<{ source: string; reason: string }>(
      sql`select source, reason from quarantine`,
    )
    expect(refused).toHaveLength(rejected)
    for (const { source, reason } of refused)
      expect([source, reason]).toEqual(['modrinth', expect.stringContaining('downloads')])
    expect(await rowCounts()).toEqual(before)
  })

  it('rejects one bad value and stores the rest of its row and batch', async () => {
    const mods = simulatedMods(3).map(({ curseforge }) => curseforge)
    const data = (await trueMods(mods)).map((mod) =>
      mod['id'] === 1_000_001 ? { ...mod, downloadCount: 'plenty' } : mod,
    )
    stack.simulator.faults.set('curseforge', { ...answering({ data }, '/v1/mods$'), times: 1 })
    const ending = await collect()
    expect(ending.outcome).toBe('partial')
    expect(ending.counts['curseforge']).toMatchObject({ outcome: 'partial', rejected: 1 })
    expect(why(ending, 'curseforge')).toMatch(/1 row rejected, see quarantine/)
    const stored = await stack.database.select<{ id: string; known: boolean; files: number }>(sql`
      select curseforge_id as id, total_downloads is not null as known, versions_count as files from daily_stats
      join mods on mods.id = mod_id where platform = 'curseforge' order by curseforge_id`)
    expect(stored.map(({ id, known }) => [Number(id), known])).toEqual([
      [989_797, true],
      [1_000_001, false],
      [1_000_002, true],
    ])
    expect(stored[1]?.files).toBeGreaterThan(0)
    const refused = await stack.database.select<{ reason: string; id: number }>(
      sql`select reason, ("row"->>'id')::int as id from quarantine`,
    )
    expect(refused).toEqual([{ reason: expect.stringContaining('downloadCount') as string, id: 1_000_001 }])
  })
})

describe('a transient failure', () => {
  eachVariant<[string, string, Fault]>([
    ['JSON that ends in its middle', 'modrinth', { kind: 'truncated-json', times: 1 }],
    ['a cut connection', 'curseforge', { kind: 'cut', times: 1 }],
    ['a refused connection', 'curseforge-web', { kind: 'refuse', times: 1 }],
    ['a 500', 'modrinth', { kind: 'status', status: 500, times: 1 }],
    ['a 429 with its delay', 'modrinth', { kind: 'rate-limited', shape: 'modrinth', seconds: 1, times: 1 }],
  ])('retries %s, and the run is complete', async (_, upstream, fault) => {
    stack.simulator.faults.set(upstream, fault)
    expect(await collect()).toMatchObject({ outcome: 'complete' })
    expect(stack.simulator.faults.list()).toEqual({})
  })
})

describe('modpacks', () => {
  it('keeps a pack that one response left out, with the time at which it was last seen', async () => {
    await collect()
    await becomeYesterday()
    const known = await stack.database.select<{
      id: string
    }>(sql`select distinct curseforge_id as id from modpacks
      where curseforge_id is not null`)
    const all = [
      ...simulatedMods(3).map(({ curseforge }) => curseforge),
      ...known.map(({ id }) => Number(id)),
    ]
    const data = (await trueMods(all)).filter((mod) => mod['slug'] !== 'season-3')
    const seen = () =>
      stack.database.select(sql`select slug, last_seen, downloads from modpacks where slug = 'season-3'`)
    const before = await seen()
    expect(before).toHaveLength(1)
    stack.simulator.faults.set('curseforge', answering({ data }, '/v1/mods$'))
    await collect()
    expect(await seen()).toEqual(before)
    const days = await stack.database.select<{ n: number }>(
      sql`select count(*)::int as n from modpack_stats where modpack_slug = 'season-3'`,
    )
    expect(days).toEqual([{ n: 1 }])
    expect(csv().map(({ slug }) => slug)).toContain('season-3')
  })

  it('takes a slug that ends in digits for a slug', async () => {
    await collect()
    const { world } = stack.simulator
    const slugs = ['rebel-tactics-2', 'reactor-lagoon-2025', 'create-1-20-1', 'season-3', 'pack-7']
    const rows = await stack.database.select<{ slug: string; curseforge_id: string; name: string }>(sql`
      select distinct slug, curseforge_id, name from modpacks where slug = any(${sql.param(slugs)})`)
    expect(rows.toSorted((a, b) => a.slug.localeCompare(b.slug))).toEqual(
      slugs.toSorted().map((slug) => {
        const pack = world.modpackBySlug(slug)
        return { slug, curseforge_id: String(pack?.id), name: pack?.name }
      }),
    )
  })
})

describe('almanac.yaml', () => {
  it('reports which ids of almanac.yaml no upstream knows', async () => {
    const mods = [...simulatedMods(2), { modrinth: 'no-such-mod' }, { curseforge: 1_999_999 }]
    const ending = await collect({ mods })
    expect(ending.outcome).toBe('partial')
    expect(why(ending, 'modrinth')).toBe('not found on Modrinth: no-such-mod')
    expect(why(ending, 'curseforge')).toBe('not found on CurseForge: 1999999')
    expect(await rowCounts()).toMatchObject({ days: 4 })
  })

  it('keeps the history of a removed mod, and does not request it again', async () => {
    await collect()
    const { world } = stack.simulator
    const [gone, id] = [world.mod(2), world.modrinthVersionId(world.mod(2), 0)]
    const history = () =>
      stack.database.select(sql`select v.* from version_stats v join mods on mods.id = v.mod_id
        where curseforge_id = ${gone.curseforgeId} order by v.id`)
    const before = await history()
    expect(before).toHaveLength(gone.files + gone.versions)
    await becomeYesterday()
    stack.simulator.requests.clear()
    expect(await collect({ mods: simulatedMods(2) })).toMatchObject({ outcome: 'complete' })
    expect(await history()).toHaveLength(before.length)
    const names = new RegExp(`${gone.slug}|${gone.curseforgeId}|${gone.modrinthId}|${id}`)
    expect(stack.simulator.requests.count({ path: names })).toBe(0)
    const today = await stack.database.select<{ n: number }>(
      sql`select count(*)::int as n from daily_stats where date = (select max(date) from daily_stats)`,
    )
    expect(today).toEqual([{ n: 4 }])
  })
})

describe('stored responses', () => {
  const sizes = () =>
    stack.database.select<{ source: string; bytes: number }>(
      sql`select source, sum(bytes)::int as bytes from raw_payloads group by source order by source`,
    )

  it('keeps raw responses for the configured days', async () => {
    await collect()
    expect((await sizes()).map(({ source }) => source)).toEqual(['curseforge', 'curseforge-web', 'modrinth'])
    await collect({ env: { RAW_PAYLOAD_DAYS: 0 } })
    expect(await sizes()).toEqual([])
  })

  it('keeps raw responses up to the configured bytes a source, the newest first', async () => {
    const bytesPerSource = 8_000
    await collect({ dependencies: { rawPayloadCaps: { days: 14, bytesPerSource } } })
    const kept = await sizes()
    expect(kept.length).toBeGreaterThan(0)
    for (const { bytes } of kept) expect(bytes).toBeLessThanOrEqual(bytesPerSource)
  })

  it('raw responses hold no secret', async () => {
    await collect({ env: { CURSEFORGE_API_KEY: 'very-secret-key' } })
    const found = await stack.database.select(
      sql`select url from raw_payloads where url like '%very-secret-key%'`,
    )
    expect(found).toEqual([])
    const records = await stack.database.select(sql`select * from pipeline_runs`)
    expect(JSON.stringify(records)).not.toContain('very-secret-key')
  })
})
