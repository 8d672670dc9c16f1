import { describe, expect, it } from 'vitest'
import {
  createLibraries,
  fullNameOf,
  type RepositoryKind,
} from '../../../../simulator/library-context/libraries.ts'
import { startSimulator } from '../../../../simulator/server.ts'
import type { LibraryTruth } from '../../../../simulator/library-context/index.ts'
import { recording as recordedText } from '../../upstreams/recordings.ts'
import { askJson } from '../asking.ts'
import { hasRecordings } from '../recordings.ts'

const NOW = new Date('2026-05-04T10:00:00Z')
const clock = () => NOW
/** The document's, as the reference of the recorded selection. */
const KEYWORDS =
  'astro astropy healpy photutils sky gal cosmo cmb planck tardis lightkurve astroquery pypeit poppy stellar galsim ultranest pymultinest zeus radis astronn presto astroplan sep specutils s2fft stingray spacepy pycbc gwpy einsteinpy simonsobs cmbant lesgourg/class_public'.split(
    ' ',
  )
const hasKeyword = (fullName: string) => KEYWORDS.some((word) => fullName.toLowerCase().includes(word))
const HOSTILE: readonly RepositoryKind[] = [
  'reads-environment',
  'writes-outside',
  'opens-sockets',
  'forks',
  'fills-memory',
  'fills-disk',
  'prints-forever',
  'sleeps',
  'slow-makefile',
  'jupytext-config',
]
const QUICK: readonly RepositoryKind[] = ['plain', 'sphinx', 'notebooks', 'docs-only']
const libraries = () => createLibraries({ seed: 1, clock })
const most = (list: { stars: number }[]) => Math.max(...list.map(({ stars }) => stars))
const least = (list: { stars: number }[]) => Math.min(...list.map(({ stars }) => stars))

