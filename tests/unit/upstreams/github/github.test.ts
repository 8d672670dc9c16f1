import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../../core/durations.ts'
import {
  client,
  quota,
  hit,
  page,
  found,
  queryOf,
  searchedFor,
  isSearch,
  states,
  manyNames,
  searchWithout,
} from './github-in-test.ts'
import { calm, loopback, rejection, sendJson, type Answering } from '../loopback.ts'
import { compareFields } from '../../../../upstreams/fields.ts'
import { REPOSITORY } from '../../../../upstreams/github/github-fields.ts'
import { driftOf } from '../drift.ts'
import { described, describeRecorded, recorded } from '../recordings.ts'

describe('without a token', () => {
  it('fetches twenty names in one search, forks included, in any case', async () => {
    const { github, asked } = await client((response, request) => {
      sendJson(response, page(searchedFor(request).map((name) => hit(name.toUpperCase()))))
    })
    const names = manyNames(20)
    expect(github.batchSize).toBe(20)
    const answers = await github.repositories(names, calm())
    expect(answers).toEqual(
      names.map((name) => found(name, { fullName: name.toUpperCase(), githubId: 1000 + name.length })),
    )
    expect(asked.flatMap(searchedFor)).toEqual(names)
    expect(
      asked.map((one) => [queryOf(one).get('per_page'), queryOf(one).get('q')?.endsWith(' fork:true')]),
    ).toEqual([['100', true]])
    expect(asked[0]?.headers.authorization).toBeUndefined()
  })

  it('the longest names give an address that fits', async () => {
    const { github, asked } = await client((response) => {
      sendJson(response, page([]))
    })
    const names = Array.from(
      { length: 20 },
      (_, index) => `${'a'.repeat(39)}/${String(index).padStart(100, 'n')}`,
    )
    // Nothing but the searches matters here.
    await rejection(github.repositories(names, calm()))
    expect(asked[0]?.url.length).toBeLessThan(8_000)
  })

  it('searches are six seconds apart, and wait for the reset when the minute is used up', async () => {
    const { github, slept } = await client((response, request, number) => {
      sendJson(
        response,
        page(searchedFor(request).map((name) => hit(name))),
        200,
        quota(number === 2 ? 0 : 5, 66_000),
      )
    })
    for (const name of manyNames(3)) await github.repositories([name], calm())
    expect(slept).toEqual([6_000, 60_000])
  })

  it('requests missing names one by one: moved, deleted and blocked differ', async () => {
    const missing = ['a/moved', 'a/gone', 'a/dmca', 'a/tos']
    const { github, asked, baseUrl } = await client(
      searchWithout(missing, (response, { url }) => {
        if (url === '/repos/a/moved') {
          sendJson(response, { message: 'Moved Permanently' }, 301, {
            location: `${baseUrl}/repositories/5?x=1`,
          })
        } else if (url === '/repositories/5?x=1') sendJson(response, hit('new/Home', { id: 5 }))
        else if (url === '/repos/a/dmca') {
          sendJson(response, { message: 'Repository access blocked', block: { reason: 'dmca' } }, 451)
        } else if (url === '/repos/a/tos')
          sendJson(response, { message: 'Repository access blocked' }, 403, quota(30))
        else sendJson(response, { message: 'Not Found' }, 404)
      }),
    )
    const answers = await github.repositories(['a/there', ...missing], calm())
    expect(states(answers)).toEqual([
      ['a/there', 'found'],
      ['a/moved', 'found'],
      ['a/gone', 'gone'],
      ['a/dmca', 'blocked'],
      ['a/tos', 'blocked'],
    ])
    expect(answers[1]).toEqual(found('a/moved', { fullName: 'new/Home', githubId: 5 }))
    expect(asked).toHaveLength(6)
  })

  it('does not follow a redirect to another host, and ends a redirect circle', async () => {
    const stranger = await loopback((response) => {
      sendJson(response, hit('evil/x'))
    })
    const { github, asked } = await client(
      searchWithout(['a/away', 'a/round'], (response, { url }) => {
        const location = url === '/repos/a/away' ? `${stranger.baseUrl}/repositories/1` : '/repositories/2'
        sendJson(response, { message: 'Moved Permanently' }, 301, { location })
      }),
    )
    expect(states(await github.repositories(['a/away', 'a/round'], calm()))).toEqual([
      ['a/away', 'unknown'],
      ['a/round', 'unknown'],
    ])
    expect(stranger.asked).toEqual([])
    expect(asked.map(({ url }) => url).slice(1)).toEqual([
      '/repos/a/away',
      '/repos/a/round',
      '/repositories/2',
      '/repositories/2',
      '/repositories/2',
    ])
  })

  it('repeats a refused part in halves, within eight searches', async () => {
    const hidden = 'owner/name-13'
    const { github, asked } = await client((response, request) => {
      if (!isSearch(request)) sendJson(response, { message: 'Not Found' }, 404)
      else if (searchedFor(request).includes(hidden))
        sendJson(response, { message: 'Validation Failed' }, 422)
      else sendJson(response, page(searchedFor(request).map((name) => hit(name))))
    })
    const answers = await github.repositories(manyNames(20), calm())
    expect(answers.filter(({ state }) => state === 'gone').map(({ asked: name }) => name)).toContain(hidden)
    // Whoever a ninth search would have found is asked by name.
    expect(answers.filter(({ state }) => state === 'unknown')).toEqual([])
    expect(asked.filter(isSearch)).toHaveLength(8)
    expect(asked.filter((one) => !isSearch(one)).length).toBeLessThanOrEqual(4)
  })

  it('repeats a search that timed out once; then missing names are unknown, not gone', async () => {
    const { github, asked } = await client((response) => {
      sendJson(response, page([hit('a/b')], { incomplete_results: true }))
    })
    expect(states(await github.repositories(['a/b', 'c/d'], calm()))).toEqual([
      ['a/b', 'found'],
      ['c/d', 'unknown'],
    ])
    expect(asked).toHaveLength(2)
  })

  it('requests forty names an hour one by one, the rest stay unknown until the window is over', async () => {
    const { github, asked, pass } = await client(
      searchWithout(manyNames(100), (response) => {
        sendJson(response, { message: 'Not Found' }, 404, quota(59))
      }),
    )
    const answers = []
    for (let start = 0; start < 60; start += 20) {
      answers.push(...(await github.repositories(manyNames(60).slice(start, start + 20), calm())))
    }
    expect(answers.map(({ state }) => state)).toEqual([
      ...Array.from({ length: 40 }, () => 'gone'),
      ...Array.from({ length: 20 }, () => 'unknown'),
    ])
    expect(asked.filter((one) => !isSearch(one))).toHaveLength(40)
    pass(HOUR_MS)
    expect(states(await github.repositories(['owner/name-59'], calm()))).toEqual([['owner/name-59', 'gone']])
  })

  it('leaves a reserve of the quota to other programs', async () => {
    const { github, asked } = await client(
      searchWithout(['a/b', 'c/d', 'e/f'], (response, _asked, number) => {
        sendJson(response, { message: 'Not Found' }, 404, quota(number === 2 ? 11 : 10))
      }),
    )
    expect(states(await github.repositories(['a/b', 'c/d', 'e/f'], calm()))).toEqual([
      ['a/b', 'gone'],
      ['c/d', 'gone'],
      ['e/f', 'unknown'],
    ])
    expect(asked).toHaveLength(3)
  })

  it('a quota that others used up makes a name unknown; a refusal of a minute is RateLimited', async () => {
    const refuse = (headers: Record<string, string>): Answering =>
      searchWithout(['a/b'], (response) => {
        sendJson(response, { message: 'API rate limit exceeded for 127.0.0.1.' }, 403, headers)
      })
    const long = await client(refuse(quota(0)))
    expect(states(await long.github.repositories(['a/b', 'c/d'], calm()))).toEqual([
      ['a/b', 'unknown'],
      ['c/d', 'found'],
    ])
    const short = await client(refuse({ 'retry-after': '60' }))
    expect(await rejection(short.github.repositories(['a/b', 'c/d'], calm()))).toMatchObject({
      type: 'RateLimited',
    })
  })
})

