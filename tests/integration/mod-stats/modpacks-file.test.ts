/** No pack of an existing `curseforge_modpacks.csv` is lost when a run replaces the file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { adoptKnownModpacks, exportModpacks } from '../../../activities/mod-stats/modpacks-csv.ts'
import { syncMods } from '../../../db/queries/mod-stats/mods.ts'
import { sentence } from '../../../wording/sentence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const RUN = {
  runId: 'r1',
  workflowId: 'w',
  pipeline: 'mod-stats',
  trigger: 'manual',
  startedAt: '2026-03-10T12:00:00Z',
} as const

let database: TestDatabase
let dataDir: string
beforeEach(async () => {
  database = await createTestDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'almanac-packs-'))
  await syncMods(database.db, [{ curseforge: 7 }])
})
afterEach(async () => {
  await database.drop()
  rmSync(dataDir, { recursive: true })
})

const file = () => join(dataDir, 'curseforge_modpacks.csv')
/** A run that meets the file: what it says of it. */
const runWith = async (bytes: string | Buffer) => {
  writeFileSync(file(), bytes)
  const context = { db: database.db, dataDir }
  await adoptKnownModpacks(context, RUN)
  return (await exportModpacks(context)).map((reason) => sentence(reason))
}

it('takes over the packs of a file that a French Excel saved, each once, and writes it again', async () => {
  const saved = Buffer.from('id;name;slug;downloads;link\r\n5;Forêt;foret;12;\r\n6;B;b;;\r\n', 'latin1')
  expect(await runWith(saved)).toEqual([])
  expect(await runWith(saved)).toEqual([])
  expect(readFileSync(file(), 'utf8')).toBe('id,name,slug,downloads,link\n5,Forêt,foret,12,\n6,B,b,,\n')
})

it('keeps the packs of a file that belongs to one of several mods, beside those of the database', async () => {
  await syncMods(database.db, [{ curseforge: 7 }, { curseforge: 8 }])
  await database.db
    .execute(sql`insert into modpacks (mod_id, slug, curseforge_id, name, downloads, first_seen, observed_at, run_id)
    values (1, 'pack-reborn', 6, 'Pack', 3900, now(), now(), 'before')`)
  expect(await runWith('id,name,slug,downloads,link\n5,Old,old,12,\n6,Pack,pack,3000,\n')).toEqual([])
  expect(readFileSync(file(), 'utf8')).toBe(
    'id,name,slug,downloads,link\n6,Pack,pack-reborn,3900,\n5,Old,old,12,\n',
  )
})

it('does not replace a file with a line that cannot be read, and names the line', async () => {
  const saved = 'id;name;slug;downloads;link\n5;A;a;12;\n5,2E+08;B;b;;\n'
  expect(await runWith(saved)).toEqual([
    `curseforge_modpacks.csv was not written: Misconfigured: ${file()} is left as it is: line 3: id is not a whole number with all its digits. ` +
      'Correct it or move it away, and the next run writes it.',
  ])
  expect(readFileSync(file(), 'utf8')).toBe(saved)
  expect(await database.select(sql`select from modpacks`)).toEqual([])
})
