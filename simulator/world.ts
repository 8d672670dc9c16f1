/** The world that the simulator shows: mods, modpacks and their counts, coins and their candles, libraries, matches, computed on demand from seed and date. */
import { Failure } from '../core/failures.ts'
import { createCoins, type Coins, type CoinsTruth, type RecordedKlines } from './crypto-forecast/coins.ts'
import { createCounts, type Counts } from './mod-stats/counts.ts'
import { createLibraries, type Libraries, type SimulatedLibrary } from './library-context/libraries.ts'
import { createMatches, type Matches, type MatchesOptions } from './match-results/matches.ts'
import { modpackById, modpackBySlug, modpacksOf, type Modpack } from './mod-stats/modpacks.ts'
import { createMods, type Mod, type Mods } from './mod-stats/mods.ts'

/** Ids of CurseForge packs begin above this many mods. */
const MOST_MODS = 900_000

/** The numbers that a collection of this world must find, on the world's date. */
export interface ModTruth {
  index: number
  slug: string
  modrinth: { id: string; downloads: number; followers: number; versions: number }
  curseforge: { id: number; downloadCount: number; thumbsUpCount: number; files: number }
  modpacks: (Modpack & { downloads: number })[]
}

/** A library as it is now, moments as texts. */
export type LibraryTruth = Omit<SimulatedLibrary, 'createdAt' | 'pushedAt'> & {
  createdAt: string
  pushedAt: string
}

export interface World extends Mods, Counts {
  readonly seed: number
  /** Number of mods; indexes are 0 to mods-1. */
  readonly mods: number
  readonly coins: Coins
  readonly libraries: Libraries
  readonly matches: Matches
  /** UTC date of the clock, `YYYY-MM-DD`. */
  date(): string
  /** Every pack that uses the mod, in the order of the website. */
  modpacksOf(mod: Mod): Modpack[]
  modpackById(id: number): Modpack | undefined
  modpackBySlug(slug: string): Modpack | undefined
  truthOf(mod: Mod): ModTruth
  truth(): CoinsTruth & { date: string; seed: number; mods: ModTruth[]; libraries: LibraryTruth[] }
}

export interface WorldOptions {
  mods: number
  seed: number
  clock: () => Date
  /** Number of coins, 3 by default. */
  coins?: number
  /** Recorded hourly candles by symbol, instead of a random walk; none by default. */
  klines?: RecordedKlines
  /** So many more plain libraries beside the fixed ones; none by default. */
  libraries?: number
  /** Recorded stars by full name: the libraries are these instead of the fixed ones. */
  recordedStars?: ReadonlyMap<string, number>
  /** The leagues that play, and their clock where it is another one. */
  matches?: Partial<Omit<MatchesOptions, 'seed'>>
}

/**
 * Makes a world; costs nothing whatever the number of mods.
 * @throws Failure `Misconfigured` where `mods` is no integer from 1 to 900,000, or as createCoins and createMatches say.
 */
export function createWorld(options: WorldOptions): World {
  const { mods, seed, clock, coins = 3, klines = {}, libraries = 0, recordedStars } = options
  if (!Number.isInteger(mods) || mods < 1 || mods > MOST_MODS) {
    throw new Failure(
      'Misconfigured',
      `The simulator was asked for ${mods} mods; give an integer from 1 to ${MOST_MODS}.`,
    )
  }
  const world: World = {
    ...createMods(seed, mods),
    ...createCounts(seed, clock),
    seed,
    mods,
    coins: createCoins({ count: coins, seed, clock, klines }),
    libraries: createLibraries({
      seed,
      clock,
      extra: libraries,
      ...(recordedStars && { recorded: { stars: recordedStars } }),
    }),
    matches: createMatches({ seed, clock, ...options.matches }),
    date: () => clock().toISOString().slice(0, 10),
    modpacksOf: ({ index }) => modpacksOf(seed, mods, index),
    modpackById: (id) => modpackById(seed, mods, id),
    modpackBySlug: (slug) => modpackBySlug(seed, mods, slug),
    truthOf: (mod) => truthOf(world, mod),
    truth: () => ({
      date: world.date(),
      seed,
      mods: Array.from({ length: mods }, (_, index) => truthOf(world, world.mod(index))),
      ...world.coins.truth(),
      libraries: world.libraries.list().map((library) => ({
        ...library,
        createdAt: library.createdAt.toISOString(),
        pushedAt: library.pushedAt.toISOString(),
      })),
    }),
  }
  return world
}

function truthOf(world: World, mod: Mod): ModTruth {
  return {
    index: mod.index,
    slug: mod.slug,
    modrinth: {
      id: mod.modrinthId,
      downloads: world.projectDownloads(mod),
      followers: world.followers(mod),
      versions: mod.versions,
    },
    curseforge: {
      id: mod.curseforgeId,
      downloadCount: world.modDownloads(mod),
      thumbsUpCount: world.thumbsUp(mod),
      files: mod.files,
    },
    modpacks: world.modpacksOf(mod).map((pack) => ({ ...pack, downloads: world.modpackDownloads(pack) })),
  }
}
