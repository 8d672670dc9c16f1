/** Modrinth's project and version objects, with exactly the fields of recorded responses. */
import { between, hash, hex, pick } from '../chance.ts'
import { encodeModrinthId } from './modrinth-id.ts'
import type { Mod } from './mods.ts'
import type { ModWorld } from './mod-world.ts'

const GAME_VERSIONS = ['1.18.2', '1.19.2', '1.20.1', '1.21.1'] as const
const LOADERS = ['forge', 'fabric', 'neoforge', 'quilt'] as const
const VERSION_TYPES = ['release', 'release', 'beta', 'alpha'] as const
/** Recorded projects have unusual values too. */
const SIDES = ['required', 'optional', 'unsupported', 'unknown'] as const
/** Ids of teams, authors and files lie above those of all projects and versions. */
const OTHER_IDS = 2 ** 40

/** The body of `GET /project/{id}`. */
export function projectObject(world: ModWorld, mod: Mod) {
  const { seed } = world
  const all = Array.from({ length: mod.versions }, (_, place) => place)
  const web = `https://modrinth.com/mod/${mod.slug}`
  const isFirst = mod.index === 0
  return {
    client_side: pick(SIDES, seed, 30, mod.index),
    server_side: pick(SIDES, seed, 31, mod.index),
    game_versions: [...new Set(all.map((place) => gameVersion(world, mod, place)))].sort(),
    id: mod.modrinthId,
    slug: mod.slug,
    project_type: 'mod',
    team: otherId(world, 1, mod),
    organization: mod.index % 4 === 3 ? otherId(world, 2, mod) : null,
    title: mod.title,
    description: isFirst ? 'Nuclear power for Create.' : `Stands in for a mod; number ${mod.index}.`,
    body: `# ${mod.title}\n\nThis project exists in a simulation only.\n\n- "quoted" text\n- ünïcödé ☢`,
    body_url: null,
    published: microseconds(world, mod, 0),
    updated: microseconds(world, mod, mod.versions - 1),
    approved: mod.index % 5 === 4 ? null : microseconds(world, mod, 0),
    queued: mod.index % 2 === 0 ? null : microseconds(world, mod, 0),
    status: 'approved',
    requested_status: mod.index % 3 === 0 ? null : 'approved',
    moderator_message: null,
    license: { id: 'MIT', name: 'MIT License', url: mod.index % 2 === 0 ? null : `${web}/license` },
    downloads: world.projectDownloads(mod),
    followers: world.followers(mod),
    categories: ['technology', 'utility'],
    additional_categories: [],
    loaders: [...new Set(all.map((place) => loader(world, mod, place)))].sort(),
    versions: all.map((place) => world.modrinthVersionId(mod, place)),
    icon_url: mod.index % 3 === 1 ? null : `https://cdn.modrinth.com/data/${mod.modrinthId}/icon.png`,
    issues_url: isFirst ? `${web}/issues` : null,
    source_url: null,
    wiki_url: null,
    discord_url: null,
    donation_urls: [],
    gallery: [],
    color: mod.index % 3 === 1 ? null : between(0, 0xffffff, seed, 32, mod.index),
    thread_id: otherId(world, 3, mod),
    monetization_status: 'monetized',
  }
}

/** The body of `GET /version/{id}`; `place` 0 is the oldest version. */
export function versionObject(world: ModWorld, mod: Mod, place: number, withChangelog: boolean) {
  const id = world.modrinthVersionId(mod, place)
  const number = versionNumber(world, mod, place)
  const filename = `${mod.slug}-${gameVersion(world, mod, place)}-${loader(world, mod, place)}-${number}.jar`
  return {
    game_versions: [gameVersion(world, mod, place)],
    loaders: [loader(world, mod, place)],
    id,
    project_id: mod.modrinthId,
    author_id: otherId(world, 4, mod),
    featured: place === mod.versions - 1,
    name: `${mod.title} ${number}`,
    version_number: number,
    changelog: withChangelog
      ? `${mod.title} ${number}:\n- ${'Many things were mended. '.repeat(between(1, 40, place))}`
      : null,
    changelog_url: null,
    date_published: microseconds(world, mod, place),
    downloads: world.versionDownloads(mod, place),
    version_type: pick(VERSION_TYPES, world.seed, 33, mod.index, place),
    status: 'listed',
    requested_status: null,
    files: [
      {
        id: otherId(world, 5 + place, mod),
        hashes: {
          sha1: hex(40, world.seed, 34, mod.index, place),
          sha512: hex(128, world.seed, 35, mod.index, place),
        },
        url: `https://cdn.modrinth.com/data/${mod.modrinthId}/versions/${id}/${filename}`,
        filename,
        primary: true,
        size: between(20_000, 9_000_000, world.seed, 36, mod.index, place),
        file_type: null,
      },
    ],
    dependencies: [
      { version_id: null, project_id: 'LNytGWDc', file_name: null, dependency_type: 'required' },
    ],
  }
}

/** Two loaders a number, so that names and numbers repeat within a project as they do in reality. */
function versionNumber(world: ModWorld, mod: Mod, place: number): string {
  const release = Math.floor(place / 2)
  return `1.${Math.floor(release / 3)}.${release % 3}${hash(world.seed, 37, mod.index, release) % 5 === 0 ? '-beta' : ''}`
}

function loader(world: ModWorld, mod: Mod, place: number): string {
  return LOADERS[(place + (hash(world.seed, 38, mod.index) % 2) * 2) % LOADERS.length] ?? LOADERS[0]
}

function gameVersion(world: ModWorld, mod: Mod, place: number): string {
  return pick(GAME_VERSIONS, world.seed, 39, mod.index, Math.floor(place / 2))
}

function otherId(world: ModWorld, kind: number, mod: Mod): string {
  return encodeModrinthId(world.seed, OTHER_IDS + mod.index * 32 + kind)
}

/** RFC 3339 with microseconds. */
function microseconds(world: ModWorld, mod: Mod, place: number): string {
  const micros = String(between(0, 999, world.seed, 40, mod.index, place)).padStart(3, '0')
  return world.publishedAt(mod, place, mod.versions).toISOString().replace('Z', `${micros}Z`)
}
