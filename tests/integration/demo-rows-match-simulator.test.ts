/** `npm run demo -- --once`, as a user runs it: its output, and that its tables match the simulator. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../../core/upstream-calls.ts'
import { openDatabase } from '../../db/database.ts'
import { allCalls } from '../../db/queries/upstream-calls.ts'
import { allFields } from '../../db/queries/upstream-fields.ts'
import { startPostgres } from '../../local/postgres.ts'
import { freePort } from '../../local/taken-port.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { createModWorld } from '../../simulator/mod-stats/mod-world.ts'
import { commandProcess } from '../support/command.ts'
import { toolsDir } from '../support/tools-dir.ts'
import { stored, truthOf, type Collected } from '../support/truth.ts'

let stateDir: string
let port: number
let env: Record<string, string>

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'almanac-demo-'))
  mkdirSync(stateDir, { recursive: true })
  symlinkSync(toolsDir, join(stateDir, 'tools'))
  port = await freePort()
  env = {
    ALMANAC_STATE_DIR: stateDir,
    DEMO_POSTGRES_PORT: String(port),
    DEMO_TEMPORAL_PORT: String(await freePort()),
    DEMO_TEMPORAL_UI_PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    // The demo ignores the live stack's settings: these would break it.
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    CURSEFORGE_API_KEY: 'bad',
  }
})
afterAll(() => {
  rmSync(stateDir, { recursive: true, force: true })
})

interface Found {
  date: string
  rows: Collected
  table: Record<string, string>[]
  fields: unknown[]
  calls: number
}

/** The tables that the demo left; the database is started only to read them. */
async function readTables(): Promise<Found> {
  const server = await startPostgres({ dataDir: join(stateDir, 'demo', 'postgres'), port })
  const database = openDatabase(server.url, () => undefined)
  try {
    const days = await database.db.execute<{ date: string }>(sql`select distinct date::text from daily_stats`)
    expect(days.rows).toHaveLength(1)
    const packs = await database.db.execute<Record<string, string>>(sql`select distinct
      coalesce(curseforge_id::text, '') as id, name, slug, coalesce(downloads::text, '') as downloads,
      coalesce(link, '') as link from modpacks`)
    return {
      date: days.rows[0]?.date ?? '',
      rows: await stored(database.db),
      table: packs.rows,
      fields: await allFields(database.db),
      calls: callsOf(await allCalls(database.db)),
    }
  } finally {
    await database.close()
    await server.stop()
  }
}

const bySlug = (a: Record<string, string>, b: Record<string, string>) =>
  (a['slug'] ?? '').localeCompare(b['slug'] ?? '')

async function demo(): Promise<void> {
  const { code, stdout, stderr } = await commandProcess(['up', '--demo', '--once'], env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const line of stdout.trimEnd().split('\n')) expect(line).toMatch(/^DEMO /)
  expect(stdout).toMatch(/pipeline\s+outcome\s+fetched\s+written\s+rejected\s+seconds\s+where to look/)
  for (const pipeline of PIPELINES.map(({ id }) => id))
    expect(stdout).toMatch(
      new RegExp(
        `${pipeline}\\s+complete\\s+\\d+\\s+\\d+\\s+0\\s+\\d+\\.\\d\\s+./almanac show ${pipeline}-\\S+ --demo`,
      ),
    )
  for (const coin of ['bitcoin', 'ethereum', 'binancecoin'])
    for (const horizon of ['1h', '24h'])
      expect(stdout).toMatch(
        new RegExp(`^DEMO {2}${coin}\\s+${horizon}\\s+20.* UTC\\s+[\\d.,]+\\s+[\\d.,]+\\s+[\\d.,]+ to`, 'm'),
      )
}

let first: Promise<Found> | undefined
/** What the first pass leaves, whichever test asks for it first. */
const firstPass = () => (first ??= demo().then(readTables))

describe('the demo', () => {
  it('the demo stores exactly what its simulator knows', async () => {
    const found = await firstPass()
    const world = createModWorld({ mods: 3, seed: 1, clock: () => new Date(`${found.date}T12:00:00Z`) })
    expect(found.rows).toEqual(truthOf(world))
    // Its answers have the fields of real ones, and each call is counted, the last ones too.
    expect(found.fields).toEqual([])
    expect(found.calls).toBeGreaterThan(0)
    const csv = parse<Record<string, string>>(
      readFileSync(join(stateDir, 'demo', 'data', 'curseforge_modpacks.csv')),
      { columns: true },
    )
    expect(csv.toSorted(bySlug)).toEqual(found.table.toSorted(bySlug))
  })

  it('a second pass of the demo changes no row', { tags: 'long' }, async () => {
    const { rows } = await firstPass()
    await demo()
    expect((await readTables()).rows).toEqual(rows)
  })
})
