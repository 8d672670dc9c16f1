/** CurseForge's website pages of the modpacks that include a mod: the API has no such list. */
import { Failure } from '../../core/failures.ts'
import { isChallenge, looksLikeHtml } from '../challenge.ts'
import { createGate, type Gate, type GateOptions } from '../gate.ts'
import { createHttp, rawBody, type RawBody } from '../http.ts'
import { parseDependents, type DependentPack } from './dependents-markup.ts'
import { refusal } from '../refusal.ts'

const UPSTREAM = 'curseforge-web'
/** A page for people has some hundred kilobytes. */
const MAX_BYTES = 2 * 1024 * 1024
/** The site is made for people: as slow as a reader. */
export const PAGE_INTERVAL_MS = 2_000
/** Relation type "included", which is how a modpack relates to its mods. */
const FILTER_INCLUDED = 6

export interface DependentsOptions {
  /** Such as https://www.curseforge.com */
  baseUrl: string
  userAgent: string
  /** Default: one page at a time, two seconds apart. */
  gate?: Gate
  /** Time of its own gate. Default: real time. */
  time?: Pick<GateOptions, 'elapsed' | 'sleep'>
  timeoutMs?: number
}

/** One page of the list. `end` is a 404 or a page without any modpack. */
export type DependentsPage =
  | {
      kind: 'page'
      packs: DependentPack[]
      /** The pager shows a later page, or there is no pager to ask. */ next: boolean
      raw: RawBody
    }
  | { kind: 'end'; raw: RawBody }

export interface CurseForgeDependents {
  /**
   * Page `page` (from 1) of the modpacks that include the mod `slug`. A firewall's page is `Blocked`, never a short
   * list. Past its end the site may repeat a page: stop also at a page without a new slug.
   */
  dependentsPage: (slug: string, page: number, signal: AbortSignal) => Promise<DependentsPage>
}

/** A reader of the dependents pages. It throws the failures of `Http.request`. */
export function createDependents(options: DependentsOptions): CurseForgeDependents {
  const http = createHttp({
    upstream: UPSTREAM,
    maxBytes: MAX_BYTES,
    // Its answers are web pages.
    maxValues: Infinity,
    baseUrl: options.baseUrl,
    headers: { 'user-agent': options.userAgent },
    gate:
      options.gate ??
      createGate({ reserve: 0, concurrency: 1, minIntervalMs: PAGE_INTERVAL_MS, ...options.time }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return {
    dependentsPage: async (slug, page, signal) => {
      const path = `/minecraft/mc-mods/${encodeURIComponent(slug)}/relations/dependents`
      const query = { 'filter-related-dependents': FILTER_INCLUDED, ...(page > 1 ? { page } : {}) }
      const answer = await http.request({ path, query, signal, accept: [403, 404], expects: 'html' })
      const raw = rawBody(UPSTREAM, answer)
      if (answer.status === 404) return { kind: 'end', raw }
      const what = { upstream: UPSTREAM, method: 'GET', path }
      // A page that needs no key cannot reject one: whatever it says, a 403 is the firewall's.
      if (answer.status === 403) throw refusal(what, answer, 'blocked')
      if (!looksLikeHtml(answer.headers, answer.body)) {
        throw new Failure(
          'PayloadInvalid',
          `${UPSTREAM} GET ${path} answered no web page: check the base URL.`,
        )
      }
      const { packs, next } = parseDependents(answer.body, { page, baseUrl: options.baseUrl })
      // Only a page without packs can be a challenge: a pack's name may hold a challenge's words.
      if (packs.length === 0 && isChallenge(answer.headers, answer.body))
        throw refusal(what, answer, 'blocked')
      return packs.length === 0 ? { kind: 'end', raw } : { kind: 'page', packs, next, raw }
    },
  }
}

/** The mod's slug and the page of the address of a list of dependents; undefined for any other address. */
export function dependentsAsked(url: string): { slug: string; page: number } | undefined {
  const { pathname, searchParams } = new URL(url)
  const slug = /\/minecraft\/mc-mods\/([^/]+)\/relations\/dependents$/.exec(pathname)?.[1]
  return slug === undefined
    ? undefined
    : { slug: decodeURIComponent(slug), page: Number(searchParams.get('page') ?? 1) }
}
