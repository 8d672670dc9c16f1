import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { TOKEN, client, quota, node, found, aliasesOf, states, manyNames } from './github-in-test.ts'
import { calm, rejection, sendJson } from '../loopback.ts'
import { anyText } from '../../../support/any-text.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

describe('with a token', () => {
  it('fetches a hundred names in one request, each with its own outcome', async () => {
    const { github, asked } = await client(
      (response, request) => {
        const data = aliasesOf(request).map(([alias, name], index) => [
          alias,
          node(name, { databaseId: index + 1 }),
        ])
        sendJson(response, { data: Object.fromEntries(data) as unknown })
      },
      { token: TOKEN },
    )
    const names = manyNames(100)
    expect(github.batchSize).toBe(100)
    const answers = await github.repositories(names, calm())
    expect(answers).toEqual(names.map((name, index) => found(name, { githubId: index + 1 })))
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /graphql'])
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'user-agent': 'almanac/0.1 (test)',
      'x-github-api-version': '2022-11-28',
    })
  })

  it('a rename, an archive, a deletion, a block and a missing response have one outcome each', async () => {
    const { github } = await client(
      (response) => {
        const errors = [
          {
            type: 'NOT_FOUND',
            path: ['r2'],
            message: "Could not resolve to a Repository with the name 'a/gone'.",
          },
          { type: 'FORBIDDEN', path: ['r3'], message: 'Resource not accessible by personal access token' },
          { path: ['r4'], message: 'Repository access blocked (DMCA)' },
          { type: 'SERVICE_UNAVAILABLE', path: ['r5'], message: 'Try later' },
        ]
        const data = {
          r0: node('new/Home', { databaseId: 5 }),
          r1: node('a/old', { isArchived: true, pushedAt: null, diskUsage: null }),
          r2: null,
          r3: null,
          r4: null,
          r5: null,
          r6: node('a/odd', { stargazerCount: -1 }),
        }
        sendJson(response, { data, errors })
      },
      { token: TOKEN },
    )
    const names = ['a/moved', 'a/old', 'a/gone', 'a/closed', 'a/dmca', 'a/later', 'a/odd', 'a/silent']
    const answers = await github.repositories(names, calm())
    expect(answers.slice(0, 2)).toEqual([
      found('a/moved', { fullName: 'new/Home', githubId: 5 }),
      found('a/old', { githubId: 7, archived: true, pushedAt: null, sizeKb: null }),
    ])
    expect(states(answers.slice(2))).toEqual([
      ['a/gone', 'gone'],
      ['a/closed', 'blocked'],
      ['a/dmca', 'blocked'],
      ['a/later', 'unknown'],
      ['a/odd', 'unknown'],
      ['a/silent', 'unknown'],
    ])
    expect(answers[2]).toMatchObject({ reason: "Could not resolve to a Repository with the name 'a/gone'." })
  })

  it('gives two names of one repository one id, and requests a repeated name once', async () => {
    const { github, asked } = await client(
      (response, request) => {
        const data = aliasesOf(request).map(([alias]) => [alias, node('jax-ml/jax', { databaseId: 9 })])
        sendJson(response, { data: Object.fromEntries(data) as unknown })
      },
      { token: TOKEN },
    )
    const names = ['google/jax', 'jax-ml/jax', 'Google/JAX']
    const answers = await github.repositories(names, calm())
    expect(answers).toEqual(names.map((name) => found(name, { fullName: 'jax-ml/jax', githubId: 9 })))
    expect(asked.flatMap(aliasesOf).map(([, name]) => name)).toEqual(['google/jax', 'jax-ml/jax'])
  })

  it('never sends an invalid name, whatever it holds', async () => {
    const { github, asked } = await client(
      (response) => {
        sendJson(response, { data: {} })
      },
      { token: TOKEN },
    )
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const odd = `${text}/"){viewer{login}}`
        expect(states(await github.repositories([odd], calm()))).toEqual([[odd, 'unknown']])
      }),
    )
    expect(asked).toEqual([])
  })

  it.each([
    [
      'the primary limit',
      { type: 'RATE_LIMITED', message: 'API rate limit exceeded' },
      quota(0, 20 * 60_000),
      1_200_000,
    ],
    ['the secondary limit', { message: 'You have exceeded a secondary rate limit.' }, quota(4_000), 60_000],
  ])(
    'treats %s with status 200 as RateLimited, and sends nothing before it ends',
    async (_name, error, headers, delayMs) => {
      const { github, asked } = await client(
        (response) => {
          sendJson(response, { data: null, errors: [error] }, 200, headers)
        },
        { token: TOKEN, sleep: () => Promise.reject(new Error('it would wait')) },
      )
      const first = (await rejection(github.repositories(['a/b'], calm()))) as {
        type: string
        retryAfterMs: number
      }
      expect(first.type).toBe('RateLimited')
      expect(first.retryAfterMs).toBeGreaterThanOrEqual(delayMs)
      expect(first.retryAfterMs).toBeLessThanOrEqual(delayMs * 1.1)
      await rejection(github.repositories(['a/b'], calm()))
      expect(asked).toHaveLength(1)
    },
  )

  it('treats a wrong token as CredentialsRejected, says what to do, and does not show the token', async () => {
    const { github } = await client(
      (response) => {
        sendJson(response, { message: 'Bad credentials', status: '401' }, 401)
      },
      { token: TOKEN },
    )
    const error = await rejection(github.repositories(['a/b'], calm()))
    expect(error).toMatchObject({ type: 'CredentialsRejected' })
    expect(String(error)).toContain('GITHUB_TOKEN')
    expect(JSON.stringify(error) + String(error)).not.toContain(TOKEN)
  })

  it.each<[string, string, unknown]>([
    [
      'a query that took too long',
      'UpstreamUnavailable',
      { errors: [{ message: 'Something went wrong while executing your query.' }] },
    ],
    [
      'a query that is refused',
      'UpstreamRejected',
      { errors: [{ message: "Field 'x' doesn't exist on type 'Repository'" }] },
    ],
    ['neither data nor an error', 'PayloadInvalid', {}],
    ['another shape', 'PayloadInvalid', { data: [] }],
  ])('GraphQL: %s is %s', async (_what, type, body) => {
    const { github } = await client(
      (response) => {
        sendJson(response, body)
      },
      { token: TOKEN },
    )
    expect(await rejection(github.repositories(['a/b'], calm()))).toMatchObject({ type })
  })
})
