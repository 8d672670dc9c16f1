/** `almanac quarantine`: a parser is mended, stored responses are read again, the day is complete, and nobody was asked. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gunzipSync } from 'node:zlib'
import { startRun } from '../../client/runs.ts'
import { pipelineById } from '../../pipelines/index.ts'
import type { Modrinth } from '../../upstreams/modrinth.ts'
import { dependenciesOf } from '../../worker/dependencies.ts'
import { command } from '../support/command.ts'
import { startTestStack, type TestStack } from '../support/stack.ts'

let stack: TestStack
/** Of the projects and versions that the responses hold, as an own reading of them says. */
let truth: { downloads: Map<string, number>; versions: Map<string, number> }

/** A client whose parser does not know downloads: of projects it reads the rest, of versions nothing. */
function brokenModrinth(real: Modrinth): Modrinth {
  const rowsOf = (raw: readonly { body: string }[]) =>
    raw.flatMap(({ body }) => JSON.parse(body) as unknown[])
  const reason = 'downloads: expected string, received number'
  return {
    projects: async (names, signal) => {
      const found = await real.projects(names, signal)
      const rejected = rowsOf(found.raw).map((row) => ({ reason, row, fields: ['downloads'] }))
      return { ...found, projects: found.projects.map((one) => ({ ...one, downloads: null })), rejected }
    },
    versions: async (ids, signal) => {
      const found = await real.versions(ids, signal)
      return { ...found, versions: [], rejected: rowsOf(found.raw).map((row) => ({ reason, row })) }
    },
  }
}

beforeAll(async () => {
  stack = await startTestStack({ mods: 4, schedules: false })
  const { modrinth } = dependenciesOf(stack.config)['mod-stats']
  const worker = await stack.startWorker({ dependencies: { modrinth: brokenModrinth(modrinth) } })
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('mod-stats is registered')
  await (await startRun(stack.client, pipeline, 'manual')).result()
  await worker.stop()
  // That was yesterday.
  const { db } = stack.database
  for (const [table, column] of [
    ['pipeline_runs', 'started_at'],
    ['pipeline_runs', 'finished_at'],
    ['raw_payloads', 'observed_at'],
    ['quarantine', 'observed_at'],
    ['daily_stats', 'observed_at'],
    ['daily_stats', 'date'],
  ])
    await db.execute(
      sql.raw(`update ${table ?? ''} set ${column ?? ''} = ${column ?? ''} - interval '1 day'`),
    )
  const bodies = await stack.database.select<{ body: Buffer }>(
    sql`select body from raw_payloads where source = 'modrinth'`,
  )
  const rows = bodies.flatMap(
    ({ body }) =>
      JSON.parse(gunzipSync(body).toString()) as { id: string; slug?: string; downloads: number }[],
  )
  truth = {
    downloads: new Map(
      rows.flatMap(({ slug, downloads }) => (slug === undefined ? [] : [[slug, downloads]])),
    ),
    versions: new Map(
      rows.flatMap(({ id, slug, downloads }) => (slug === undefined ? [[id, downloads]] : [])),
    ),
  }
})
afterAll(async () => {
  await stack.stop()
})

