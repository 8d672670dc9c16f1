/** CurseForge's mod and file objects, with exactly the fields of recorded responses. */
import { between, hash, hex, pick } from '../chance.ts'
import type { Modpack } from './modpacks.ts'
import type { Mod } from './mods.ts'
import type { ModWorld } from './mod-world.ts'

/** Minecraft. */
const GAME_ID = 432
export const CLASS_MODS = 6
export const CLASS_MODPACKS = 4471
/** A mod lists only its newest files. */
const LATEST_FILES = 2

const SITE = 'https://www.curseforge.com'
const GAME_VERSIONS = ['1.18.2', '1.19.2', '1.20.1', '1.21.1'] as const
const LOADERS = ['Forge', 'Fabric', 'NeoForge'] as const
/** Their numbers in `ModLoaderType`. */
const LOADER_TYPES = { Forge: 1, Fabric: 4, NeoForge: 6 } as const
const DISTRIBUTION = [true, true, false, null] as const

/** The `data` of `GET /v1/mods/{modId}` for a mod. */
export function modObject(world: ModWorld, mod: Mod) {
  const places = Array.from({ length: Math.min(LATEST_FILES, mod.files) }, (_, back) => mod.files - 1 - back)
  return {
    ...projectFields(world, { id: mod.curseforgeId, name: mod.title, slug: mod.slug, classId: CLASS_MODS }),
    downloadCount: world.modDownloads(mod),
    logo: mod.index % 3 === 1 ? null : logo(mod.curseforgeId),
    mainFileId: mod.files === 0 ? 0 : world.curseforgeFileId(mod, mod.files - 1),
    latestFiles: places.map((place) => fileObject(world, mod, place)),
    latestFilesIndexes: places.map((place) => ({
      gameVersion: gameVersion(world, mod, place),
      fileId: world.curseforgeFileId(mod, place),
      filename: fileName(world, mod, place),
      releaseType: releaseType(world, mod, place),
      gameVersionTypeId: 75_125,
      modLoader: LOADER_TYPES[loader(world, mod, place)],
    })),
    dateCreated: isoDate(world.publishedAt(mod, 0, mod.files)),
    dateModified: isoDate(world.publishedAt(mod, mod.files, mod.files)),
    dateReleased: isoDate(world.publishedAt(mod, Math.max(0, mod.files - 1), mod.files)),
    allowModDistribution: distribution(mod),
    thumbsUpCount: world.thumbsUp(mod),
  }
}

/** The `data` of `GET /v1/mods/{modId}` for a modpack. */
export function packObject(world: ModWorld, pack: Modpack) {
  const published = isoDate(world.publishedAt(world.mod(0), hash(pack.id) % 100, 100))
  return {
    ...projectFields(world, { ...pack, classId: CLASS_MODPACKS }),
    downloadCount: world.modpackDownloads(pack),
    logo: pack.id % 4 === 0 ? null : logo(pack.id),
    mainFileId: 0,
    latestFiles: [],
    latestFilesIndexes: [],
    dateCreated: published,
    dateModified: published,
    dateReleased: published,
    allowModDistribution: true,
    thumbsUpCount: between(0, 20, world.seed, 50, pack.id),
  }
}

