/** CurseForge Core API v1 (https://docs.curseforge.com): mods and modpacks in bulk, a mod's files, a modpack by its slug. */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { comparing, namesIn, type KnownFields } from '../fields.ts'
import { createGate, type Gate } from '../gate.ts'
import { createHttp, rawBody, type Answer, type HttpRequest, type RawBody } from '../http.ts'
import { count, instant, parseBody, parseRowsSparing, text, type RejectedRow } from '../payload.ts'
import { sleep as realSleep, type Sleep } from '../sleep.ts'

const UPSTREAM = 'curseforge'
/** Fifty mods or files with the modules of each have 1 to 2 MB. */
const MAX_BYTES = 8 * 1024 * 1024
/** Recorded: 1,300 for a mod with the modules of its files; fifty of them have 66,000. */
const MAX_VALUES = 100_000
/** Default and largest page of every list of this API (its specification). */
const PAGE_SIZE = 50
/** `index + pageSize` may not exceed this (its specification). */
const MAX_INDEX = 10_000
/** The bulk endpoint names no limit: as many as a page of any other list, about a megabyte of answer. */
const MODS_PER_CALL = PAGE_SIZE
/**
 * An empty 403 means a bad key or throttling, indistinguishable. Throttling was seen to pass within seconds; a bad key
 * costs two more requests and half a minute.
 */
export const EMPTY_403_WAITS_MS: readonly number[] = [5_000, 20_000]
const GAME_MINECRAFT = 432
const CLASS_MODPACKS = 4471

export interface CurseForgeOptions {
  /** Such as https://api.curseforge.com */
  baseUrl: string
  apiKey: string
  userAgent: string
  /** Shared by clients with one key. Default: its own. */
  gate?: Gate
  timeoutMs?: number
  sleep?: Sleep
}

/** A mod or a modpack. */
export interface Mod {
  id: number
  slug: string
  /** Like the following fields null if it could not be read: such a field is among the rejected. */
  name: string | null
  /** All-time downloads: the total of the mod, not the sum over its files. */
  downloadCount: number | null
  /** There is no follower count. Null, too, if the answer has no such field. */
  thumbsUpCount: number | null
  /** 6 mods, 4471 modpacks, 5 bukkit plugins. */
  classId: number | null
  websiteUrl: string | null
  /** Whether it names files of its own: then an empty list of files is wrong. */
  hasFiles: boolean
}

export interface ModFile {
  id: number
  modId: number
  displayName: string
  fileName: string
  downloadCount: number
  fileDate: Date | null
}

