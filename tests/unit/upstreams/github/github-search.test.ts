import { describe, expect, it } from 'vitest'
import { client, hit, page, queryOf, manyNames } from './github-in-test.ts'
import { calm, rejection, sendJson, type Answering } from '../loopback.ts'

describe('a search', () => {
  /** `count` hits in pages, as GitHub gives them. */
  const pagesOf =
    (count: number): Answering =>
    (response, asked) => {
      const from = (Number(queryOf(asked).get('page')) - 1) * 100
      const items = manyNames(count).map((name, index) => hit(name, { id: index + 1 }))
      sendJson(response, page(items.slice(from, from + 100), { total_count: count }))
    }

  it.each([
    [250, 1_000, 250, 3],
    [250, 120, 120, 2],
    [300, 200, 200, 2],
    [40, 100, 40, 1],
    [1_500, 5_000, 1_000, 10],
    [40, 0, 0, 0],
  ])('a search of %d hits, at most %d: gives %d in %d pages', async (hits, limit, given, pages) => {
    const { github, asked } = await client(pagesOf(hits))
    const answer = await github.search('topic:finance stars:>20', limit, calm())
    expect(answer.map(({ fullName }) => fullName)).toEqual(manyNames(given))
    expect(asked.map((one) => Number(queryOf(one).get('page')))).toEqual(
      Array.from({ length: pages }, (_, index) => index + 1),
    )
    for (const one of asked) {
      expect(Object.fromEntries(queryOf(one))).toMatchObject({
        q: 'topic:finance stars:>20',
        sort: 'stars',
        order: 'desc',
        per_page: '100',
      })
    }
  })

  it('returns a hit that moved between two pages once', async () => {
    const { github } = await client((response, asked) => {
      const first = manyNames(100).map((name, index) => hit(name, { id: index + 1 }))
      sendJson(response, page(queryOf(asked).get('page') === '1' ? first : first.slice(-1)))
    })
    expect(await github.search('x', 200, calm())).toHaveLength(100)
  })

  it('repeats a search that timed out once, and does not use a partial result', async () => {
    const once = await client((response, _asked, number) => {
      sendJson(response, page([hit('a/b')], { incomplete_results: number === 1 }))
    })
    expect(await once.github.search('x', 10, calm())).toHaveLength(1)
    const twice = await client((response) => {
      sendJson(response, page([hit('a/b')], { incomplete_results: true }))
    })
    expect(await rejection(twice.github.search('x', 10, calm()))).toMatchObject({
      type: 'UpstreamUnavailable',
    })
  })

  it('names the setting of a search that GitHub does not understand', async () => {
    const { github } = await client((response) => {
      sendJson(response, { message: 'Validation Failed' }, 422)
    })
    const error = await rejection(github.search('stars:>>', 10, calm()))
    expect(error).toMatchObject({ type: 'UpstreamRejected' })
    expect(String(error)).toContain('almanac.yaml')
  })
})
