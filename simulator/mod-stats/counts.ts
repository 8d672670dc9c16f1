/** How often everything was downloaded, followed and liked: increases with the date, never decreases. */
import { DAY_MS } from '../../core/durations.ts'
import { between, fraction, hash } from '../chance.ts'
import type { Modpack } from './modpacks.ts'
import type { Mod } from './mods.ts'
const DAY_SECONDS = 86_400
/** Counting begins here; on an earlier date every count has its first value. */
const WORLD_START_MS = Date.UTC(2025, 0, 1)
const DAYS_BETWEEN_RELEASES = 6
/** Numbers that keep the versions and files of one mod apart from the next mod's. */
const THINGS_PER_MOD = 128

/** Every count, on the clock's UTC date. */
export interface Counts {
  versionDownloads(mod: Mod, place: number): number
  /** All versions on Modrinth, and a fixed share of versions that are no longer listed. */
  projectDownloads(mod: Mod): number
  followers(mod: Mod): number
  fileDownloads(mod: Mod, place: number): number
  /** All files on CurseForge, and a fixed share of files that are no longer listed. */
  modDownloads(mod: Mod): number
  thumbsUp(mod: Mod): number
  modpackDownloads(pack: Modpack): number
  /** Publication time of item `place` of `count`: a fixed moment before the world's start. */
  publishedAt(mod: Mod, place: number, count: number): Date
}

/** The first value of a series is drawn from `first`, its growth a day from `perDay`. */
interface Series {
  key: number
  first: readonly [number, number]
  perDay: readonly [number, number]
}

const SERIES = {
  version: { key: 1, first: [20, 9_000], perDay: [1, 90] },
  followers: { key: 2, first: [1, 600], perDay: [0, 1] },
  file: { key: 3, first: [10, 12_000], perDay: [1, 70] },
  thumbsUp: { key: 4, first: [0, 200], perDay: [0, 0.5] },
  pack: { key: 5, first: [0, 3_000], perDay: [0, 25] },
} as const satisfies Record<string, Series>

/** Counts of the world with this seed. */
export function createCounts(seed: number, clock: () => Date): Counts {
  const grown = ({ key, first, perDay }: Series, thing: number) => {
    const age = Math.max(0, Math.floor((clock().getTime() - WORLD_START_MS) / DAY_MS))
    const rate = perDay[0] + fraction(seed, key, thing) * (perDay[1] - perDay[0])
    // age + fraction grows strictly with age: no count shrinks although every day differs
    return (
      between(first[0], first[1], seed, key, thing, 1) +
      Math.floor(rate * (age + fraction(seed, key, thing, 2, age)))
    )
  }
  const versionDownloads = ({ index }: Mod, place: number) =>
    grown(SERIES.version, index * THINGS_PER_MOD + place)
  const fileDownloads = ({ index }: Mod, place: number) => grown(SERIES.file, index * THINGS_PER_MOD + place)
  return {
    versionDownloads,
    projectDownloads: (mod) =>
      between(0, 400, seed, 6, mod.index) + sum(mod.versions, (place) => versionDownloads(mod, place)),
    followers: ({ index }) => grown(SERIES.followers, index),
    fileDownloads,
    modDownloads: (mod) =>
      between(0, 900, seed, 7, mod.index) + sum(mod.files, (place) => fileDownloads(mod, place)),
    thumbsUp: ({ index }) => grown(SERIES.thumbsUp, index),
    modpackDownloads: ({ id }) => grown(SERIES.pack, id),
    publishedAt: (mod, place, count) => publishedAt(seed, mod, place, count),
  }
}

function sum(count: number, one: (place: number) => number): number {
  let total = 0
  for (let place = 0; place < count; place += 1) total += one(place)
  return total
}

function publishedAt(seed: number, { index }: Mod, place: number, count: number): Date {
  const seconds = hash(seed, 11, index, place) % DAY_SECONDS
  // whole seconds, tenths, hundredths or thousandths: CurseForge trims the zeros of the fraction
  const step = [1000, 100, 10, 1][hash(seed, 12, index, place) % 4] ?? 1
  const milliseconds = (step * between(1, 9, seed, 13, index, place)) % 1000
  const days = (count - place) * DAYS_BETWEEN_RELEASES
  return new Date(WORLD_START_MS - days * DAY_MS + seconds * 1000 + milliseconds)
}
