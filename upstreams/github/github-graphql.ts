/** Many repositories in one GraphQL query, one point of the quota (https://docs.github.com/graphql); needs a token. */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { LIMIT_WORDS, type GitHubTransport } from './github-transport.ts'
import { BLOCKED_WORDS, unknown, type FoundRepository, type RepositoryState } from './github-repository.ts'
import { count, instant, parseBody } from '../payload.ts'
import { FULL_NAME } from './repository-name.ts'

const WHAT = 'github POST /graphql'
const FIELDS =
  'fragment Fields on Repository{databaseId nameWithOwner stargazerCount isArchived pushedAt diskUsage}'

const errorSchema = z.object({
  type: z.string().nullish(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.int()])).nullish(),
})
type GraphqlError = z.infer<typeof errorSchema>

const bodySchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(errorSchema).nullish(),
})

const repositorySchema = z
  .object({
    databaseId: z.int().positive(),
    nameWithOwner: z.string().regex(FULL_NAME),
    stargazerCount: count,
    isArchived: z.boolean(),
    pushedAt: instant.nullable(),
    diskUsage: count.nullable(),
  })
  .transform((row): FoundRepository => ({
    githubId: row.databaseId,
    fullName: row.nameWithOwner,
    stars: row.stargazerCount,
    archived: row.isArchived,
    pushedAt: row.pushedAt,
    sizeKb: row.diskUsage,
  }))

/** One state per name, in the order of the names; at most a hundred, each an `Owner/Name`. Renames are followed. */
export async function repositoriesByGraphql(
  transport: GitHubTransport,
  names: readonly string[],
  signal: AbortSignal,
): Promise<RepositoryState[]> {
  const json = { query: queryFor(names.length), variables: variablesOf(names) }
  const answer = await transport.ask({ resource: 'graphql', method: 'POST', path: '/graphql', json, signal })
  const { data, errors } = parseBody(bodySchema, answer.body, WHAT)
  const complaints = errors ?? []
  if (complaints.some(isLimit)) throw transport.limited('graphql', answer)
  if (data === null || data === undefined) throw withoutData(complaints)
  return names.map((_, index) => {
    const alias = aliasOf(index)
    return stateOf(
      data[alias],
      complaints.find(({ path }) => path?.[0] === alias),
    )
  })
}

const isLimit = ({ type, message }: GraphqlError): boolean =>
  type === 'RATE_LIMITED' || LIMIT_WORDS.test(message)

const aliasOf = (index: number): string => `r${index}`

/** Names are passed as variables: their content can never become a part of the query. */
function queryFor(names: number): string {
  const numbers = Array.from({ length: names }, (_, index) => index)
  const variables = numbers.map((index) => `$o${index}:String!,$n${index}:String!`).join(',')
  const fields = numbers.map(
    (index) => `${aliasOf(index)}:repository(owner:$o${index},name:$n${index}){...Fields}`,
  )
  return `query(${variables}){${fields.join(' ')}} ${FIELDS}`
}

const variablesOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((fullName, index) => {
      const [owner = '', name = ''] = fullName.split('/')
      return [
        [`o${index}`, owner],
        [`n${index}`, name],
      ]
    }),
  )

function stateOf(row: unknown, error: GraphqlError | undefined): RepositoryState {
  if (row === null || row === undefined) {
    if (error === undefined) return unknown('GitHub gave neither the repository nor a reason')
    if (BLOCKED_WORDS.test(error.message) || error.type === 'FORBIDDEN')
      return { state: 'blocked', reason: error.message }
    if (error.type === 'NOT_FOUND') return { state: 'gone', reason: error.message }
    return unknown(error.message)
  }
  const parsed = repositorySchema.safeParse(row)
  if (parsed.success) return { state: 'found', ...parsed.data }
  const [issue] = parsed.error.issues
  return unknown(`GitHub's answer has another shape: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

/** No data at all: a query that took too long may pass at the next attempt, one that is refused never will. */
function withoutData(errors: readonly GraphqlError[]): Failure {
  const [first] = errors
  const said = first === undefined ? 'no error' : `"${first.message}"`
  const message = `${WHAT} answered no data and ${said}.`
  if (first === undefined) return new Failure('PayloadInvalid', message)
  const passing = /something went wrong|timed? ?out|try again/i.test(first.message)
  return new Failure(passing ? 'UpstreamUnavailable' : 'UpstreamRejected', message, {
    details: { type: first.type ?? null },
  })
}
