/** Modrinth API v2 (https://docs.modrinth.com): projects and versions by their bulk endpoints. */
import pMap from 'p-map'
import * as z from 'zod'
import { Failure } from '../core/failures.ts'
import { comparing, namesIn, type KnownFields } from './fields.ts'
import { createGate, type Gate } from './gate.ts'
import { createHttp, encodeQuery, rawBody, type Answer, type RawBody } from './http.ts'
import { count, instant, parseBody, parseRowsSparing, text, type RejectedRow } from './payload.ts'

const UPSTREAM = 'modrinth'
/** A batch of projects with their descriptions, or the largest list of versions, has 1 to 4 MB. */
const MAX_BYTES = 16 * 1024 * 1024
/** Recorded: 1,400 for a project with a thousand versions, 30 for a version, of which a call asks for 470. */
const MAX_VALUES = 100_000
/** Fifty of the largest stay within `MAX_VALUES`. */
const PROJECTS_PER_CALL = 50
/** Proxies and servers commonly refuse request lines above 8 KB. */
const MAX_URL_BYTES = 8_000
/** Bulk responses of 470 versions are half a megabyte: three at once hide the latency without holding many bodies. */
const VERSION_CALLS_IN_FLIGHT = 3
/** Of 300 requests a minute per address, left to whatever else runs behind it. */
const RESERVED_REQUESTS = 10

export interface ModrinthOptions {
  /** Such as https://api.modrinth.com/v2 */
  baseUrl: string
  /** Modrinth blocks callers that do not identify themselves. */
  userAgent: string
  /** Shared by clients behind one address. Default: its own. */
  gate?: Gate
  timeoutMs?: number
}

export interface ModrinthProject {
  /** Eight base62 characters; the slug can change, this cannot. */
  id: string
  slug: string
  /** Like the following fields null if it could not be read: such a field is among the rejected. */
  title: string | null
  /** All-time downloads of the project; need not equal the sum over its versions. */
  downloads: number | null
  followers: number | null
  versionIds: string[] | null
}

export interface ModrinthVersion {
  id: string
  projectId: string
  name: string
  /** Not unique: the same number is published once per loader. */
  versionNumber: string
  downloads: number
  datePublished: Date | null
}

