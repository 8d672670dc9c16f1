/** GitHub's GraphQL API: repositories by alias, missing ones as errors beside the data, and the cost of a query. */
import {
  executeSync,
  FieldsOnCorrectTypeRule,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type ValidationRule,
} from 'graphql'
import * as z from 'zod'
import { defaultBranch, instant, languageOf, nodeId, sizeKb } from './github-objects.ts'
import { githubSchema } from './github-schema.ts'
import { fullNameOf, type Libraries, type SimulatedLibrary } from './libraries.ts'

/** A query costs one point for each hundred of its repositories, and at least one. */
const REPOSITORIES_PER_POINT = 100

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

/** An error as GitHub writes it: `type` is next to the message, not in the extensions. */
interface GitHubError {
  type?: unknown
  path?: readonly (string | number)[] | undefined
  extensions?: Record<string, unknown>
  locations?: readonly { line: number; column: number }[] | undefined
  message: string
}

/** A valid query with its cost in points. */
export interface ReadQuery {
  document: DocumentNode
  variables: Record<string, unknown>
  repositories: number
  cost: number
}

/** State of the rate limit after this query, as the field `rateLimit` reports it. */
export interface RateLimit {
  limit: number
  used: number
  remaining: number
  /** Epoch seconds. */
  reset: number
}

/** Parses and validates the body of a request. Errors are sent with status 200, too. */
export function readGraphql(body: unknown): ReadQuery | { errors: GitHubError[] } {
  const request = requestSchema.safeParse(body)
  if (!request.success)
    return { errors: [{ message: 'A query attribute must be specified and must be a string.' }] }
  const { query, variables } = request.data
  let document: DocumentNode
  try {
    document = parse(query)
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [githubError(error)] }
    throw error
  }
  const errors = validate(githubSchema, document, RULES)
  if (errors.length > 0) return { errors: errors.map(githubError) }
  let repositories = 0
  visit(document, {
    Field: ({ name }) => {
      if (name.value === 'repository') repositories += 1
    },
  })
  const cost = Math.max(1, Math.ceil(repositories / REPOSITORIES_PER_POINT))
  return { document, variables: variables ?? {}, repositories, cost }
}

/** Executes a query. A repository that is missing or blocked is null in the data and named in the errors. */
export function answerGraphql(
  libraries: Libraries,
  { document, variables, repositories, cost }: ReadQuery,
  { limit, remaining, used, reset }: RateLimit,
): { data?: unknown; errors?: GitHubError[] } {
  const rootValue = {
    repository: (wanted: Wanted) => repository(libraries, wanted),
    rateLimit: {
      limit,
      cost,
      remaining,
      used,
      resetAt: instant(new Date(reset * 1_000)),
      nodeCount: repositories,
    },
    viewer: { login: 'simulator' },
  }
  const { data, errors } = executeSync({
    schema: githubSchema,
    document,
    rootValue,
    variableValues: variables,
  })
  return { ...(data && { data }), ...(errors && { errors: errors.map(githubError) }) }
}

/** FieldsOnCorrectTypeRule with GitHub's message and code. */
const undefinedField: ValidationRule = (context) => ({
  Field: (node) => {
    const typeName = context.getParentType()?.name
    if (typeName === undefined || context.getFieldDef()) return
    const fieldName = node.name.value
    context.reportError(
      new GraphQLError(`Field '${fieldName}' doesn't exist on type '${typeName}'`, {
        nodes: node,
        path: ['query', node.alias?.value ?? fieldName],
        extensions: { code: 'undefinedField', typeName, fieldName },
      }),
    )
  },
})
const RULES = [...specifiedRules.filter((rule) => rule !== FieldsOnCorrectTypeRule), undefinedField]

function githubError({ message, path, locations, extensions }: GraphQLError): GitHubError {
  const { type, ...others } = extensions
  return {
    ...(type !== undefined && { type }),
    path,
    ...(Object.keys(others).length > 0 && { extensions: others }),
    locations,
    message,
  }
}

interface Wanted {
  owner: string
  name: string
  followRenames: boolean | null
}

/** Former names are followed unless `followRenames` is false. */
function repository(libraries: Libraries, { owner, name, followRenames }: Wanted) {
  const found = libraries.byName(`${owner}/${name}`)
  const state = found?.library.state
  if (found === undefined || state === 'deleted' || (found.renamed && followRenames === false)) {
    throw new GraphQLError(`Could not resolve to a Repository with the name '${owner}/${name}'.`, {
      extensions: { type: 'NOT_FOUND' },
    })
  }
  if (state === 'blocked')
    throw new GraphQLError('Repository access blocked', { extensions: { type: 'FORBIDDEN' } })
  return repositoryFields(found.library)
}

function repositoryFields(library: SimulatedLibrary) {
  const language = languageOf(library)
  const isEmpty = library.kind === 'empty'
  return {
    id: nodeId(library),
    databaseId: library.githubId,
    name: library.name,
    nameWithOwner: fullNameOf(library),
    owner: { login: library.owner },
    url: `https://github.com/${fullNameOf(library)}`,
    description: library.description,
    stargazerCount: library.stars,
    stargazers: { totalCount: library.stars },
    forkCount: Math.floor(library.stars / 4),
    isArchived: library.state === 'archived',
    isDisabled: false,
    isEmpty,
    isFork: false,
    isPrivate: false,
    isLocked: false,
    createdAt: instant(library.createdAt),
    updatedAt: instant(library.pushedAt),
    pushedAt: instant(library.pushedAt),
    diskUsage: sizeKb(library),
    primaryLanguage: language === null ? null : { name: language },
    defaultBranchRef: isEmpty ? null : { name: defaultBranch() },
  }
}
