import { describe, expect, it } from 'vitest'
import { client, quota, hit, page, manyNames } from './github-in-test.ts'
import { calm, CHALLENGE, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'

describe('refusals', () => {
  const secondary =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

  it.each<[string, number, string, Record<string, string>, number]>([
    ['an empty quota', 403, 'API rate limit exceeded', quota(0, 42_000), 42_000],
    ['an empty quota with 429', 429, 'API rate limit exceeded', quota(0, 42_000), 42_000],
    ['the secondary limit with Retry-After', 403, secondary, { ...quota(50), 'retry-after': '33' }, 33_000],
    ['the secondary limit without', 403, secondary, quota(50), 60_000],
    ['the secondary limit with 429, without', 429, secondary, quota(50), 60_000],
    ['its old name', 403, 'You have triggered an abuse detection mechanism.', {}, 60_000],
    ['the limit of a proxy', 403, 'x', { 'gh-limited-by': 'search-elapsed-time-shared-grouped' }, 60_000],
  ])(
    'treats %s as RateLimited, and the next request waits for its end',
    async (_name, status, message, headers, delayMs) => {
      const { github, slept } = await client((response, _asked, number) => {
        if (number === 1) sendJson(response, { message }, status, headers)
        else sendJson(response, page([hit('a/b')]))
      })
      const error = (await rejection(github.repositories(['a/b'], calm()))) as {
        type: string
        retryAfterMs: number
      }
      expect(error.type).toBe('RateLimited')
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(delayMs)
      expect(error.retryAfterMs).toBeLessThanOrEqual(delayMs * 1.1)
      await github.repositories(['a/b'], calm())
      expect(slept).toEqual([delayMs])
    },
  )

  it.each<[string, string, Answering]>([
    [
      'a firewall',
      'Blocked',
      (response) => {
        sendHtml(response, CHALLENGE, 403)
      },
    ],
    [
      'a 403 that is no limit',
      'Blocked',
      (response) => {
        sendJson(response, { message: 'Forbidden' }, 403)
      },
    ],
    [
      'a unicorn',
      'UpstreamUnavailable',
      (response) => {
        sendHtml(response, '<h1>Unicorn!</h1>', 502)
      },
    ],
    [
      'a web page',
      'PayloadInvalid',
      (response) => {
        sendHtml(response, '<h1>GitHub</h1>')
      },
    ],
    [
      'a page of another shape',
      'PayloadInvalid',
      (response) => {
        sendJson(response, page([{ id: 1 }]))
      },
    ],
    [
      'a redirect of the search',
      'UpstreamRejected',
      (response) => {
        sendJson(response, {}, 301, { location: '/x' })
      },
    ],
  ])('GitHub: %s is %s', async (_name, type, answer) => {
    const { github } = await client(answer)
    expect(await rejection(github.repositories(['a/b'], calm()))).toMatchObject({ type })
  })

  it('treats more names than a batch holds as our defect, and sends nothing for no names', async () => {
    const { github, asked } = await client((response) => {
      sendJson(response, page([]))
    })
    expect(await rejection(github.repositories(manyNames(21), calm()))).toBeInstanceOf(RangeError)
    expect(await github.repositories([], calm())).toEqual([])
    expect(asked).toEqual([])
  })

  it('an abort keeps its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled by the run')
    const { github } = await client(() => {
      controller.abort(reason)
    })
    expect(await rejection(github.repositories(['a/b'], controller.signal))).toBe(reason)
  })
})