export interface ModrinthProjects {
  projects: ModrinthProject[]
  /** Asked ids and slugs that the upstream does not know. */
  missing: string[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface ModrinthVersions {
  versions: ModrinthVersion[]
  /** Asked ids that the upstream does not know. */
  missing: string[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface Modrinth {
  /** Projects by id or slug (slugs in any case), fifty a call. */
  projects: (idsOrSlugs: readonly string[], signal: AbortSignal) => Promise<ModrinthProjects>
  /** Versions by id, such as the `versionIds` of projects, in as few calls as 8 KB addresses allow. */
  versions: (ids: readonly string[], signal: AbortSignal) => Promise<ModrinthVersions>
}

const id = z.string().regex(/^[0-9A-Za-z]{1,11}$/)

const projectSchema = z.object({ id, slug: text.pipe(z.string().min(1)) })
const projectFields = { title: text, downloads: count, followers: count, versions: z.array(z.string()) }

const versionSchema = z.object({ id, project_id: id, name: text, version_number: text, downloads: count })
const versionFields = { date_published: instant }

const rowsSchema = z.array(z.unknown())

const PROJECT: KnownFields = {
  client: UPSTREAM,
  object: 'project',
  needed: [...Object.keys(projectSchema.shape), ...Object.keys(projectFields)],
  others: namesIn(`
    additional_categories approved body body_url categories client_side color description discord_url
    donation_urls environment gallery game_versions icon_url issues_url license loaders
    moderator_message monetization_status organization project_type published queued raw_icon_url
    requested_status server_side source_url status team thread_id updated wiki_url`),
}
const VERSION: KnownFields = {
  client: UPSTREAM,
  object: 'version',
  needed: [...Object.keys(versionSchema.shape), ...Object.keys(versionFields)],
  others: namesIn(`
    author_id changelog changelog_url dependencies environment featured files game_versions loaders
    ordering requested_status status version_type`),
}

/** Reads the body of `GET /projects`. Throws `PayloadInvalid` if it is no list. */
export function parseProjects(body: string): { rows: ModrinthProject[]; rejected: RejectedRow[] } {
  const list = parseBody(comparing(PROJECT, rowsSchema), body, 'modrinth GET /projects')
  const { rows, rejected } = parseRowsSparing(projectSchema, projectFields, list)
  return { rows: rows.map(({ versions, ...project }) => ({ ...project, versionIds: versions })), rejected }
}

/** Reads the body of `GET /versions` or `GET /project/…/version`. Throws `PayloadInvalid` if it is no list. */
export function parseVersions(body: string): { rows: ModrinthVersion[]; rejected: RejectedRow[] } {
  const list = parseBody(comparing(VERSION, rowsSchema), body, 'modrinth GET /versions')
  const { rows, rejected } = parseRowsSparing(versionSchema, versionFields, list)
  const versions = rows.map((row) => ({
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    versionNumber: row.version_number,
    downloads: row.downloads,
    datePublished: row.date_published,
  }))
  return { rows: versions, rejected }
}

/** A Modrinth client. Its calls throw the failures of `Http.request` and `PayloadInvalid`. */
export function createModrinth(options: ModrinthOptions): Modrinth {
  const gate = options.gate ?? createGate({ reserve: RESERVED_REQUESTS })
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    maxValues: MAX_VALUES,
    baseUrl: options.baseUrl,
    headers: { 'user-agent': options.userAgent },
    gate,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })

  const bulk = async (
    path: string,
    ids: string[],
    extra: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const query = { ids: JSON.stringify(ids), ...extra }
    const answer = await http.request({ path, query, signal, accept: [410] })
    if (answer.status === 410) throw retired(path)
    return answer
  }

  return {
    projects: async (idsOrSlugs, signal) => {
      const batches = batchesOf(
        [...new Set(idsOrSlugs)],
        `${options.baseUrl}/projects?ids=`,
        PROJECTS_PER_CALL,
      )
      const found = { projects: [] as ModrinthProject[], rejected: [] as RejectedRow[], raw: [] as RawBody[] }
      for (const batch of batches) {
        const answer = await bulk('/projects', batch, {}, signal)
        const { rows, rejected } = parseProjects(answer.body)
        found.projects.push(...rows)
        found.rejected.push(...rejected)
        found.raw.push(rawBody(UPSTREAM, answer))
      }
      const projects = uniqueById(found.projects)
      return { ...found, projects, missing: absent(idsOrSlugs, projects, found.rejected) }
    },
    versions: async (ids, signal) => {
      // The server parses the whole list as ids: one of another shape would make the batch a 400.
      const askable = [...new Set(ids)].filter((candidate) => id.safeParse(candidate).success)
      // Not in the specification of the bulk endpoint; newer servers take it, older ones ignore it.
      const suffix = '&include_changelog=false'
      const batches = batchesOf(askable, `${options.baseUrl}/versions?ids=${suffix}`)
      const answers = await pMap(
        batches,
        async (batch) => {
          const answer = await bulk('/versions', batch, { include_changelog: 'false' }, signal)
          return { ...parseVersions(answer.body), raw: rawBody(UPSTREAM, answer) }
        },
        { concurrency: VERSION_CALLS_IN_FLIGHT },
      )
      const versions = uniqueById(answers.flatMap(({ rows }) => rows))
      const rejected = answers.flatMap((answer) => answer.rejected)
      return {
        versions,
        missing: absent(ids, versions, rejected),
        rejected,
        raw: answers.map(({ raw }) => raw),
      }
    },
  }
}

const retired = (path: string): Failure =>
  new Failure(
    'NotFound',
    `modrinth GET ${path} answered 410: this version of its API is retired; the client must move to its successor.`,
    {
      details: { status: 410 },
    },
  )

/**
 * Splits ids so that each address, encoded, stays under `MAX_URL_BYTES`, with at most so many of them; an id too long for
 * that goes alone.
 */
function batchesOf(ids: readonly string[], address: string, most = Infinity): string[][] {
  const separator = encodeQuery(',').length
  const brackets = encodeQuery('[]').length
  const batches: string[][] = []
  let room = 0
  for (const value of ids) {
    const needed = encodeQuery(JSON.stringify(value)).length + separator
    if (batches.length === 0 || needed > room || batches.at(-1)?.length === most) {
      batches.push([])
      room = MAX_URL_BYTES - address.length - brackets
    }
    batches.at(-1)?.push(value)
    room -= needed
  }
  return batches
}

/** An id and a slug may name the same project. */
const uniqueById = <T extends { id: string }>(rows: readonly T[]): T[] => [
  ...new Map(rows.map((row) => [row.id, row])).values(),
]

/** What was asked for and neither came nor came broken. Ids are case-sensitive, slugs are not. */
function absent(
  asked: readonly string[],
  rows: readonly { id: string; slug?: string }[],
  rejected: readonly RejectedRow[],
): string[] {
  const name = z.string().optional().catch(undefined)
  const names = z.object({ id: name, slug: name })
  const broken = rejected.map(({ row }) => names.safeParse(row).data ?? {})
  const ids = new Set([...rows, ...broken].map((row) => row.id))
  const slugs = new Set([...rows, ...broken].map(({ slug }) => slug?.toLowerCase()))
  return [...new Set(asked)].filter((name) => !ids.has(name) && !slugs.has(name.toLowerCase()))
}
