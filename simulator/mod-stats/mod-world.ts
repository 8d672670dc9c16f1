/** The simulated mods, modpacks and their counts, computed on demand from seed and date. */
import { Failure } from '../../core/failures.ts'
import { createCounts, type Counts } from './counts.ts'
import { modpackById, modpackBySlug, modpacksOf, type Modpack } from './modpacks.ts'
import { createMods, type Mod, type Mods } from './mods.ts'

/** CurseForge ids of packs begin above this many mods. */
const MAX_MODS = 900_000

/** The numbers that a collection must find, on the clock's date. */
export interface ModTruth {
  index: number
  slug: string
  modrinth: { id: string; downloads: number; followers: number; versions: number }
  curseforge: { id: number; downloadCount: number; thumbsUpCount: number; files: number }
  modpacks: (Modpack & { downloads: number })[]
}

export interface ModWorld extends Mods, Counts {
  readonly seed: number
  /** Number of mods; indexes are 0 to mods-1. */
  readonly mods: number
  /** Every pack that uses the mod, in the order of the website. */
  modpacksOf(mod: Mod): Modpack[]
  modpackById(id: number): Modpack | undefined
  modpackBySlug(slug: string): Modpack | undefined
  truthOf(mod: Mod): ModTruth
  truth(): { mods: ModTruth[] }
}

export interface ModWorldOptions {
  mods: number
  seed: number
  clock: () => Date
}

/**
 * Makes the mods; computes nothing whatever their number.
 * @throws Failure `Misconfigured` if `mods` is not an integer from 1 to 900,000.
 */
export function createModWorld({ mods, seed, clock }: ModWorldOptions): ModWorld {
  if (!Number.isInteger(mods) || mods < 1 || mods > MAX_MODS) {
    throw new Failure(
      'Misconfigured',
      `The simulator was asked for ${mods} mods; give an integer from 1 to ${MAX_MODS}.`,
    )
  }
  const world: ModWorld = {
    ...createMods(seed, mods),
    ...createCounts(seed, clock),
    seed,
    mods,
    modpacksOf: ({ index }) => modpacksOf(seed, mods, index),
    modpackById: (id) => modpackById(seed, mods, id),
    modpackBySlug: (slug) => modpackBySlug(seed, mods, slug),
    truthOf: (mod) => truthOf(world, mod),
    truth: () => ({ mods: Array.from({ length: mods }, (_, index) => truthOf(world, world.mod(index))) }),
  }
  return world
}

function truthOf(world: ModWorld, mod: Mod): ModTruth {
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
