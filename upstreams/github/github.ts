/**
 * GitHub, for the stars of known repositories and for searches: with a token a hundred names a request by GraphQL, without
 * one twenty by search and the few that search does not show by name. Web pages are never read.
 */
import { createGitHubTransport, type TransportOptions, type GitHubTransport } from './github-transport.ts'
import { repositoriesByGraphql } from './github-graphql.ts'
import {
  unknown,
  type FoundRepository,
  type RepositoryAnswer,
  type RepositoryState,
} from './github-repository.ts'
import { createSingleRepositories, type SingleRepositories } from './github-rest.ts'
import { searchNames, searchQuery } from './github-search.ts'
import { distinct, foldCase, FULL_NAME } from './repository-name.ts'

export type { FoundRepository, RepositoryAnswer, RepositoryState } from './github-repository.ts'

/** A query of so many aliases costs one point; GitHub refuses much larger ones by their time. */
const NAMES_PER_QUERY = 100
/** A search address of twenty of the longest names has 3 KB; how many more it takes is not documented. */
const NAMES_PER_SEARCH = 20

export type GitHubOptions = TransportOptions

export interface GitHub {
  /** Most names of one call of `repositories`. */
  batchSize: number
  /**
   * What became of each name, in their order: one answer a name, also where two names are one repository (same
   * `githubId`) or one name comes twice. Throws `RateLimited`, `CredentialsRejected`, `Blocked` and the other failures of
   * `Http.request`, and a RangeError for more than `batchSize` names.
   */
  repositories: (names: readonly string[], signal: AbortSignal) => Promise<RepositoryAnswer[]>
  /** What became of a repository by its number, which stays through renames. Throws as `repositories`. */
  repositoryById: (githubId: number, signal: AbortSignal) => Promise<RepositoryState>
  /**
   * Repositories of a query in GitHub's own language, most stars first, at most `limit` and 1,000. Throws
   * `UpstreamRejected` for a query that GitHub does not understand, `UpstreamUnavailable` for a part of an answer.
   */
  search: (query: string, limit: number, signal: AbortSignal) => Promise<FoundRepository[]>
}

/** A client of GitHub. Throws `Misconfigured` for an address or a token that cannot be sent. */
export function createGitHub(options: GitHubOptions): GitHub {
  const transport = createGitHubTransport(options)
  const singles = createSingleRepositories(transport, options.baseUrl)
  const batchSize = transport.authenticated ? NAMES_PER_QUERY : NAMES_PER_SEARCH

  return {
    batchSize,
    repositories: async (names, signal) => {
      const asked = distinct(names.filter((name) => FULL_NAME.test(name)))
      if (asked.length > batchSize)
        throw new RangeError(`${asked.length} names in one batch; expected at most ${batchSize}.`)
      const states = await statesOf(asked, { transport, singles, signal })
      const byName = new Map(asked.map((name, index) => [foldCase(name), states[index]]))
      return names.map((name) => ({
        asked: name,
        ...(byName.get(foldCase(name)) ?? unknown('it is not the name of a repository')),
      }))
    },
    repositoryById: (githubId, signal) => singles.askById(githubId, signal),
    search: (query, limit, signal) => searchQuery(transport, { query, limit }, signal),
  }
}

async function statesOf(
  names: readonly string[],
  {
    transport,
    singles,
    signal,
  }: { transport: GitHubTransport; singles: SingleRepositories; signal: AbortSignal },
): Promise<RepositoryState[]> {
  if (names.length === 0) return []
  if (transport.authenticated) return await repositoriesByGraphql(transport, names, signal)
  const { found, incomplete } = await searchNames(transport, names, signal)
  const states: RepositoryState[] = []
  for (const name of names) {
    const hit = found.get(foldCase(name))
    if (hit !== undefined) states.push({ state: 'found', ...hit })
    else if (incomplete) states.push(unknown("GitHub's search timed out twice and may have left it out"))
    else states.push(await singles.ask(name, signal))
  }
  return states
}
