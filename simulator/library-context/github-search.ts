/** GitHub's search for repositories: its qualifiers, its pages, and what it refuses. */
import { languageOf, listedRepository } from './github-objects.ts'
import { fullNameOf, type Libraries, type SimulatedLibrary } from './libraries.ts'
import { json, type Reply } from '../upstream.ts'

const DOCUMENTATION = 'https://docs.github.com/v3/search/'
/** Of the text that is no qualifier. */
const LONGEST_TEXT = 256
const MAX_OPERATORS = 5
const MAX_RESULTS = 1_000
const LARGEST_PAGE = 100
const DEFAULT_PAGE = 30

/** Supported qualifiers; what looks like another one is text, as on GitHub. */
const QUALIFIERS = [
  'repo',
  'user',
  'org',
  'stars',
  'language',
  'topic',
  'in',
  'archived',
  'fork',
  'is',
  'pushed',
]

interface Query {
  /** Words that must all be found, lower case. */
  words: string[]
  /** Lower-case values by qualifier. */
  qualifiers: Map<string, string[]>
  operators: number
}

/** Handles `GET /search/repositories`. Only current names are found: no renames, nothing deleted or blocked. */
export function searchRepositories(libraries: Libraries, parameters: URLSearchParams): Reply {
  const q = parameters.get('q') ?? ''
  if (q.trim() === '') return invalid({ code: 'missing' })
  const query = parse(q)
  const page = whole(parameters.get('page'), 1)
  const perPage = Math.min(LARGEST_PAGE, whole(parameters.get('per_page'), DEFAULT_PAGE))
  if (query.words.join(' ').length > LONGEST_TEXT)
    return invalid({ message: 'The search is longer than 256 characters.', code: 'invalid' })
  if (query.operators > MAX_OPERATORS)
    return invalid({ message: 'More than five AND / OR / NOT operators were used.', code: 'invalid' })
  const shown = libraries.list().filter(({ state }) => state === 'present' || state === 'archived')
  const within = scoped(shown, query)
  if (within === undefined) {
    const message =
      'The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.'
    return invalid({ message, code: 'invalid' })
  }
  if ((page - 1) * perPage >= MAX_RESULTS)
    return json(422, {
      message: 'Only the first 1000 search results are available',
      documentation_url: DOCUMENTATION,
    })
  const found = sorted(
    within.filter((library) => matches(library, query)),
    parameters,
  )
  const upTo = Math.min(MAX_RESULTS, page * perPage)
  const items = found.slice((page - 1) * perPage, upTo)
  return json(200, {
    total_count: found.length,
    incomplete_results: false,
    items: items.map((library) => ({ ...listedRepository(library), score: 1 })),
  })
}

function invalid(error: { message?: string; code: string }): Reply {
  return json(422, {
    message: 'Validation Failed',
    errors: [{ ...error, resource: 'Search', field: 'q' }],
    documentation_url: DOCUMENTATION,
    status: '422',
  })
}

function parse(q: string): Query {
  const query: Query = { words: [], qualifiers: new Map(), operators: 0 }
  for (const [token] of q.matchAll(/(?:[a-z]+:)?"[^"]*"|\S+/gi)) {
    const colon = token.indexOf(':')
    const key = token.slice(0, Math.max(0, colon)).toLowerCase()
    if (/^(?:AND|OR|NOT)$/.test(token)) query.operators += 1
    else if (!QUALIFIERS.includes(key)) query.words.push(unquoted(token))
    else query.qualifiers.set(key, [...(query.qualifiers.get(key) ?? []), unquoted(token.slice(colon + 1))])
  }
  return query
}

function unquoted(text: string): string {
  return text.replaceAll('"', '').toLowerCase()
}

/** The libraries of the named owners and repositories, or all; nothing if none of the named is visible. */
function scoped(libraries: SimulatedLibrary[], { qualifiers }: Query): SimulatedLibrary[] | undefined {
  const repositories = qualifiers.get('repo') ?? []
  const owners = [...(qualifiers.get('user') ?? []), ...(qualifiers.get('org') ?? [])]
  if (repositories.length === 0 && owners.length === 0) return libraries
  const found = libraries.filter(
    (library) =>
      repositories.includes(fullNameOf(library).toLowerCase()) ||
      owners.includes(library.owner.toLowerCase()),
  )
  return found.length === 0 ? undefined : found
}

function matches(library: SimulatedLibrary, { words, qualifiers }: Query): boolean {
  const fields = (qualifiers.get('in') ?? ['name,description,topics']).flatMap((list) => list.split(','))
  const text = textOf(library, fields)
  const tests: Record<string, (value: string) => boolean> = {
    stars: (value) => inRange(value, library.stars),
    pushed: (value) => inRange(value, library.pushedAt.getTime(), (date) => Date.parse(date)),
    language: (value) => languageOf(library)?.toLowerCase() === value,
    topic: (value) => library.topics.includes(value),
    archived: (value) => (value === 'true') === (library.state === 'archived'),
    // every repository of this world is public and no fork
    fork: (value) => value !== 'only',
    is: (value) => value === 'public',
  }
  const meetsAll = [...qualifiers].every(([key, values]) =>
    values.every((value) => tests[key]?.(value) ?? true),
  )
  return meetsAll && words.every((word) => text.includes(word))
}

function textOf(library: SimulatedLibrary, fields: readonly string[]): string {
  const texts: Record<string, string> = {
    name: `${library.name} ${fullNameOf(library)}`,
    description: library.description,
    topics: library.topics.join(' '),
    readme: library.description,
  }
  return fields
    .map((field) => texts[field] ?? '')
    .join('\n')
    .toLowerCase()
}

/** `>20`, `>=20`, `<20`, `<=20`, `20`, `10..50`, `10..*`. Any other value matches everything. */
function inRange(text: string, value: number, read: (text: string) => number = Number): boolean {
  const [low, high] = text.split('..')
  if (high !== undefined)
    return (low === '*' || value >= read(low ?? '')) && (high === '*' || value <= read(high))
  const [, operator = '', bound = ''] = /^(>=|<=|>|<)?(.*)$/.exec(text) ?? []
  const limit = read(bound)
  if (Number.isNaN(limit)) return true
  if (operator === '>') return value > limit
  if (operator === '>=') return value >= limit
  if (operator === '<') return value < limit
  return operator === '<=' ? value <= limit : value === limit
}

/** The best match is the one with most stars: GitHub's other weights are unknown. */
function sorted(libraries: SimulatedLibrary[], parameters: URLSearchParams): SimulatedLibrary[] {
  const byTime = parameters.get('sort') === 'updated'
  const weight = (library: SimulatedLibrary) => (byTime ? library.pushedAt.getTime() : library.stars)
  const sign = parameters.has('sort') && parameters.get('order') === 'asc' ? 1 : -1
  return libraries.sort((a, b) => sign * (weight(a) - weight(b)) || a.githubId - b.githubId)
}

function whole(text: string | null, otherwise: number): number {
  return text !== null && /^[1-9]\d*$/.test(text) ? Number(text) : otherwise
}
