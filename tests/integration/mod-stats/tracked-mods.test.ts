import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  curseForgeMods,
  listsNewMod,
  modrinthMods,
  rememberModrinth,
  syncMods,
} from '../../../db/queries/mod-stats/mods.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

describe('the mods table follows almanac.yaml', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(() => database.drop())

  const rows = () =>
    database.select<{ id: number; modrinth: string | null; curseforge_id: string | null; tracked: boolean }>(
      sql`select id, modrinth, curseforge_id, tracked from mods order by id`,
    )

  it('adds a mod once, however often almanac.yaml is read', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }])
    await syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }])
    expect(await rows()).toEqual([{ id: 1, modrinth: 'alpha', curseforge_id: '7', tracked: true }])
  })

  it('keeps a removed mod, and finds it again when it comes back', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha' }, { modrinth: 'beta' }])
    await syncMods(database.db, [{ modrinth: 'beta' }])
    expect(await rows()).toMatchObject([{ modrinth: 'alpha', tracked: false }, { tracked: true }])
    await syncMods(database.db, [{ modrinth: 'beta' }, { modrinth: 'ALPHA' }])
    expect(await rows()).toHaveLength(2)
  })

  it('knows a mod by its Modrinth id after its slug has changed', async () => {
    await syncMods(database.db, [{ modrinth: 'old-slug' }])
    await rememberModrinth(database.db, [{ id: 1, modrinthId: 'AABBCCDD', slug: 'new-slug', title: 'Alpha' }])
    await syncMods(database.db, [{ modrinth: 'AABBCCDD', curseforge: 9 }])
    expect(await rows()).toEqual([{ id: 1, modrinth: 'AABBCCDD', curseforge_id: '9', tracked: true }])
    expect(await modrinthMods(database.db, 0, 10)).toEqual([{ id: 1, modrinth: 'AABBCCDD', known: true }])
  })

  it('knows which lists name a mod that no run has begun with', async () => {
    const listed = [{ modrinth: 'alpha', curseforge: 7 }]
    expect(await listsNewMod(database.db, listed)).toBe(true)
    await syncMods(database.db, listed)
    expect(await listsNewMod(database.db, listed)).toBe(false)
    expect(await listsNewMod(database.db, [{ modrinth: 'Alpha' }])).toBe(false)
    expect(await listsNewMod(database.db, [...listed, { modrinth: 'beta' }])).toBe(true)
    expect(await listsNewMod(database.db, [])).toBe(false)
    await syncMods(database.db, [])
    expect(await listsNewMod(database.db, listed)).toBe(true)
  })

  it('two mods that were tracked apart can share one entry, each with its own history', async () => {
    await syncMods(database.db, [{ modrinth: 'alpha' }, { curseforge: 7 }])
    await syncMods(database.db, [{ modrinth: 'alpha', curseforge: 7 }])
    expect(await rows()).toEqual([
      { id: 1, modrinth: 'alpha', curseforge_id: null, tracked: true },
      { id: 2, modrinth: null, curseforge_id: '7', tracked: true },
    ])
    expect(await curseForgeMods(database.db, 0, 10)).toMatchObject([{ id: 2, curseforgeId: 7 }])
  })
})