describe('the simulated libraries', () => {
  it('libraries are the same for the same seed, each with its own id', () => {
    expect(libraries().list()).toEqual(libraries().list())
    expect(createLibraries({ seed: 2, clock }).list()).not.toEqual(libraries().list())
    const all = createLibraries({ seed: 1, clock, extra: 200 }).list()
    expect(new Set(all.map(({ githubId }) => githubId)).size).toBe(all.length)
    expect(new Set(all.map((library) => fullNameOf(library).toLowerCase())).size).toBe(all.length)
    expect(all.length).toBe(libraries().list().length + 200)
  })

  it('the simulated libraries include every kind that a night must handle', () => {
    const all = libraries().list()
    const count = (kind: RepositoryKind) => all.filter((library) => library.kind === kind).length
    expect([count('plain') >= 6, count('sphinx') >= 4, count('notebooks') >= 3]).toEqual([true, true, true])
    const once: RepositoryKind[] = ['docs-only', 'empty', 'huge', 'symlinks', 'submodules', 'hook', 'lfs']
    for (const kind of [...once, 'title-only', 'broken-docs', ...HOSTILE] as const)
      expect([kind, count(kind)]).toEqual([kind, 1])
    const states = all.map(({ state }) => state)
    for (const state of ['archived', 'deleted', 'blocked'] as const) expect(states).toContain(state)
    const poppies = all.filter(({ name }) => name === 'poppy')
    expect(poppies.map(fullNameOf).sort()).toEqual(['sim-astro/poppy', 'sim-optics/poppy'])
  })

  it('gives most stars to libraries with a quick context, and fewest to those that never get one', () => {
    const astronomers = createLibraries({ seed: 1, clock, extra: 300 })
      .list()
      .filter((library) => hasKeyword(fullNameOf(library)))
    const hostile = astronomers.filter(({ kind }) => HOSTILE.includes(kind))
    const extra = astronomers.filter(({ name }) => name.startsWith('extra-'))
    const [top = [], rest = []] = [true, false].map((isTop) =>
      astronomers.filter((library) => library.stars > most(extra) === isTop && !extra.includes(library)),
    )
    expect(hostile).toHaveLength(HOSTILE.length)
    expect(top.length).toBeGreaterThanOrEqual(16)
    expect(top.every(({ kind, state }) => QUICK.includes(kind) && state !== 'deleted')).toBe(true)
    expect(least(extra)).toBeGreaterThan(most(rest))
    expect(most(hostile)).toBeLessThan(least(rest.filter((library) => !hostile.includes(library))))
  })

  it("lists no library of finance in the astronomers' catalogue, but those without a keyword", () => {
    const others = libraries()
      .list()
      .filter((library) => !hasKeyword(fullNameOf(library)))
    const finance = others.filter(({ owner }) => owner === 'sim-finance')
    expect(finance).toHaveLength(4)
    expect(finance.flatMap(({ catalogued }) => catalogued)).toEqual([])
    expect(others.filter(({ catalogued }) => catalogued.length > 0).length).toBeGreaterThanOrEqual(3)
  })

  it('finds libraries by name in any case, and through their former names', () => {
    const world = libraries()
    const map = world.byName('SIM-ASTRO/skymap')
    expect([map?.library.name, map?.renamed]).toEqual(['SkyMap', false])
    const renamed = world.byName('sim-surveys/galzoo')
    expect([renamed?.library.name, renamed?.renamed]).toEqual(['galaxy-tools', true])
    expect(world.byName('sim-astro/nothing-here')).toBeUndefined()
    expect(world.byId(map?.library.githubId ?? 0)).toEqual(map?.library)
  })

  it('changes during the night leave earlier responses valid', () => {
    const world = libraries()
    const before = world.byName('sim-astro/poppy')?.library
    world.push('sim-astro/poppy')
    world.change('sim-astro/poppy', { stars: 0, owner: 'Sim-New' })
    const after = world.byName('sim-new/poppy')
    expect(after?.library).toEqual({
      ...before,
      owner: 'Sim-New',
      stars: 0,
      pushes: 2,
      pushedAt: NOW,
      formerNames: ['sim-astro/poppy'],
    })
    expect([before?.stars, before?.pushes]).toEqual([1_180, 1])
    expect(world.byName('sim-astro/poppy')).toEqual({ library: after?.library, renamed: true })
  })

  it('a library can take a name that is free again, and no other', () => {
    const world = libraries()
    expect(() => {
      world.change('sim-astro/poppy', { owner: 'sim-optics' })
    }).toThrow(RangeError)
    expect(() => {
      world.push('sim-astro/nothing-here')
    }).toThrow(RangeError)
    world.change('sim-optics/poppy', { name: 'poppy-optics' })
    world.change('sim-astro/poppy', { owner: 'sim-optics' })
    const found = world.byName('sim-optics/poppy')
    expect([found?.renamed, found?.library.description]).toEqual([false, 'Populations of pulsars'])
  })
})

describe('a simulator', () => {
  it('the simulator serves the true state of its libraries', async () => {
    const simulator = await startSimulator({ libraries: 3 })
    simulator.world.libraries.push('sim-astro/extra-3')
    const { libraries: served } = (await askJson(simulator, '/__world')) as { libraries: LibraryTruth[] }
    await simulator.close()
    expect(served.length).toBe(libraries().list().length + 3)
    expect(served.at(-1)).toEqual(expect.objectContaining({ name: 'extra-3', pushes: 2 }))
  })
})

describe.skipIf(!hasRecordings)('the libraries as recorded', () => {
  const rows = (file: string) =>
    recordedText(`libraries/${file}`)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))

  it('has the 2,532 libraries of the recorded night, and gives its top 100 in its order', () => {
    const stars = new Map(
      rows('ascl_repos_with_stars.2025-07-31.csv').map(([url = '', count]) => [
        url.replace('github.com/', ''),
        Number(count),
      ]),
    )
    const world = createLibraries({ seed: 1, clock, recorded: { stars } })
    expect(world.list()).toHaveLength(2_532)
    const selected = world.list().filter((library) => hasKeyword(fullNameOf(library)))
    expect(selected).toHaveLength(342)
    const top = selected.sort((a, b) => b.stars - a.stars).slice(0, 100)
    const recorded = rows('last.2025-07-31.csv').map(([name, , count]) => [name, Number(count)])
    expect(top.map((library) => [fullNameOf(library), library.stars])).toEqual(recorded)
    // the page that could not be fetched
    expect(world.byName('shihyuntang/igrins_rv')?.library.state).toBe('deleted')
  })
})