export interface ModsAnswer {
  mods: Mod[]
  /** Asked ids that the upstream does not know. */
  missing: number[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface FilesAnswer {
  files: ModFile[]
  /** Files that the list has, those that could not be read included. */
  listed: number
  /** The upstream's own count; a list that changes while it is read may give fewer. Null if it does not say. */
  totalCount: number | null
  /** True if the list ended before the upstream's count, or at the end of its index (10,000). */
  truncated: boolean
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface ModpackAnswer {
  /** Null if no modpack has exactly this slug. */
  modpack: Mod | null
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface CurseForge {
  /** Mods or modpacks by id, 50 a call. */
  mods: (ids: readonly number[], signal: AbortSignal) => Promise<ModsAnswer>
  /** All files of one mod, 50 a call. An unknown mod is `NotFound`. */
  files: (modId: number, signal: AbortSignal) => Promise<FilesAnswer>
  /** The modpack with exactly this slug. */
  modpackBySlug: (slug: string, signal: AbortSignal) => Promise<ModpackAnswer>
}

const id = z.int().positive()

const modSchema = z.object({ id, slug: text.pipe(z.string().min(1)) })
const modFields = {
  name: text,
  downloadCount: count,
  thumbsUpCount: count.nullish(),
  classId: z.int().nullish(),
  links: z.object({ websiteUrl: text.nullish() }).nullish(),
  latestFilesIndexes: z.array(z.unknown()).nullish(),
}

const fileSchema = z.object({ id, modId: id, displayName: text, fileName: text, downloadCount: count })
const fileFields = { fileDate: instant }

const MOD: KnownFields = {
  client: UPSTREAM,
  object: 'mod',
  needed: [...Object.keys(modSchema.shape), ...Object.keys(modFields)],
  others: namesIn(`
    allowModDistribution authors categories dateCreated dateModified dateReleased gameId
    gamePopularityRank hasCommentsEnabled isAvailable isFeatured latestEarlyAccessFilesIndexes
    latestFiles logo mainFileId primaryCategoryId ratingDetails screenshots serverAffiliation
    socialLinks status summary videos`),
}
const FILE: KnownFields = {
  client: UPSTREAM,
  object: 'file',
  needed: [...Object.keys(fileSchema.shape), ...Object.keys(fileFields)],
  others: namesIn(`
    alternateFileId dependencies downloadUrl earlyAccessEndDate exposeAsAlternative fileFingerprint
    fileLength fileSizeOnDisk fileStatus gameId gameVersions hashes isAvailable isEarlyAccessContent
    isServerPack modules parentProjectFileId releaseType serverPackFileId sortableGameVersions`),
}

const listSchema = z.object({ data: comparing(MOD, z.array(z.unknown())) })
const pageSchema = z.object({
  data: comparing(FILE, z.array(z.unknown())),
  pagination: z.object({ totalCount: count }).nullish(),
})

/** Reads the body of `POST /v1/mods` or a search. Throws `PayloadInvalid` if it holds no list. */
export function parseMods(body: string): { rows: Mod[]; rejected: RejectedRow[] } {
  const { data } = parseBody(listSchema, body, 'curseforge mods')
  const { rows, rejected } = parseRowsSparing(modSchema, modFields, data)
  const mods = rows.map(({ links, thumbsUpCount, classId, latestFilesIndexes, ...mod }): Mod => ({
    ...mod,
    hasFiles: (latestFilesIndexes ?? []).length > 0,
    thumbsUpCount: thumbsUpCount ?? null,
    classId: classId ?? null,
    // The API says "" as often as null.
    websiteUrl: links?.websiteUrl === '' ? null : (links?.websiteUrl ?? null),
  }))
  return { rows: mods, rejected }
}

/** Reads the body of a search: the one with exactly this slug, since another pack's numbers would be stored under it. */
export function parseModpack(body: string, slug: string): Omit<ModpackAnswer, 'raw'> {
  const { rows, rejected } = parseMods(body)
  return { modpack: rows.find((mod) => mod.slug.toLowerCase() === slug.toLowerCase()) ?? null, rejected }
}

/**
 * Reads one page of `GET /v1/mods/{id}/files`. `received` counts bad rows too; `total` is undefined if it is not said.
 */
export function parseFiles(body: string): {
  rows: ModFile[]
  rejected: RejectedRow[]
  received: number
  total: number | undefined
} {
  const { data, pagination } = parseBody(pageSchema, body, 'curseforge files')
  return {
    ...parseRowsSparing(fileSchema, fileFields, data),
    received: data.length,
    total: pagination?.totalCount,
  }
}

type Ask = (request: HttpRequest) => Promise<Answer>

/** A CurseForge client. Its calls throw the failures of `Http.request` and `PayloadInvalid`. */
export function createCurseForge(options: CurseForgeOptions): CurseForge {
  const ask = createAsk(options)
  return {
    mods: (ids, signal) => readMods(ask, ids, signal),
    files: (modId, signal) => readFiles(ask, modId, signal),
    modpackBySlug: async (slug, signal) => {
      const query = { gameId: GAME_MINECRAFT, classId: CLASS_MODPACKS, slug, pageSize: PAGE_SIZE }
      const answer = await ask({ path: '/v1/mods/search', query, signal })
      return { ...parseModpack(answer.body, slug), raw: [rawBody(UPSTREAM, answer)] }
    },
  }
}

/** One request, and again after an empty 403 (see `EMPTY_403_WAITS_MS`). */
function createAsk(options: CurseForgeOptions): Ask {
  const sleep = options.sleep ?? realSleep
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl: options.baseUrl,
    headers: { 'x-api-key': options.apiKey, 'user-agent': options.userAgent },
    gate: options.gate ?? createGate({ reserve: 0 }),
    redirect: 'manual',
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return async (request) => {
    for (const waitMs of [...EMPTY_403_WAITS_MS, undefined]) {
      const answer = await http.request({ ...request, accept: [403] })
      if (answer.status !== 403) return answer
      if (waitMs === undefined || answer.body.trim() !== '') break
      await sleep(waitMs, request.signal)
    }
    throw refusedKey(request)
  }
}

const refusedKey = ({ method = 'GET', path }: HttpRequest): Failure =>
  new Failure(
    'CredentialsRejected',
    `curseforge ${method} ${path} kept answering 403, which means either that the API key is wrong or that we are being throttled: ` +
      "check CURSEFORGE_API_KEY (keys hold '$': put it in single quotes in .env and in the shell), and if the key is right, try again later.",
    { details: { status: 403 } },
  )

async function readMods(ask: Ask, ids: readonly number[], signal: AbortSignal): Promise<ModsAnswer> {
  const asked = [...new Set(ids)]
  const found = new Map<number, Mod>()
  const rejected: RejectedRow[] = []
  const raw: RawBody[] = []
  for (let from = 0; from < asked.length; from += MODS_PER_CALL) {
    const json = { modIds: asked.slice(from, from + MODS_PER_CALL) }
    const answer = await ask({ method: 'POST', path: '/v1/mods', json, signal })
    const parsed = parseMods(answer.body)
    for (const mod of parsed.rows) found.set(mod.id, mod)
    rejected.push(...parsed.rejected)
    raw.push(rawBody(UPSTREAM, answer))
  }
  const broken = new Set(rejected.map(({ row }) => z.object({ id }).safeParse(row).data?.id))
  const missing = asked.filter((modId) => !found.has(modId) && !broken.has(modId))
  return { mods: [...found.values()], missing, rejected, raw }
}

async function readFiles(ask: Ask, modId: number, signal: AbortSignal): Promise<FilesAnswer> {
  const list = createFileList()
  const raw: RawBody[] = []
  for (let index = list.next(); index !== undefined; index = list.next()) {
    const query = { index, pageSize: PAGE_SIZE }
    const answer = await ask({ path: `/v1/mods/${modId}/files`, query, signal })
    list.add(answer.body)
    raw.push(rawBody(UPSTREAM, answer))
  }
  return { ...list.answer(), raw }
}

/** A mod's list of files, put together from its pages. */
export function createFileList() {
  // By id: a file published while we page moves another one onto the next page, where it appears again.
  const files = new Map<number, ModFile>()
  const rejected: RejectedRow[] = []
  let totalCount: number | null = null
  // An empty page may count nothing, too.
  let mostCounted = 0
  let hasEmptyPage = false
  let index = 0
  let more = true
  return {
    /** The index at which its next page begins; undefined after the last. */
    next: () => (more && index + PAGE_SIZE <= MAX_INDEX ? index : undefined),
    /** Adds the body of the next page. Throws as `parseFiles`. */
    add: (body: string): void => {
      const page = parseFiles(body)
      for (const file of page.rows) files.set(file.id, file)
      rejected.push(...page.rejected)
      index += page.received
      totalCount = page.total ?? null
      mostCounted = Math.max(mostCounted, totalCount ?? 0)
      hasEmptyPage = page.received === 0
      more = page.received > 0 && (totalCount === null ? page.received === PAGE_SIZE : index < totalCount)
    },
    /** What its pages gave so far. */
    answer: (): Omit<FilesAnswer, 'raw'> => {
      const isAtEndOfIndex = index + PAGE_SIZE > MAX_INDEX && index < (totalCount ?? Infinity)
      const truncated = isAtEndOfIndex || (hasEmptyPage && index < mostCounted)
      const unread = rejected.filter(({ fields }) => fields === undefined).length
      return { files: [...files.values()], listed: files.size + unread, totalCount, truncated, rejected }
    },
  }
}

/** What an address of this API asks for; undefined if it is none of those that are asked here. */
export type Asked =
  | { kind: 'mods' }
  | { kind: 'files'; modId: number; index: number }
  | { kind: 'modpack'; slug: string }

export function askedBy(url: string): Asked | undefined {
  const { pathname, searchParams } = new URL(url)
  if (pathname.endsWith('/v1/mods')) return { kind: 'mods' }
  if (pathname.endsWith('/v1/mods/search')) return { kind: 'modpack', slug: searchParams.get('slug') ?? '' }
  const modId = /\/v1\/mods\/(\d+)\/files$/.exec(pathname)?.[1]
  if (modId === undefined) return undefined
  return { kind: 'files', modId: Number(modId), index: Number(searchParams.get('index')) }
}

/** The rows of the body of any list of this API as they came. Throws `PayloadInvalid` if it holds no list. */
export const listedIn = (body: string): unknown[] => parseBody(listSchema, body, 'curseforge list').data
