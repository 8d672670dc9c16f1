import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { decodeModrinthId, encodeModrinthId } from '../../../../simulator/mod-stats/modrinth-id.ts'
import { createModWorld } from '../../../../simulator/mod-stats/mod-world.ts'

const on = (date: string) => () => new Date(`${date}T12:00:00Z`)
const worldOn = (date: string, mods = 60, seed = 1) => createModWorld({ mods, seed, clock: on(date) })

describe('the simulated mods', () => {
  it('the simulated mods are the same on the same date, and different for another seed', () => {
    const morning = createModWorld({ mods: 60, seed: 1, clock: () => new Date('2026-03-01T00:00:00Z') })
    const night = createModWorld({ mods: 60, seed: 1, clock: () => new Date('2026-03-01T23:59:59.999Z') })
    expect(JSON.stringify(morning.truth())).toBe(JSON.stringify(night.truth()))
    expect(worldOn('2026-03-01', 60, 2).truth().mods).not.toEqual(morning.truth().mods)
  })

  it('downloads of the simulated mods never decrease', () => {
    const dates = [
      '2024-06-01',
      '2025-01-01',
      '2025-01-02',
      '2025-01-03',
      '2025-12-31',
      '2026-01-01',
      '2026-11-20',
    ]
    const truths = dates.map((date) => worldOn(date).truth().mods)
    for (const [day, today] of truths.slice(1).entries()) {
      const before = truths[day] ?? []
      for (const [index, mod] of today.entries()) {
        const was = before[index]
        expect(mod.modrinth.downloads).toBeGreaterThanOrEqual(was?.modrinth.downloads ?? NaN)
        expect(mod.modrinth.followers).toBeGreaterThanOrEqual(was?.modrinth.followers ?? NaN)
        expect(mod.curseforge.downloadCount).toBeGreaterThanOrEqual(was?.curseforge.downloadCount ?? NaN)
        expect(mod.curseforge.thumbsUpCount).toBeGreaterThanOrEqual(was?.curseforge.thumbsUpCount ?? NaN)
        for (const [place, pack] of mod.modpacks.entries()) {
          expect(pack.downloads).toBeGreaterThanOrEqual(was?.modpacks[place]?.downloads ?? NaN)
        }
      }
    }
    expect(truths[3]?.[0]?.modrinth.downloads).toBeGreaterThan(truths[2]?.[0]?.modrinth.downloads ?? NaN)
  })

  it('knows the first mod by its real names', () => {
    const world = worldOn('2026-03-01')
    const first = world.mod(0)
    expect(first).toMatchObject({ slug: 'createnuclear', curseforgeId: 989_797, versions: 14, files: 120 })
    expect(first.modrinthId).toMatch(/^[0-9A-Za-z]{8}$/)
    expect(world.modrinthMod('createnuclear')).toEqual(first)
    expect(world.modrinthMod(first.modrinthId)).toEqual(first)
    expect(world.curseforgeMod(989_797)).toEqual(first)
  })

  it('finds every mod, version and pack by each of its ids, and nothing else', () => {
    const world = worldOn('2026-03-01')
    const ids = new Set<string>()
    for (let index = 0; index < world.mods; index += 1) {
      const mod = world.mod(index)
      expect(world.modrinthMod(mod.slug)).toEqual(mod)
      expect(world.modrinthMod(mod.modrinthId)).toEqual(mod)
      expect(world.curseforgeMod(mod.curseforgeId)).toEqual(mod)
      for (let place = 0; place < mod.versions; place += 1) {
        const id = world.modrinthVersionId(mod, place)
        ids.add(id)
        expect(world.modrinthVersion(id)).toEqual({ mod, place })
        expect(world.modrinthMod(id)).toBeUndefined()
      }
      expect(world.modrinthVersion(world.modrinthVersionId(mod, mod.versions))).toBeUndefined()
      for (const pack of world.modpacksOf(mod)) {
        expect(world.modpackById(pack.id)).toEqual(pack)
        expect(world.modpackBySlug(pack.slug)).toEqual(pack)
      }
    }
    expect(ids.size).toBe(
      Array.from({ length: 60 }, (_, index) => world.mod(index).versions).reduce((a, b) => a + b),
    )
    for (const unknown of ['sim-mod-60', 'sim-mod-0', 'sim-mod-01', '', 'zzzzzzzz', 'constructor']) {
      expect(world.modrinthMod(unknown)).toBeUndefined()
    }
    for (const unknown of [0, 1_000_000, 1_000_060, 1.5, NaN]) {
      expect(world.curseforgeMod(unknown)).toBeUndefined()
      expect(world.modpackById(unknown)).toBeUndefined()
    }
  })

  it('the simulated mods include the packs that break careless readers', () => {
    const world = worldOn('2026-03-01')
    const packs = world.modpacksOf(world.mod(0))
    expect(packs.length).toBeGreaterThan(40)
    expect(packs.length).toBeLessThanOrEqual(60)
    expect(new Set(packs.map(({ slug }) => slug)).size).toBe(packs.length)
    expect(packs.map(({ slug }) => slug)).toContain('rebel-tactics-2')
    expect(packs.map(({ slug }) => slug)).not.toContain('rebel-tactics')
    expect(world.modpackBySlug('rebel-tactics')).toMatchObject({ name: 'Rebel-Tactics', inApi: true })
    expect(packs.filter(({ inApi }) => !inApi)).toHaveLength(2)
    for (const odd of ['"', ',', "'", '&', '<', '☢'])
      expect(packs.some(({ name }) => name.includes(odd))).toBe(true)
    const users = Array.from({ length: 60 }, (_, index) =>
      world.modpacksOf(world.mod(index)).map(({ slug }) => slug),
    )
    for (const others of users.slice(1)) expect(others.length).toBeLessThanOrEqual(5)
    expect(
      users
        .slice(1)
        .flat()
        .some((slug) => users[0]?.includes(slug)),
    ).toBe(true)
  })

  it('the world of mods computes nothing until the first request', () => {
    // All chance is mixed with it.
    const mixed = vi.spyOn(Math, 'imul')
    onTestFinished(() => {
      mixed.mockRestore()
    })
    const world = worldOn('2026-03-01', 5_000)
    expect(mixed).not.toHaveBeenCalled()
    expect(world.mod(4_999).slug).toBe('sim-mod-4999')
    expect(mixed).toHaveBeenCalled()
  })

  it('refuses an impossible number of mods', () => {
    for (const mods of [0, -1, 1.5, NaN, 900_001]) {
      expect(() => worldOn('2026-03-01', mods)).toThrow(expect.objectContaining({ type: 'Misconfigured' }))
    }
  })
})

describe('Modrinth ids', () => {
  it('Modrinth ids are eight base62 characters that encode a number', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 2 ** 46 - 1 }), (seed, number) => {
        const id = encodeModrinthId(seed, number)
        expect(id).toMatch(/^[0-9A-Za-z]{8}$/)
        expect(decodeModrinthId(seed, id)).toBe(number)
      }),
    )
  })

  it('reads a Modrinth id from any text without an exception', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const number = decodeModrinthId(1, text)
        expect(number === undefined || encodeModrinthId(1, number) === text).toBe(true)
      }),
    )
  })
})
