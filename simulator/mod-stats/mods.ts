/** The mods of the world and the parsing of their ids: nothing is stored, everything is computed. */
import { between, hash } from '../chance.ts'
import { decodeModrinthId, encodeModrinthId } from './modrinth-id.ts'

const FIRST_MOD_SLUG = 'createnuclear'
const FIRST_MOD_CURSEFORGE_ID = 989_797
const CURSEFORGE_ID_BASE = 1_000_000
const FIRST_FILE_ID = 5_000_000
/** Room for the files of one mod in the id space: mod 0 has the most, 120. */
const FILES_PER_MOD = 128
/** Room for one mod in Modrinth's id space: the project itself and at most 14 versions. */
const MODRINTH_IDS_PER_MOD = 16

/** Identity of a mod. `index` is its place in the world, 0 for Create Nuclear. */
export interface Mod {
  index: number
  slug: string
  title: string
  modrinthId: string
  curseforgeId: number
  /** Number of versions on Modrinth. */
  versions: number
  /** Number of files on CurseForge. */
  files: number
}

/** Mods by their place, and by every name that an upstream gives them. */
export interface Mods {
  mod(index: number): Mod
  /** By Modrinth id, or by slug in any case. */
  modrinthMod(idOrSlug: string): Mod | undefined
  /** By id of a version: the mod, and the version's place (0 is the oldest). */
  modrinthVersion(id: string): { mod: Mod; place: number } | undefined
  modrinthVersionId(mod: Mod, place: number): string
  curseforgeMod(idOrSlug: number | string): Mod | undefined
  curseforgeFileId(mod: Mod, place: number): number
}

/** The first `count` mods of a seed. */
export function createMods(seed: number, count: number): Mods {
  const mod = (index: number) => describeMod(seed, index)
  const known = (index: number) =>
    Number.isInteger(index) && index >= 0 && index < count ? mod(index) : undefined
  const bySlug = (slug: string) => {
    if (slug === FIRST_MOD_SLUG) return mod(0)
    const match = /^sim-mod-([1-9]\d*)$/.exec(slug)
    return match === null ? undefined : known(Number(match[1]))
  }
  /** Place 0 is the project itself, version n has place n + 1. */
  const byModrinthId = (id: string) => {
    const number = decodeModrinthId(seed, id) ?? -1
    const found = known(Math.floor(number / MODRINTH_IDS_PER_MOD))
    return found === undefined ? undefined : { mod: found, place: number % MODRINTH_IDS_PER_MOD }
  }
  return {
    mod,
    modrinthMod: (idOrSlug) => {
      const byId = byModrinthId(idOrSlug)
      return byId?.place === 0 ? byId.mod : bySlug(idOrSlug.toLowerCase())
    },
    modrinthVersion: (id) => {
      const found = byModrinthId(id)
      if (found === undefined || found.place === 0 || found.place > found.mod.versions) return undefined
      return { mod: found.mod, place: found.place - 1 }
    },
    modrinthVersionId: ({ index }, place) => encodeModrinthId(seed, index * MODRINTH_IDS_PER_MOD + 1 + place),
    curseforgeMod: (idOrSlug) => {
      if (typeof idOrSlug === 'string') return bySlug(idOrSlug)
      if (idOrSlug === FIRST_MOD_CURSEFORGE_ID) return mod(0)
      return idOrSlug === CURSEFORGE_ID_BASE ? undefined : known(idOrSlug - CURSEFORGE_ID_BASE)
    },
    curseforgeFileId: ({ index }, place) => FIRST_FILE_ID + index * FILES_PER_MOD + place,
  }
}

function describeMod(seed: number, index: number): Mod {
  return {
    index,
    slug: index === 0 ? FIRST_MOD_SLUG : `sim-mod-${index}`,
    title: index === 0 ? 'Create: Nuclear' : `Simulated Mod ${index}`,
    modrinthId: encodeModrinthId(seed, index * MODRINTH_IDS_PER_MOD),
    curseforgeId: index === 0 ? FIRST_MOD_CURSEFORGE_ID : CURSEFORGE_ID_BASE + index,
    versions: index === 0 ? 14 : between(1, 12, seed, index, 10),
    files: filesOf(seed, index),
  }
}

/** 120 for mod 0 (three pages of 50), 60 for every 50th (two), none for a few, else one to twelve. */
function filesOf(seed: number, index: number): number {
  if (index === 0) return 120
  if (index % 50 === 0) return 60
  return hash(seed, index, 20) % 40 === 0 ? 0 : between(1, 12, seed, index, 21)
}
