/** A GitHub client of one test, on a clock of its own, and the shapes in which GitHub answers. */
import { HOUR_MS } from '../../../../core/durations.ts'
import { createGitHub, type GitHubOptions } from '../../../../upstreams/github/github.ts'
import { loopback, sendJson, type Answering, type Asked } from '../loopback.ts'

export const TOKEN = 'ghp_secret'
const START_MS = Date.parse('2026-11-21T02:00:00Z')

/** A client of a server of this test, on a clock that moves only where the client would sleep. */
export async function client(answer: Answering, options: Partial<GitHubOptions> = {}) {
  const slept: number[] = []
  let nowMs = START_MS
  const server = await loopback((response, ...asked) => {
    response.setHeader('date', new Date(nowMs).toUTCString())
    answer(response, ...asked)
  })
  const github = createGitHub({
    baseUrl: server.baseUrl,
    userAgent: 'almanac/0.1 (test)',
    clock: () => new Date(nowMs),
    elapsed: () => nowMs,
    sleep: (ms, signal) => {
      signal.throwIfAborted()
      slept.push(ms)
      nowMs += ms
      return Promise.resolve()
    },
    ...options,
  })
  return { ...server, github, slept, pass: (ms: number) => (nowMs += ms) }
}

/** Headers of GitHub's quota. */
export const quota = (remaining: number, resetInMs = HOUR_MS): Record<string, string> => ({
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String((START_MS + resetInMs) / 1_000),
})

/** A repository as REST and search give it. */
export const hit = (full_name: string, fields: Record<string, unknown> = {}) => ({
  id: 1000 + full_name.length,
  full_name,
  stargazers_count: 42,
  archived: false,
  pushed_at: '2026-11-01T10:00:00Z',
  size: 120,
  ...fields,
})
/** A page of the search. */
export const page = (items: unknown[], fields: Record<string, unknown> = {}) => ({
  total_count: items.length,
  incomplete_results: false,
  items,
  ...fields,
})
/** A repository as GraphQL gives it. */
export const node = (nameWithOwner: string, fields: Record<string, unknown> = {}) => ({
  databaseId: 7,
  nameWithOwner,
  stargazerCount: 42,
  isArchived: false,
  pushedAt: '2026-11-01T10:00:00Z',
  diskUsage: 120,
  ...fields,
})
/** What the client makes of either. */
export const found = (asked: string, fields: Record<string, unknown> = {}) => ({
  asked,
  state: 'found',
  fullName: asked,
  stars: 42,
  archived: false,
  pushedAt: new Date('2026-11-01T10:00:00Z'),
  sizeKb: 120,
  ...fields,
})

interface GraphqlBody {
  query: string
  variables: Record<string, string>
}

/** The names that a GraphQL query asks for, by alias. */
export const aliasesOf = (asked: Asked): [string, string][] => {
  const { query, variables } = JSON.parse(asked.body) as GraphqlBody
  return [...query.matchAll(/(\w+):repository\(owner:\$(\w+),name:\$(\w+)\)/g)].map(
    ([, alias = '', o = '', n = '']) => [alias, `${variables[o] ?? ''}/${variables[n] ?? ''}`],
  )
}
export const queryOf = ({ url }: Asked): URLSearchParams => new URL(url, 'http://localhost').searchParams
/** The names that a search asks for. */
export const searchedFor = (asked: Asked): string[] =>
  [...(queryOf(asked).get('q') ?? '').matchAll(/repo:(\S+)/g)].map(([, name = '']) => name)
export const isSearch = ({ url }: Asked): boolean => url.startsWith('/search/repositories?')
export const states = (answers: { asked: string; state: string }[]) =>
  answers.map(({ asked, state }) => [asked, state])
export const manyNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `owner/name-${index}`)

/** Answers searches with all names but these, and says how others are answered. */
export const searchWithout =
  (missing: readonly string[], other: Answering): Answering =>
  (response, asked, number) => {
    if (!isSearch(asked)) other(response, asked, number)
    else {
      const shown = searchedFor(asked).filter((name) => !missing.includes(name))
      sendJson(response, page(shown.map((name) => hit(name))))
    }
  }
