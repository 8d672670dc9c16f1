import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../../core/durations.ts'
import { createQuotas } from '../../../../simulator/library-context/github-quota.ts'
import { startSimulator, type Simulator } from '../../../../simulator/server.ts'
import { ask, simulatorForTests } from '../asking.ts'
import { keys } from '../recordings.ts'

interface GraphError {
  type?: string
  path?: string[]
  locations?: { line: number; column: number }[]
  message: string
}
interface Answer {
  data?: Record<string, Record<string, unknown> | null>
  errors?: GraphError[]
}
interface Found {
  total_count: number
  incomplete_results: boolean
  items: { full_name: string; stargazers_count: number; archived: boolean; score: number }[]
}

const TOKEN = { authorization: 'Bearer a-token' }
const simulator = simulatorForTests({ rateLimits: false, libraries: 1_200 })

const post = (to: Simulator, body: unknown, headers: Record<string, string> = TOKEN) =>
  ask(to, '/github/graphql', { method: 'POST', headers, body: JSON.stringify(body) })
const graphql = async (query: string, variables?: Record<string, unknown>) =>
  (await (await post(simulator.get(), { query, variables })).json()) as Answer

describe("the simulated GitHub's GraphQL", () => {
  it('GraphQL gives many repositories by their aliases, in one call', async () => {
    const { data, errors } = await graphql(`
      query {
        a0: repository(owner: "sim-astro", name: "skymap") {
          ...fields
        }
        a1: repository(owner: "sim-surveys", name: "galzoo") {
          ...fields
        }
        a2: repository(owner: "sim-astro", name: "astro-nothing") {
          ...fields
        }
        rateLimit {
          cost
          remaining
          nodeCount
        }
      }
      fragment fields on Repository {
        databaseId
        nameWithOwner
        stargazerCount
        isArchived
        pushedAt
        diskUsage
        defaultBranchRef {
          name
        }
      }
    `)
    expect(errors).toBeUndefined()
    const { libraries } = simulator.get().world
    const map = libraries.byName('sim-astro/SkyMap')?.library
    expect(data?.['a0']).toEqual({
      databaseId: map?.githubId,
      nameWithOwner: 'sim-astro/SkyMap',
      stargazerCount: 3_650,
      isArchived: false,
      pushedAt: map?.pushedAt.toISOString().replace('.000Z', 'Z'),
      diskUsage: expect.any(Number) as number,
      defaultBranchRef: { name: 'main' },
    })
    expect(data?.['a1']?.['nameWithOwner']).toBe('sim-surveys/galaxy-tools')
    expect([data?.['a2']?.['diskUsage'], data?.['a2']?.['defaultBranchRef']]).toEqual([0, null])
    expect(data?.['rateLimit']).toEqual({ cost: 1, remaining: 5_000, nodeCount: 3 })
  })

  it('GraphQL gives null and the reason for what is missing or blocked, and the rest', async () => {
    const { data, errors } = await graphql(
      '{ gone: repository(owner: "sim-astro", name: "astro-gone") { databaseId }\n' +
        '  blocked: repository(owner: "sim-astro", name: "astro-blocked") { databaseId }\n' +
        '  repository(owner: "sim-astro", name: "poppy") { databaseId, stars: stargazerCount } }',
    )
    expect([data?.['gone'], data?.['blocked'], data?.['repository']?.['stars']]).toEqual([null, null, 1_180])
    expect(errors).toEqual([
      {
        type: 'NOT_FOUND',
        path: ['gone'],
        locations: [{ line: 1, column: 3 }],
        message: "Could not resolve to a Repository with the name 'sim-astro/astro-gone'.",
      },
      {
        type: 'FORBIDDEN',
        path: ['blocked'],
        locations: [{ line: 2, column: 3 }],
        message: 'Repository access blocked',
      },
    ])
  })

  it('GraphQL reads variables, their defaults, escapes, and whether renames are followed', async () => {
    const query = `query($owner: String!, $name: String = "poppy", $follow: Boolean) {
      repository(owner: $owner, name: $name, followRenames: $follow) { owner { login } name __typename }
      escaped: repository(owner: "sim\\u002dastro", name: """poppy""") { name }
    }`
    const found = await graphql(query, { owner: 'sim-optics' })
    expect(found.data).toEqual({
      repository: { owner: { login: 'sim-optics' }, name: 'poppy', __typename: 'Repository' },
      escaped: { name: 'poppy' },
    })
    const renamed = await graphql(query, { owner: 'sim-surveys', name: 'galzoo', follow: false })
    expect([renamed.data?.['repository'], renamed.errors?.[0]?.type]).toEqual([null, 'NOT_FOUND'])
  })

  it('GraphQL refuses with status 200 what it cannot read or does not have', async () => {
    const unknown = await graphql('{ repository(owner: "a", name: "b") { id } nonsense { id } }')
    expect(unknown).toEqual({
      errors: [
        expect.objectContaining({ message: "Field 'nonsense' doesn't exist on type 'Query'" }) as GraphError,
      ],
    })
    expect(
      (await graphql('{ repository(owner: "sim-astro", name: "poppy") { starCount } }')).errors?.[0]?.message,
    ).toBe("Field 'starCount' doesn't exist on type 'Repository'")
    const unreadable = await graphql('{ repository(owner: "a"\n name: ?) { id } }')
    expect([keys(unreadable), unreadable.errors?.[0]?.locations]).toEqual([
      ['errors'],
      [{ line: 2, column: 8 }],
    ])
    for (const query of [
      '{',
      '{ }',
      'query {a} query {b}',
      '{ ...lost }',
      '{ a(b: ) { c } }',
      'fragment a on B { ...a } { ...a }',
    ])
      expect(keys(await graphql(query))).toEqual(['errors'])
    expect((await (await post(simulator.get(), {})).json()) as Answer).toEqual({
      errors: [{ message: 'A query attribute must be specified and must be a string.' }],
    })
    const garbled = await ask(simulator.get(), '/github/graphql', {
      method: 'POST',
      headers: TOKEN,
      body: '{',
    })
    expect([garbled.status, await garbled.json()]).toEqual([
      400,
      expect.objectContaining({ message: 'Problems parsing JSON' }),
    ])
  })

  it('GraphQL costs a point up to 100 repositories and more beyond, from its own limit', async () => {
    const counting = await startSimulator({ libraries: 120 })
    const asking = (count: number) => {
      const fields = Array.from(
        { length: count },
        (_, index) => `r${index}: repository(owner: "sim-astro", name: "extra-${index + 1}") { databaseId }`,
      )
      return { query: `{ ${fields.join(' ')} rateLimit { cost remaining } }` }
    }
    const cost = async (count: number) => {
      const response = await post(counting, asking(count))
      const { data, errors } = (await response.json()) as Answer
      expect(errors).toBeUndefined()
      const resource = response.headers.get('x-ratelimit-resource')
      return [data?.['rateLimit'], response.headers.get('x-ratelimit-remaining'), resource]
    }
    expect(await cost(100)).toEqual([{ cost: 1, remaining: 4_999 }, '4999', 'graphql'])
    expect(await cost(101)).toEqual([{ cost: 2, remaining: 4_997 }, '4997', 'graphql'])
    const rest = await ask(counting, '/github/repos/sim-astro/poppy', { headers: TOKEN })
    expect(rest.headers.get('x-ratelimit-remaining')).toBe('4999')
    await counting.close()
  })

  it('GraphQL says with status 200 that its points are spent', () => {
    const quotas = createQuotas({ rateLimits: true, now: () => 0 })
    const caller = { token: 'a-token', client: '127.0.0.1' }
    expect(quotas.take(caller, 'graphql', 4_999)).toBeUndefined()
    const refused = quotas.take(caller, 'graphql', 2)
    expect([refused?.status, JSON.parse(refused?.body ?? '')]).toEqual([
      200,
      { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded for user ID 1.' }] },
    ])
    expect(quotas.take({ ...caller, token: 'another' }, 'graphql', 2)).toBeUndefined()
  })

  it('GraphQL gives zeros by fault', async () => {
    const query = '{ repository(owner: "sim-astro", name: "poppy") { stargazerCount } }'
    simulator.get().faults.set('github', { kind: 'wrong-type', field: 'stargazerCount', value: 0, times: 1 })
    expect((await graphql(query)).data).toEqual({ repository: { stargazerCount: 0 } })
    expect((await graphql(query)).data).toEqual({ repository: { stargazerCount: 1_180 } })
  })
})

const searched = (q: string, more = '') =>
  ask(simulator.get(), `/github/search/repositories?q=${encodeURIComponent(q)}${more}`)
const found = async (q: string, more = '') => (await (await searched(q, more)).json()) as Found
const names = ({ items }: Found) => items.map(({ full_name }) => full_name)
const refusal = async (q: string, more = '') => {
  const response = await searched(q, more)
  const body = (await response.json()) as { message: string; errors?: { message?: string; code: string }[] }
  return [response.status, body.message, body.errors?.[0]?.message ?? body.errors?.[0]?.code]
}
const CANNOT_BE_SEARCHED =
  'The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.'

describe("the simulated GitHub's search", () => {
  it('search finds any of several named repositories in any case, and none renamed, deleted or blocked', async () => {
    const asked = ['SIM-ASTRO/skymap', 'sim-optics/poppy', 'sim-surveys/GalZoo', 'sim-astro/astro-gone']
    const hits = await found(
      [...asked, 'sim-astro/astro-blocked', 'nobody/nothing', 'sim-astro/einsteinpy-geodesics']
        .map((name) => `repo:${name}`)
        .join(' '),
    )
    expect(names(hits)).toEqual(['sim-astro/SkyMap', 'sim-optics/poppy', 'sim-astro/einsteinpy-geodesics'])
    expect([hits.total_count, hits.incomplete_results]).toEqual([3, false])
    expect(hits.items.map(({ archived, score }) => [archived, score])).toEqual([
      [false, 1],
      [false, 1],
      [true, 1],
    ])
  })

  it('search refuses if none of the named repositories is visible', async () => {
    const refused = [422, 'Validation Failed', CANNOT_BE_SEARCHED]
    expect(await refusal('repo:sim-surveys/GalZoo repo:nobody/nothing')).toEqual(refused)
    expect(await refusal('user:nobody')).toEqual(refused)
  })

  it('search finds by words and qualifiers', async () => {
    const finance = ['sim-finance/quant-lab', 'sim-finance/portfolio-kit', 'sim-finance/option-pricing']
    expect(names(await found('finance language:python stars:>2000', '&sort=stars&order=desc'))).toEqual(
      finance,
    )
    expect(names(await found('topic:quant stars:2000..6000'))).toEqual(finance.slice(1))
    expect(names(await found('quant in:name'))).toEqual(finance.slice(0, 1))
    expect(names(await found('org:sim-finance stars:<=2300', '&sort=stars&order=asc'))).toEqual([
      'sim-finance/backtest-engine',
      'sim-finance/option-pricing',
    ])
    expect(names(await found('"option pricing"'))).toEqual(finance.slice(2))
    expect(names(await found('geodesics archived:false'))).toEqual([])
    expect(names(await found('nothing-of-the-kind'))).toEqual([])
  })

  it('search gives pages of at most 100 and a thousand in all, most stars first', async () => {
    const first = await found('Simulated library in:description', '&per_page=500')
    expect([first.total_count, first.items.length]).toEqual([1_200, 100])
    const stars = first.items.map(({ stargazers_count }) => stargazers_count)
    expect(stars).toEqual([...stars].sort((a, b) => b - a))
    expect((await found('Simulated library')).items).toHaveLength(30)
    const tenth = await found('Simulated library', '&per_page=100&page=10')
    expect(tenth.items).toHaveLength(100)
    expect(names(tenth).filter((name) => names(first).includes(name))).toEqual([])
    expect(await refusal('Simulated library', '&per_page=100&page=11')).toEqual([
      422,
      'Only the first 1000 search results are available',
      undefined,
    ])
  })

  it('search refuses no query, a long one and one with many operators, but counts no qualifier as length', async () => {
    expect(await refusal('')).toEqual([422, 'Validation Failed', 'missing'])
    expect(await refusal('a'.repeat(257))).toEqual([
      422,
      'Validation Failed',
      'The search is longer than 256 characters.',
    ])
    expect((await searched('a'.repeat(256))).status).toBe(200)
    expect((await refusal('a OR b OR c OR d OR e OR f OR g'))[2]).toBe(
      'More than five AND / OR / NOT operators were used.',
    )
    const twenty = Array.from({ length: 20 }, (_, index) => `repo:sim-astro/extra-${index + 1}`)
    expect((await found(twenty.join(' '))).total_count).toBe(20)
  })

  it('search can be incomplete or empty by fault', async () => {
    const { faults } = simulator.get()
    faults.set('github', { kind: 'wrong-type', field: 'incomplete_results', value: true, times: 1 })
    expect((await found('repo:sim-astro/poppy')).incomplete_results).toBe(true)
    faults.set('github', { kind: 'empty', times: 1 })
    expect(await found('repo:sim-astro/poppy')).toEqual({
      total_count: 0,
      incomplete_results: false,
      items: [],
    })
  })

  it.each([
    ['without a token', 10, {}],
    ['with one', 30, TOKEN],
  ])('search allows a few requests a minute %s: %i', async (_, limit, headers) => {
    let nowMs = Date.parse('2026-05-04T10:00:00Z')
    const counting = await startSimulator({ now: () => nowMs })
    const asked = () =>
      ask(counting, '/github/search/repositories?q=repo:sim-astro/poppy', { headers: { ...headers } })
    for (let request = 0; request < limit; request += 1) expect((await asked()).status).toBe(200)
    const refused = await asked()
    expect([refused.status, refused.headers.get('x-ratelimit-resource')]).toEqual([403, 'search'])
    expect(Number(refused.headers.get('x-ratelimit-reset')) * 1_000).toBe(nowMs + MINUTE_MS)
    nowMs += MINUTE_MS
    expect((await asked()).status).toBe(200)
    await counting.close()
  })
})
