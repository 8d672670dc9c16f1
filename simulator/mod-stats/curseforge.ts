/** CurseForge Core v1: its routes, its key and its empty refusals. The shapes of its objects are in curseforge-objects.ts. */
import * as z from 'zod'
import { hex, textHash } from '../chance.ts'
import { CLASS_MODPACKS, CLASS_MODS, fileObject, modObject, packObject } from './curseforge-objects.ts'
import { createLimiter } from '../limiter.ts'
import { bare, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'
import type { Mod } from './mods.ts'
import type { ModWorld } from './mod-world.ts'

const LARGEST_PAGE = 50
const LARGEST_WINDOW = 10_000
const MAX_IDS_AT_ONCE = 1_000
/** No limit is published: generous, yet low enough to stop a client that forgot to pace itself. */
const REQUESTS_PER_WINDOW = 600
const WINDOW_MS = 10_000
const REJECTED_KEY = /^bad/

const BAD_REQUEST = bare(400)
const NOT_FOUND = bare(404)

const idsBody = z.object({
  modIds: z.array(z.int()).max(MAX_IDS_AT_ONCE),
  filterPcOnly: z.boolean().nullish(),
})

export interface CurseForgeOptions {
  world: ModWorld
  rateLimits: boolean
  /** Milliseconds of a clock that only goes forward, for the rate limit. */
  now: () => number
}

/** The upstream `curseforge`. */
export function createCurseForge({ world, rateLimits, now }: CurseForgeOptions): Upstream {
  const limiter = createLimiter({ limit: REQUESTS_PER_WINDOW, periodMs: WINDOW_MS })
  const answer = (request: SimulatedRequest): Reply => {
    const key = request.headers['x-api-key']
    const isKnown = typeof key === 'string' && key.trim() !== '' && !REJECTED_KEY.test(key)
    // a refused key and too many requests get the same response: no body, no delay
    if (!isKnown || (rateLimits && !limiter(key, now()).allowed)) {
      return bare(403, cloudFront(request.url, 'Error from cloudfront'))
    }
    const reply = route(world, request)
    const cache = reply.status === 200 ? 'Miss from cloudfront' : 'Error from cloudfront'
    return { ...reply, headers: { ...cloudFront(request.url, cache), ...reply.headers } }
  }
  return { name: 'curseforge', prefix: '/curseforge', answer }
}

function cloudFront(url: string, cache: string): Record<string, string> {
  const asked = textHash(url)
  return {
    vary: 'Accept-Encoding',
    'x-cache': cache,
    via: `1.1 ${hex(32, asked)}.cloudfront.net (CloudFront)`,
    'x-amz-cf-pop': 'CDG50-P1',
    'x-amz-cf-id': `${hex(54, asked, 1)}==`,
  }
}

function route(world: ModWorld, { method, path, query, body }: SimulatedRequest): Reply {
  const [version, collection, id, part, fileId, extra] = path.split('/').slice(1)
  if (version !== 'v1' || collection !== 'mods' || extra !== undefined) return NOT_FOUND
  if (id === undefined) return method === 'POST' ? modsByIds(world, body) : NOT_FOUND
  if (method !== 'GET') return NOT_FOUND
  if (id === 'search' && part === undefined) return search(world, query)
  if (!/^\d{1,10}$/.test(id)) return BAD_REQUEST
  if (part === undefined) {
    const data = modOrPack(world, Number(id))
    return data === undefined ? NOT_FOUND : json(200, { data })
  }
  if (part !== 'files') return NOT_FOUND
  const mod = world.curseforgeMod(Number(id))
  if (fileId !== undefined) return oneFile(world, mod, fileId)
  if (mod === undefined)
    return modOrPack(world, Number(id)) === undefined ? NOT_FOUND : listing(query, 0, () => null)
  // newest first
  return listing(query, mod.files, (place) => fileObject(world, mod, mod.files - 1 - place))
}

function modOrPack(world: ModWorld, id: number) {
  const mod = world.curseforgeMod(id)
  if (mod !== undefined) return modObject(world, mod)
  const pack = world.modpackById(id)
  return pack?.inApi === true ? packObject(world, pack) : undefined
}

function modsByIds(world: ModWorld, body: string): Reply {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return BAD_REQUEST
    throw error
  }
  const parsed = idsBody.safeParse(value)
  if (!parsed.success) return BAD_REQUEST
  return json(200, { data: [...new Set(parsed.data.modIds)].flatMap((id) => modOrPack(world, id) ?? []) })
}

function oneFile(world: ModWorld, mod: Mod | undefined, fileId: string): Reply {
  const place = mod === undefined ? -1 : Number(fileId) - world.curseforgeFileId(mod, 0)
  if (mod === undefined || !Number.isInteger(place) || place < 0 || place >= mod.files) return NOT_FOUND
  return json(200, { data: fileObject(world, mod, place) })
}

/** One page of `total` things, with the pagination object of the specification. */
function listing(query: URLSearchParams, total: number, thing: (place: number) => unknown): Reply {
  const index = wholeNumber(query.get('index') ?? '0')
  const asked = wholeNumber(query.get('pageSize') ?? String(LARGEST_PAGE))
  if (index === undefined || asked === undefined) return BAD_REQUEST
  const pageSize = asked === 0 ? LARGEST_PAGE : Math.min(asked, LARGEST_PAGE)
  if (index + pageSize > LARGEST_WINDOW) return BAD_REQUEST
  const count = Math.max(0, Math.min(pageSize, total - index))
  const data = Array.from({ length: count }, (_, offset) => thing(index + offset))
  return json(200, { data, pagination: { index, pageSize, resultCount: count, totalCount: total } })
}

/** A slug is exact only together with a class; alone it also matches slugs that begin with it. */
function search(world: ModWorld, query: URLSearchParams): Reply {
  if (query.get('gameId') !== '432') {
    return wholeNumber(query.get('gameId') ?? '') === undefined ? BAD_REQUEST : listing(query, 0, () => null)
  }
  const slug = query.get('slug')?.toLowerCase()
  const classId = query.get('classId')
  if (slug === undefined) return searchByName(world, query)
  const found: unknown[] = []
  for (const name of classId === null ? [slug.replace(/-\d+$/, ''), slug] : [slug]) {
    const mod = world.curseforgeMod(name)
    if (mod !== undefined && (classId ?? String(CLASS_MODS)) === String(CLASS_MODS))
      found.push(modObject(world, mod))
    const pack = world.modpackBySlug(name)
    if (pack?.inApi === true && (classId ?? String(CLASS_MODPACKS)) === String(CLASS_MODPACKS)) {
      found.push(packObject(world, pack))
    }
    if (name === slug) break
  }
  return listing(query, found.length, (place) => found[place])
}

/** Search without a slug knows mods only, in the order of the world. */
function searchByName(world: ModWorld, query: URLSearchParams): Reply {
  if ((query.get('classId') ?? String(CLASS_MODS)) !== String(CLASS_MODS))
    return listing(query, 0, () => null)
  const words = query.get('searchFilter')?.toLowerCase()
  if (words === undefined) return listing(query, world.mods, (index) => modObject(world, world.mod(index)))
  const found: Mod[] = []
  for (let index = 0; index < world.mods; index += 1) {
    const mod = world.mod(index)
    if (mod.title.toLowerCase().includes(words)) found.push(mod)
  }
  return listing(query, found.length, (place) => {
    const mod = found[place]
    return mod === undefined ? null : modObject(world, mod)
  })
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