/** The `data` of `GET /v1/mods/{modId}/files/{fileId}`; `place` 0 is the oldest file. */
export function fileObject(world: ModWorld, mod: Mod, place: number) {
  const { seed } = world
  const id = world.curseforgeFileId(mod, place)
  const name = fileName(world, mod, place)
  const game = gameVersion(world, mod, place)
  const size = between(20_000, 9_000_000, seed, 51, id)
  return {
    id,
    gameId: GAME_ID,
    modId: mod.curseforgeId,
    isAvailable: true,
    displayName: place % 4 === 0 ? name : `${mod.title} ${game} #${place} [${loader(world, mod, place)}]`,
    fileName: name,
    releaseType: releaseType(world, mod, place),
    fileStatus: 4,
    hashes: [
      { value: hex(40, seed, 52, id), algo: 1 },
      { value: hex(32, seed, 53, id), algo: 2 },
    ],
    fileDate: isoDate(world.publishedAt(mod, place, mod.files)),
    fileLength: size,
    fileSizeOnDisk: size * 2,
    downloadCount: world.fileDownloads(mod, place),
    downloadUrl:
      distribution(mod) === false
        ? null
        : `https://edge.forgecdn.net/files/${Math.floor(id / 1000)}/${id % 1000}/${name}`,
    gameVersions: [game, loader(world, mod, place), ...(place % 3 === 0 ? ['Client', 'Server'] : [])],
    sortableGameVersions: [
      {
        gameVersionName: game,
        gameVersionPadded: game
          .split('.')
          .map((part) => part.padStart(10, '0'))
          .join('.'),
        gameVersion: game,
        gameVersionReleaseDate: '2023-06-12T14:26:38.477Z',
        gameVersionTypeId: 75_125,
      },
    ],
    dependencies: [{ modId: 328_085, relationType: 3 }],
    alternateFileId: 0,
    isServerPack: false,
    fileFingerprint: hash(seed, 54, id),
    modules: [{ name: 'META-INF', fingerprint: hash(seed, 55, id) }],
  }
}

interface Identity {
  id: number
  name: string
  slug: string
  classId: number
}

/** What a mod and a modpack have in common. */
function projectFields(world: ModWorld, { id, name, slug, classId }: Identity) {
  const section = classId === CLASS_MODS ? 'mc-mods' : 'modpacks'
  return {
    id,
    gameId: GAME_ID,
    name,
    slug,
    links: {
      websiteUrl: `${SITE}/minecraft/${section}/${slug}`,
      wikiUrl: '',
      issuesUrl: id % 2 === 0 ? null : '',
      sourceUrl: null,
    },
    summary: `Stands in for "${name}".`,
    status: 4,
    isFeatured: false,
    primaryCategoryId: 412,
    categories: [
      {
        id: 412,
        gameId: GAME_ID,
        name: 'Technology',
        slug: 'technology',
        url: `${SITE}/minecraft/${section}/technology`,
        iconUrl: 'https://media.forgecdn.net/avatars/6/38/635351497437388438.png',
        dateModified: '2014-05-08T17:42:23.74Z',
        isClass: false,
        classId,
        parentCategoryId: classId,
      },
    ],
    classId,
    authors: [
      {
        id: between(1, 90_000_000, world.seed, 56, id),
        name: `author-${id}`,
        url: `${SITE}/members/author-${id}`,
        avatarUrl: 'https://static-cdn.jtvnw.net/user-default-pictures-uv/default-150x150.png',
      },
    ],
    screenshots: [],
    latestEarlyAccessFilesIndexes: [],
    gamePopularityRank: between(1, 90_000, world.seed, 57, id),
    isAvailable: true,
    hasCommentsEnabled: true,
  }
}

function logo(id: number) {
  const url = `https://media.forgecdn.net/avatars/${Math.floor(id / 1000)}/${id % 1000}/logo.png`
  return { id: id + 1, modId: id, title: 'logo.png', description: '', thumbnailUrl: url, url }
}

function distribution({ index }: Mod): boolean | null {
  return index === 0 ? true : (DISTRIBUTION[index % DISTRIBUTION.length] ?? null)
}

function fileName(world: ModWorld, mod: Mod, place: number): string {
  return `${mod.slug}-${gameVersion(world, mod, place)}-${loader(world, mod, place).toLowerCase()}-1.${place}.jar`
}

function gameVersion(world: ModWorld, mod: Mod, place: number): string {
  return pick(GAME_VERSIONS, world.seed, 58, mod.index, place)
}

function loader(world: ModWorld, mod: Mod, place: number): (typeof LOADERS)[number] {
  return pick(LOADERS, world.seed, 59, mod.index, place)
}

/** 1 release, 2 beta, 3 alpha. */
function releaseType(world: ModWorld, mod: Mod, place: number): number {
  return between(1, 3, world.seed, 60, mod.index, place)
}

/** ISO 8601 with the zeros of the fraction trimmed: no fraction, or one to three digits. */
function isoDate(date: Date): string {
  return date.toISOString().replace(/\.?0*Z$/, 'Z')
}
