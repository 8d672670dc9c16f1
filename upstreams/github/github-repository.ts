/**
 * Fields of a repository that are requested from GitHub, and its REST responses; one shape for REST, search and
 * GraphQL.
 */
import * as z from 'zod'
import { count, instant } from '../payload.ts'
import { FULL_NAME } from './repository-name.ts'

export interface FoundRepository {
  /** Stays through renames and moves: two names with one id are one repository. */
  githubId: number
  /** `Owner/Name` as it is called now, in GitHub's case. */
  fullName: string
  stars: number
  archived: boolean
  /** Null if nothing was ever pushed. */
  pushedAt: Date | null
  /** Size on GitHub's disk in kilobytes, history included; null if it does not say. */
  sizeKb: number | null
}

/**
 * What became of a name: `gone` is deleted or private, `blocked` is closed by GitHub (copyright, terms of use),
 * `unknown` was not in the response and says nothing about the repository.
 */
export type RepositoryState =
  | ({ state: 'found' } & FoundRepository)
  | { state: 'gone' | 'blocked' | 'unknown'; reason: string }

/** The answer for one name, as it was asked. */
export type RepositoryAnswer = { asked: string } & RepositoryState

/** What is known about a name without a response. */
export const unknown = (reason: string): RepositoryState => ({ state: 'unknown', reason })

/** GitHub's own words for a repository that it closed: with status 403 or 451, and in GraphQL's errors. */
export const BLOCKED_WORDS = /access blocked|dmca|legal reasons/i

/** A repository in an answer of the REST API or of its search. */
export const restRepositorySchema = z
  .object({
    id: z.int().positive(),
    full_name: z.string().regex(FULL_NAME),
    stargazers_count: count,
    archived: z.boolean(),
    pushed_at: instant.nullable(),
    size: count.nullish(),
  })
  .transform((row): FoundRepository => ({
    githubId: row.id,
    fullName: row.full_name,
    stars: row.stargazers_count,
    archived: row.archived,
    pushedAt: row.pushed_at,
    sizeKb: row.size ?? null,
  }))
