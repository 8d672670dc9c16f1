/** How stored responses of mod-stats are read again: all those that a run got from a source, as the day of that run. */
import { believedModpacks } from '../../db/queries/mod-stats/believed.ts'
import { modpacksOfMods, modsBySlug, type ModpackOfMod } from '../../db/queries/mod-stats/modpacks.ts'
import { curseForgeMods, modrinthMods } from '../../db/queries/mod-stats/mods.ts'
import type { RawBody } from '../../db/write-call.ts'
import type { Sections } from '../../pipelines/index.ts'
import {
  askedBy,
  createFileList,
  listedIn,
  parseModpack,
  parseMods,
  type Asked,
  type Mod,
} from '../../upstreams/curseforge/curseforge.ts'
import { dependentsAsked } from '../../upstreams/curseforge/curseforge-dependents.ts'
import { parseDependents } from '../../upstreams/curseforge/dependents-markup.ts'
import { parseProjects, parseVersions } from '../../upstreams/modrinth.ts'
import { reason } from '../../wording/reason.ts'
import type { Replay, ReplayedRun, ReplayedSource } from '../replay.ts'
import * as curseForgeRows from './curseforge.ts'
import { judgedDay } from './judged-day.ts'
import { pair, rowsOf } from './modrinth.ts'
import { modpackJudgeOn, modpackRows, type FoundModpack } from './write-modpacks.ts'

type Settings = Sections['mod-stats']

/** More than anybody tracks: a replay is one batch. */
const ALL_MODS = 1_000_000

/** The UTC date that a run counts for, while its record is known. */
const dateOf = ({ startedAt }: ReplayedRun) => startedAt?.toISOString().slice(0, 'YYYY-MM-DD'.length)

/** The end of a bulk address: projects, or their versions. */
const isProjects = (url: string) => new URL(url).pathname.endsWith('/projects')

// The versions of a project are no part of it, and a version does not say which mod is ours: no row is read alone.
const modrinth: ReplayedSource<Settings> = {
  isWholeRun: true,
  read: async ({ db, retryBudget }, payloads, run) => {
    const date = dateOf(run)
    if (date === undefined) return reason('replay-day-unknown')
    const mods = await modrinthMods(db, 0, ALL_MODS)
    const projects = payloads.filter(({ url }) => isProjects(url)).map(({ body }) => parseProjects(body))
    const versions = payloads.filter(({ url }) => !isProjects(url)).map(({ body }) => parseVersions(body))
    const pairs = pair(
      mods,
      projects.flatMap(({ rows }) => rows),
    )
    // Of two mods that are one project, one stands for both.
    const own = [...new Map(pairs.toReversed().map((one) => [one.project.id, one])).values()]
    const judged = await judgedDay({ db, retryBudget }, { platform: 'modrinth', date, after: 0, mods })
    return {
      rows: rowsOf(
        date,
        own,
        versions.flatMap(({ rows }) => rows),
        judged,
      ),
      rejected: [...projects, ...versions].flatMap(({ rejected }) => rejected),
      came: payloads.flatMap(({ body }) => JSON.parse(body) as unknown[]),
    }
  },
}

/** Bodies of the API that ask for one kind of thing, each with what it asks for; oldest first. */
function bodiesOf<Kind extends Asked['kind']>(payloads: readonly RawBody[], kind: Kind) {
  return payloads.flatMap(({ url, body }) => {
    const asked = askedBy(url)
    return asked?.kind === kind ? [{ body, asked: asked as Extract<Asked, { kind: Kind }> }] : []
  })
}

/** Mods and modpacks are asked for at one address, but never both in one request. */
const isOfMods = (body: string, ids: ReadonlySet<unknown>): boolean =>
  listedIn(body).some((row) => ids.has((row as { id?: unknown } | null)?.id))

const curseforge: ReplayedSource<Settings> = {
  isWholeRun: true,
  read: async ({ db, retryBudget }, payloads, run) => {
    const date = dateOf(run)
    if (date === undefined) return reason('replay-day-unknown')
    const mods = await curseForgeMods(db, 0, ALL_MODS)
    const ids = new Set(mods.map(({ curseforgeId }) => curseforgeId))
    const bulk = bodiesOf(payloads, 'mods').filter(({ body }) => isOfMods(body, ids))
    const read = bulk.map(({ body }) => parseMods(body))
    const pages = bodiesOf(payloads, 'files')
    const listed = curseForgeRows
      .pairsOf(
        mods,
        read.flatMap(({ rows }) => rows),
      )
      .map((one) => ({ ...one, files: listOf(pages, one.answer.id) }))
    const judged = await judgedDay({ db, retryBudget }, { platform: 'curseforge', date, after: 0, mods })
    return {
      rows: curseForgeRows.rowsOf(date, listed, judged),
      rejected: [
        ...read.flatMap(({ rejected }) => rejected),
        ...listed.flatMap(({ files }) => files.rejected),
      ],
      came: [...bulk, ...pages].flatMap(({ body }) => listedIn(body)),
    }
  },
}

