/** Astrophysics Source Code Library (https://ascl.net): the whole catalogue in one answer, and the repositories that it names. */
import * as z from 'zod'
import { Failure } from '../core/failures.ts'
import { namesIn, type KnownFields } from './fields.ts'
import { createGate, type Gate } from './gate.ts'
import { createHttp, rawBody, type RawBody } from './http.ts'
import { parseMembers } from './members.ts'
import { text, type RejectedRow } from './payload.ts'
import { distinct, repositoriesInText, repositoryIn } from './github/repository-name.ts'

const UPSTREAM = 'ascl'
/** Other clients cap at 8 to 20 MB; the catalogue, of some 4,000 records, grows by a twelfth a year. */
export const MAX_CATALOGUE_BYTES = 16 * 1024 * 1024
/** The page is generated on request by a small server: half a minute, the timeout of other upstreams, was too short. */
const CATALOGUE_TIMEOUT_MS = 3 * 60_000
/** One catalogue is asked for once a night. */
const REQUESTS_IN_FLIGHT = 1
/** A title, an abstract or a list in one text has a page at most; what is further on is not read. */
const TEXT_CHARS = 20_000
/** A code has a handful of addresses; those further on are not read. */
const MAX_LINKS = 1_000
/** A record has some kilobytes and some tens of values; a much-used code's lists make it a few times as large. */
const RECORD_BOUNDS = { maxChars: 2 * 1024 * 1024, maxValues: 10_000 }
/** The id of records that wait for a real one. */
const UNASSIGNED = '0000.000'

export interface AsclOptions {
  /** Such as https://ascl.net */
  baseUrl: string
  userAgent: string
  /** Default: its own gate. */
  gate?: Gate
  /** Largest catalogue, in bytes. Default: 16 MB. */
  maxBytes?: number
  timeoutMs?: number
}

/** A code of the catalogue. */
export interface AsclEntry {
  /** Such as 1303.002 */
  asclId: string
  title: string
  /**
   * `Owner/Name` of the repositories on GitHub that the record's links lead to; if there are none, those in its title
   * and abstract. Often empty.
   */
  repositories: string[]
}

export interface AsclCatalogue {
  /** Every record with its own id, in the catalogue's order. */
  entries: AsclEntry[]
  rejected: RejectedRow[]
  raw: RawBody
}

export interface Ascl {
  /**
   * The whole catalogue, in one request. Throws the failures of `Http.request`, and `PayloadInvalid` for a body without a
   * single record.
   */
  catalogue: (signal: AbortSignal) => Promise<AsclCatalogue>
}

/** An older export writes lists as PHP does: `a:1:{i:0;s:21:"https://example.org/a";}`. An address holds no quote. */
const PHP_STRING = /s:\d+:"([^"]*)";/g

/** The links of a record in any notation: a list, PHP's object or text for one, one address, or nothing. */
const links = z
  .union([
    z.array(z.string().nullable()),
    z.record(z.string(), z.string().nullable()).transform((list) => Object.values(list)),
    z
      .string()
      .transform((list) =>
        list.startsWith('a:')
          ? [...list.slice(0, TEXT_CHARS).matchAll(PHP_STRING)].map(([, link = '']) => link)
          : [list.slice(0, TEXT_CHARS)],
      ),
    z.union([z.literal(false), z.null()]).transform(() => []),
  ])
  .transform((list: (string | null)[]) => list.filter((link) => link !== null).slice(0, MAX_LINKS))

const recordSchema = z.object({
  ascl_id: z.string().regex(/^\d{4}\.\d{3,4}$/),
  title: text,
  abstract: text.nullish(),
  // Not every export has the field: without links the text is read.
  site_list: links.optional(),
})

const RECORD: KnownFields = {
  client: UPSTREAM,
  object: 'record',
  needed: ['ascl_id', 'title', 'site_list'],
  others: namesIn(`
    abstract bibcode credit described_in keywords preferred_citation topic_id used_in views`),
}

/** The entities that can hide an address, and what writers put around one. Any other ends it as well as its character would. */
const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  sol: '/',
  period: '.',
  colon: ':',
  hyphen: '-',
  lowbar: '_',
}
const LAST_CODE_POINT = 0x10ffff

/** HTML text with its character references resolved; tags stay. Pure. */
export const withoutEntities = (html: string): string =>
  html.replaceAll(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole
    const point = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal)
    return point > 0 && point <= LAST_CODE_POINT ? String.fromCodePoint(point) : whole
  })

/**
 * Reads the body of `GET /code/json`, record by record. Throws `PayloadInvalid` if it is no object, holds no record or
 * one larger than any, `UpstreamUnavailable` if it ends in the middle.
 */
export async function parseCatalogue(
  body: string,
): Promise<{ entries: AsclEntry[]; rejected: RejectedRow[] }> {
  const what = 'ascl GET /code/json'
  const { rows, rejected } = await parseMembers(recordSchema.transform(entryOf), {
    body,
    what,
    bounds: RECORD_BOUNDS,
    fields: RECORD,
  })
  if (rows.length === 0) {
    const [first] = rejected
    const message = `${what} answered an object without a single record: its format may have changed.`
    throw new Failure('PayloadInvalid', message, {
      details: { records: rejected.length, first: first?.reason },
    })
  }
  return { entries: rows.filter(({ asclId }) => asclId !== UNASSIGNED), rejected }
}

function entryOf(row: z.infer<typeof recordSchema>): AsclEntry {
  const linked = (row.site_list ?? []).map((link) => repositoryIn(withoutEntities(link)))
  const repositories = distinct(linked.filter((fullName) => fullName !== undefined))
  const title = withoutEntities(row.title.slice(0, TEXT_CHARS))
  const words = `${title}\n${withoutEntities((row.abstract ?? '').slice(0, TEXT_CHARS))}`
  return {
    asclId: row.ascl_id,
    title,
    repositories: repositories.length > 0 ? repositories : repositoriesInText(words),
  }
}

/** A client of the catalogue. */
export function createAscl(options: AsclOptions): Ascl {
  const http = createHttp({
    upstream: UPSTREAM,
    baseUrl: options.baseUrl,
    headers: { 'user-agent': options.userAgent },
    gate: options.gate ?? createGate({ reserve: 0, concurrency: REQUESTS_IN_FLIGHT }),
    timeoutMs: options.timeoutMs ?? CATALOGUE_TIMEOUT_MS,
    maxBytes: options.maxBytes ?? MAX_CATALOGUE_BYTES,
    // Read member by member, each within `RECORD_BOUNDS`.
    maxValues: Infinity,
  })
  return {
    catalogue: async (signal) => {
      const answer = await http.request({ path: '/code/json', signal })
      return { ...(await parseCatalogue(answer.body)), raw: rawBody(UPSTREAM, answer) }
    },
  }
}