const almanac = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await command(['quarantine', ...args], stack.env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

const storedDay = () =>
  stack.database.select<{ slug: string; downloads: string | null; date: string; run_id: string }>(sql`
  select m.modrinth_slug as slug, total_downloads as downloads, date::text as date, run_id
  from daily_stats join mods m on m.id = mod_id where platform = 'modrinth'`)
const storedVersions = async () =>
  new Map(
    (
      await stack.database.select<{ id: string; downloads: string }>(
        sql`select version_id as id, downloads from version_stats where platform = 'modrinth'`,
      )
    ).map(({ id, downloads }) => [id, Number(downloads)]),
  )
const rejectedRows = async () =>
  (
    await stack.database.select<{ rows: number }>(
      sql`select count(*)::int as rows from quarantine where source = 'modrinth'`,
    )
  )[0]?.rows

it('a mended parser reads yesterday again: the day is complete, and no upstream saw a request', async () => {
  expect(truth.versions.size).toBeGreaterThan(0)
  expect(truth.downloads.size).toBe(4)
  expect(await storedVersions()).toEqual(new Map())
  const before = await storedDay()
  expect(before.map(({ downloads }) => downloads)).toEqual([null, null, null, null])
  const rejected = await rejectedRows()
  expect(rejected).toBe(truth.versions.size + truth.downloads.size)
  expect(await almanac('list')).toMatch(/modrinth +\d+ .*downloads: expected string/)
  stack.simulator.requests.clear()

  // Without --write it says what would change, and changes nothing.
  const dry = await almanac('replay', '--source', 'modrinth')
  expect(dry).toMatch(/modrinth +\d+ +daily_stats +4 +0 +4 +0\n/)
  expect(dry).toMatch(new RegExp(` version_stats +${truth.versions.size} +${truth.versions.size} +0\n`))
  expect(dry).toContain('nothing was written; --write writes it')
  expect(await storedDay()).toEqual(before)
  expect(await rejectedRows()).toBe(rejected)

  const written = JSON.parse(await almanac('replay', '--source', 'modrinth', '--write', '--json')) as {
    runs: string[]
    started: string[]
  }
  const after = await storedDay()
  expect(new Map(after.map(({ slug, downloads }) => [slug, Number(downloads)]))).toEqual(truth.downloads)
  expect(new Set(after.map(({ date }) => date))).toEqual(new Set(before.map(({ date }) => date)))
  expect(await storedVersions()).toEqual(truth.versions)
  expect(await rejectedRows()).toBe(0)
  const [run] = await stack.database.select<Record<string, unknown>>(sql`
    select workflow_id, pipeline, outcome, counts->'modrinth'->>'written' as written from pipeline_runs where trigger = 'replay'`)
  expect(run).toEqual({
    workflow_id: written.runs[0],
    pipeline: 'mod-stats',
    outcome: 'complete',
    written: String(truth.versions.size + truth.downloads.size),
  })
  // What is derived is computed anew, by a run that asks nobody either.
  const worker = await stack.startWorker()
  await stack.client.workflow.getHandle(written.started[0] ?? '').result()
  await worker.stop()
  expect(stack.simulator.requests.list()).toEqual([])

  // Once more: nothing is left to change, and what was observed later stays.
  await stack.database.db.execute(sql`
    update daily_stats set total_downloads = 1, observed_at = now(), run_id = 'later' where platform = 'modrinth'`)
  expect(await almanac('replay', '--source', 'modrinth', '--write')).toMatch(/ daily_stats +4 +0 +0 +0\n/)
  expect(new Set((await storedDay()).map(({ run_id }) => run_id))).toEqual(new Set(['later']))
})

it('shows a rejected row with its run and its response, removes rows by choice, and says what is not read again', async () => {
  await stack.database.db.execute(sql`
    insert into quarantine (source, reason, "row", row_hash, observed_at, run_id) values
      ('curseforge', 'name: expected string', '{"id": 7}', 'h1', now() - interval '40 days', 'old'),
      ('curseforge', 'name: expected string', '{"id": 8}', 'h2', now(), 'new')`)
  const [{ id } = { id: 0 }] = await stack.database.select<{ id: string }>(
    sql`select id from quarantine where row_hash = 'h2'`,
  )
  const shown = await almanac('show', String(id))
  expect(shown).toContain('why: name: expected string')
  expect(shown).toContain('run: new, without a record')
  expect(shown).toContain('"id": 8')
  await stack.database.db.execute(sql`
    insert into quarantine (source, reason, "row", row_hash, observed_at, run_id) values ('github', 'x', '{}', 'h3', now(), 'new')`)
  const github = await command(['quarantine', 'replay', '--source', 'github'], stack.env)
  expect(github.stdout).toContain('github is not read again: what GitHub says')
  expect(github.code).toBe(1)
  expect(await almanac('drop', '--source', 'curseforge', '--older-than', '30')).toBe(
    'removed 1 rejected row\n',
  )
  expect(await almanac('drop', String(id))).toBe('removed 1 rejected row\n')
  for (const args of [
    ['drop'],
    ['drop', '1', '--source', 'x'],
    ['show', '999999'],
    ['replay', '--source', 'nobody'],
  ])
    expect((await command(['quarantine', ...args], stack.env)).code).toBe(2)
})