/** A mod's list from its stored pages. It is cut off where one is missing: pages that came again later are not stored twice. */
function listOf(pages: ReturnType<typeof bodiesOf<'files'>>, modId: number) {
  const own = pages.filter(({ asked }) => asked.modId === modId)
  const byIndex = new Map(own.map(({ body, asked }) => [asked.index, body]))
  const list = createFileList()
  let isWhole = true
  for (const [index, body] of [...byIndex].toSorted(([one], [other]) => one - other)) {
    isWhole &&= index === list.next()
    list.add(body)
  }
  const answer = list.answer()
  return { ...answer, truncated: answer.truncated || !isWhole || list.next() !== undefined }
}

/** Modpacks have the website's pages, and answers of the same API as the mods. */
const modpacks: ReplayedSource<Settings> = {
  from: ['curseforge', 'curseforge-web'],
  isWholeRun: true,
  read: async ({ db, retryBudget }, payloads, run) => {
    const date = dateOf(run)
    if (date === undefined) return reason('replay-day-unknown')
    const mods = await curseForgeMods(db, 0, ALL_MODS)
    const ids = new Set(mods.map(({ curseforgeId }) => curseforgeId))
    const own = payloads.filter(({ source }) => source === 'curseforge')
    const bulk = bodiesOf(own, 'mods').filter(({ body }) => !isOfMods(body, ids))
    const searches = bodiesOf(own, 'modpack')
    const read = bulk.map(({ body }) => parseMods(body))
    const found = searches.map(({ body, asked: { slug } }) => ({ slug, ...parseModpack(body, slug) }))
    const packs = packsIn({
      known: await modpacksOfMods(db),
      before: await believedModpacks(db, date),
      refreshed: read.flatMap(({ rows }) => rows),
      found: new Map(found.map(({ slug, modpack }) => [slug, modpack])),
      seen: seenOn(
        payloads.filter(({ source }) => source === 'curseforge-web'),
        await modsBySlug(db),
      ),
    })
    const observedAt = new Date(Math.max(...payloads.map((payload) => payload.observedAt.getTime())))
    const judge = await modpackJudgeOn({ db, retryBudget }, date)
    return {
      rows: modpackRows({ date, observedAt, judge }, packs),
      rejected: [...read, ...found].flatMap(({ rejected }) => rejected),
      came: [...bulk, ...searches].flatMap(({ body }) => listedIn(body)),
    }
  },
}

/** A modpack on the page of a mod. */
type SeenPack = Pick<ModpackOfMod, 'modId' | 'slug' | 'name' | 'link'>

/** The modpacks on stored pages of our mods. */
function seenOn(pages: readonly RawBody[], modOf: ReadonlyMap<string, number>): SeenPack[] {
  return pages.flatMap(({ url, body }) => {
    const { slug = '', page = 1 } = dependentsAsked(url) ?? {}
    const modId = modOf.get(slug)
    if (modId === undefined) return []
    const { packs } = parseDependents(body, { page, baseUrl: new URL(url).origin })
    return packs.map((pack) => ({ modId, slug: pack.slug, name: pack.name, link: pack.url }))
  })
}

interface Packs {
  known: readonly ModpackOfMod[]
  /** Believed downloads by slug. */
  before: ReadonlyMap<string, number>
  /** What bulk requests by id gave. */
  refreshed: readonly Mod[]
  /** What each slug that was asked for gave. */
  found: ReadonlyMap<string, Mod | null>
  seen: readonly SeenPack[]
}

/** The packs of a run with their mods: refreshed ones, and those whose slug was asked for or is on a page. */
function packsIn({ known, before, refreshed, found, seen }: Packs): FoundModpack[] {
  const packOf = (pack: Omit<SeenPack, 'modId'>, modpack: Mod | null, modIds: number[]): FoundModpack => {
    const { name, link } = pack
    const slug = modpack?.slug ?? pack.slug
    return { modIds, slug, name, link, downloads: before.get(slug) ?? null, modpack }
  }
  const bySlug = new Map<string, Mod | null>([
    ...refreshed.map((modpack) => [modpack.slug, modpack] as const),
    ...found,
  ])
  const isKnown = new Set(known.map(({ modId, slug }) => `${modId} ${slug}`))
  return [
    ...refreshed.flatMap((modpack) =>
      known
        .filter(({ curseforgeId }) => curseforgeId === modpack.id)
        .map((pack) => packOf(pack, modpack, [pack.modId])),
    ),
    ...known.flatMap((pack) => {
      const modpack = found.get(pack.slug) ?? null
      return modpack === null ? [] : [packOf(pack, modpack, [pack.modId])]
    }),
    // As in a run: a pack that is known with its mod is news only by what was asked of it.
    ...seen
      .filter(({ modId, slug }) => !isKnown.has(`${modId} ${slug}`))
      .map((pack) => packOf(pack, bySlug.get(pack.slug) ?? null, [pack.modId])),
  ]
}

export const replay: Replay<Settings> = { modrinth, curseforge, modpacks }
