/** GitHub's GraphQL, as far as repositories and the rate limit: aliases, missing ones, and what a query costs. */
import { z } from 'zod'
import { defaultBranch, instant, languageOf, nodeId, sizeKb } from './github-objects.ts'
import { readQuery, type QueryField, type QueryOperation, type QueryValue } from './graphql-query.ts'
import { QueryError } from './graphql-tokens.ts'
import { fullNameOf, type Libraries, type SimulatedLibrary } from './libraries.ts'

/** So many repositories of one query cost a point. */
const REPOSITORIES_A_POINT = 100
const NODES_A_REPOSITORY = 1

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
})

interface GraphError {
  type?: string
  path?: string[]
  locations?: { line: number; column: number }[]
  extensions?: Record<string, string>
  message: string
}

type Variables = Readonly<Record<string, unknown>>
/** A type of the schema by its fields. */
interface GraphType {
  typeName: string
  fields: Record<string, unknown>
}

/** A query that was read, and its cost in points. */
export interface ReadQuery {
  operation: QueryOperation
  variables: Variables
  cost: number
}

/** The state of the limit after this query, as `rateLimit` tells it. */
export interface RateLimit {
  limit: number
  used: number
  remaining: number
  /** Epoch seconds. */
  reset: number
}

/** Reads the body of a request; what it answers to one that cannot be read is an answer with status 200 as well. */
export function readGraphql(body: unknown): ReadQuery | { errors: GraphError[] } {
  const request = requestSchema.safeParse(body)
  if (!request.success)
    return { errors: [{ message: 'A query attribute must be specified and must be a string.' }] }
  try {
    const operation = readQuery(request.data.query)
    const repositories = operation.fields.filter(({ name }) => name === 'repository').length
    const cost = Math.max(1, Math.ceil(repositories / REPOSITORIES_A_POINT))
    return { operation, variables: request.data.variables ?? {}, cost }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const { line, column, message } = error
    return { errors: [{ message, locations: [{ line, column }] }] }
  }
}

/** Answers a query; a query that asks for what the schema does not have gets errors and no data. */
export function answerGraphql(
  libraries: Libraries,
  { operation, variables, cost }: ReadQuery,
  rateLimit: RateLimit,
): { data?: Record<string, unknown>; errors?: GraphError[] } {
  const errors: GraphError[] = []
  const asked = operation.fields.filter(({ name }) => name === 'repository').length
  const limit = {
    typeName: 'RateLimit',
    fields: {
      limit: rateLimit.limit,
      cost,
      remaining: rateLimit.remaining,
      used: rateLimit.used,
      resetAt: instant(new Date(rateLimit.reset * 1_000)),
      nodeCount: asked * NODES_A_REPOSITORY,
    },
  }
  const data: Record<string, unknown> = {}
  try {
    if (operation.type !== 'query') throw undefinedField('mutation', 'Mutation', operation.fields[0])
    for (const field of operation.fields) {
      if (field.name === 'rateLimit') data[field.key] = picked(limit, field.selections)
      else if (field.name === 'viewer')
        data[field.key] = picked({ typeName: 'User', fields: { login: 'simulator' } }, field.selections)
      else if (field.name === '__typename') data[field.key] = 'Query'
      else if (field.name === 'repository') {
        const found = resolveRepository(libraries, field, { ...defaultsOf(operation), ...variables })
        if ('error' in found) errors.push(found.error)
        data[field.key] = 'error' in found ? null : picked(found.type, field.selections)
      } else throw undefinedField(field.name, 'Query', field)
    }
  } catch (error) {
    if (error instanceof SchemaError) return { errors: [error.answer] }
    throw error
  }
  return errors.length === 0 ? { data } : { data, errors }
}

class SchemaError extends Error {
  readonly answer: GraphError

  constructor(answer: GraphError) {
    super(answer.message)
    this.answer = answer
  }
}

function undefinedField(fieldName: string, typeName: string, field: QueryField | undefined): SchemaError {
  return new SchemaError({
    ...(field && { path: ['query', field.key], locations: [{ line: field.line, column: field.column }] }),
    extensions: { code: 'undefinedField', typeName, fieldName },
    message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
  })
}

function defaultsOf({ defaults }: QueryOperation): Record<string, unknown> {
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, plain(value, {})]))
}

function plain(value: QueryValue | undefined, variables: Variables): unknown {
  switch (value?.is) {
    case undefined:
      return undefined
    case 'literal':
      return value.value
    case 'variable':
      return variables[value.name]
    case 'list':
      return value.items.map((item) => plain(item, variables))
    case 'object':
      return Object.fromEntries(
        Object.entries(value.fields).map(([name, held]) => [name, plain(held, variables)]),
      )
  }
}

/** A renamed repository is followed, unless `followRenames` is false. */
function resolveRepository(
  libraries: Libraries,
  field: QueryField,
  variables: Variables,
): { type: GraphType } | { error: GraphError } {
  const [owner, name] = [field.arguments['owner'], field.arguments['name']].map((value) =>
    plain(value, variables),
  )
  const at = { path: [field.key], locations: [{ line: field.line, column: field.column }] }
  if (typeof owner !== 'string' || typeof name !== 'string')
    throw new SchemaError({
      ...at,
      extensions: { code: 'missingRequiredArguments' },
      message: "Field 'repository' is missing required arguments: owner, name",
    })
  const found = libraries.byName(`${owner}/${name}`)
  const follows = plain(field.arguments['followRenames'], variables) !== false
  const state = found?.library.state
  if (found === undefined || state === 'deleted' || (found.renamed && !follows)) {
    const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`
    return { error: { type: 'NOT_FOUND', ...at, message } }
  }
  if (state === 'blocked')
    return { error: { type: 'FORBIDDEN', ...at, message: 'Repository access blocked' } }
  return { type: repositoryType(found.library) }
}

function repositoryType(library: SimulatedLibrary): GraphType {
  const language = languageOf(library)
  const isEmpty = library.kind === 'empty'
  return {
    typeName: 'Repository',
    fields: {
      id: nodeId(library),
      databaseId: library.githubId,
      name: library.name,
      nameWithOwner: fullNameOf(library),
      owner: { typeName: 'Organization', fields: { login: library.owner } },
      url: `https://github.com/${fullNameOf(library)}`,
      description: library.description,
      stargazerCount: library.stars,
      stargazers: { typeName: 'StargazerConnection', fields: { totalCount: library.stars } },
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
      primaryLanguage: language === null ? null : { typeName: 'Language', fields: { name: language } },
      defaultBranchRef: isEmpty ? null : { typeName: 'Ref', fields: { name: defaultBranch() } },
    } satisfies Record<string, unknown>,
  }
}

function isType(value: unknown): value is GraphType {
  return typeof value === 'object' && value !== null && 'typeName' in value
}

function picked({ typeName, fields }: GraphType, selections: readonly QueryField[]): Record<string, unknown> {
  const entries = selections.map((field): [string, unknown] => {
    if (field.name === '__typename') return [field.key, typeName]
    if (!Object.hasOwn(fields, field.name)) throw undefinedField(field.name, typeName, field)
    const value = fields[field.name]
    return [field.key, isType(value) ? picked(value, field.selections) : value]
  })
  return Object.fromEntries(entries)
}
