/** GitHub's search for repositories (https://docs.github.com/rest/search): a domain's by a query, and known names without a token. */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { comparing } from '../fields.ts'
import { REPOSITORY } from './github-fields.ts'
import type { GitHubTransport } from './github-transport.ts'
import { restRepositorySchema, type FoundRepository } from './github-repository.ts'
import { count, parseBody } from '../payload.ts'
import { foldCase } from './repository-name.ts'

const WHAT = 'github GET /search/repositories'
/** Its largest page. */
const PAGE_SIZE = 100
/** It shows no hit beyond this. */
const MAX_HITS = 1_000
/**
 * A part of the names is refused (422) as a whole when it may not be searched for; halving finds the culprit. With ten
 * requests a minute a batch must not spend more than this on it; who is still missing then is asked by name.
 */
const CALLS_PER_BATCH = 8

const pageSchema = z.object({
  total_count: count,
  incomplete_results: z.boolean(),
  // A hit of another shape fails the page: a list must not become shorter without a word.
  items: comparing(REPOSITORY, z.array(restRepositorySchema)),
})
type Page = z.infer<typeof pageSchema>

/** What a search for names gave. */
export interface NamesFound {
  /** By folded full name. */
  found: Map<string, FoundRepository>
  /** True if GitHub said that it did not look through everything. */
  incomplete: boolean
}

/** Finds repositories by their present names in as few requests as can be; forks and archived ones too. */
export async function searchNames(
  transport: GitHubTransport,
  names: readonly string[],
  signal: AbortSignal,
): Promise<NamesFound> {
  const found = new Map<string, FoundRepository>()
  let incomplete = false
  const parts = [[...names]]
  for (let call = 0; call < CALLS_PER_BATCH; call += 1) {
    const part = parts.shift()
    if (part === undefined) break
    // Forks are left out unless asked for, and some of the catalogue's codes are forks.
    const q = `${part.map((name) => `repo:${name}`).join(' ')} fork:true`
    const page = await askPage(transport, { q }, signal)
    if (page === 'refused') {
      const half = Math.ceil(part.length / 2)
      if (part.length > 1) parts.push(part.slice(0, half), part.slice(half))
      continue
    }
    incomplete ||= page.incomplete_results
    for (const hit of page.items) found.set(foldCase(hit.fullName), hit)
  }
  return { found, incomplete }
}

/**
 * The repositories of a query, most stars first, up to `limit` of the 1,000 that GitHub shows. Throws
 * `UpstreamRejected` for a query that it does not understand, `UpstreamUnavailable` if its results are incomplete.
 */
export async function searchQuery(
  transport: GitHubTransport,
  { query, limit }: { query: string; limit: number },
  signal: AbortSignal,
): Promise<FoundRepository[]> {
  const wanted = Math.min(limit, MAX_HITS)
  // Hits move between pages while they are read: one may come twice.
  const found = new Map<number, FoundRepository>()
  for (let number = 1; (number - 1) * PAGE_SIZE < wanted; number += 1) {
    const page = await askPage(transport, { q: query, sort: 'stars', order: 'desc', page: number }, signal)
    if (page === 'refused') throw notUnderstood(query)
    if (page.incomplete_results) throw incompleteAnswer(query)
    for (const hit of page.items) found.set(hit.githubId, hit)
    if (page.items.length < PAGE_SIZE) break
  }
  return [...found.values()].slice(0, wanted)
}

/** One page, asked once more where GitHub's search ran out of time. */
async function askPage(
  transport: GitHubTransport,
  query: Record<string, string | number>,
  signal: AbortSignal,
): Promise<Page | 'refused'> {
  const first = await askPageOnce(transport, query, signal)
  return first !== 'refused' && first.incomplete_results ? await askPageOnce(transport, query, signal) : first
}

async function askPageOnce(
  transport: GitHubTransport,
  query: Record<string, string | number>,
  signal: AbortSignal,
): Promise<Page | 'refused'> {
  const answer = await transport.ask({
    resource: 'search',
    path: '/search/repositories',
    query: { ...query, per_page: PAGE_SIZE },
    signal,
    accepts: (status) => status === 422,
  })
  return answer.status === 422 ? 'refused' : parseBody(pageSchema, answer.body, WHAT)
}

const notUnderstood = (query: string): Failure =>
  new Failure(
    'UpstreamRejected',
    `GitHub does not understand the search "${query}": correct the domain's search in almanac.yaml.`,
    { details: { status: 422 } },
  )

const incompleteAnswer = (query: string): Failure =>
  new Failure(
    'UpstreamUnavailable',
    `GitHub's search for "${query}" timed out twice and returned a part of its hits: another attempt may return all.`,
  )