describeRecorded('recorded GitHub answers', () => {
  it('have no field other than known, and all that are in its description are', async () => {
    const [{ body }] = recorded('github/Repository.setUp.json') as [{ body: unknown }]
    const found = typeof body === 'string' ? (JSON.parse(body) as unknown) : body
    const drift = await driftOf('github', () => {
      compareFields(REPOSITORY, [found])
      for (const name of ['full-repository', 'repo-search-result-item'])
        compareFields(REPOSITORY, [described('github-openapi.subset.json', name)])
    })
    expect(drift).toEqual([])
  })

  interface Exchange {
    path: string
    status: number
    headers: Record<string, string>
    body: unknown
  }
  const replayed = (file: string): Answering => {
    const exchanges = recorded(`github/${file}`) as Exchange[]
    return (response, { url, headers }) => {
      const exchange = exchanges.find(({ path }) => path === url)
      const location = exchange?.headers['location']?.replace(
        'https://api.github.com',
        `http://${headers.host ?? ''}`,
      )
      sendJson(response, exchange?.body, exchange?.status ?? 500, {
        ...(location === undefined ? {} : { location }),
      })
    }
  }

  it('follows a rename to the current name', async () => {
    const { github } = await client(
      searchWithout(['protoncoin/protoncoin'], replayed('Repository.testGetRepositoryWith301Redirect.json')),
    )
    expect(await github.repositories(['protoncoin/protoncoin'], calm())).toEqual([
      {
        asked: 'protoncoin/protoncoin',
        state: 'found',
        githubId: 112_116_543,
        fullName: 'padima2/protoncoin',
        stars: 5,
        archived: false,
        pushedAt: new Date('2018-03-31T14:05:44Z'),
        sizeKb: 7_149,
      },
    ])
  })

  it('treats a refusal for an empty quota as RateLimited', async () => {
    const [, refusal] = recorded('github/SpecificExceptions.testRateLimitExceeded.json') as Exchange[]
    const { github } = await client((response) => {
      const remaining = refusal?.headers['x-ratelimit-remaining'] ?? ''
      sendJson(response, refusal?.body, refusal?.status, { 'x-ratelimit-remaining': remaining })
    })
    expect(await rejection(github.repositories(['a/b'], calm()))).toMatchObject({ type: 'RateLimited' })
  })
})
