/** What comes of a repository that moved, or that its host does not give. */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MINUTE_MS } from '../../../../core/durations.ts'
import { createGit } from '../../../../upstreams/git/git.ts'
import { bothFail, client, cloned, NAME, PLAIN, request, says } from './git-asking.ts'
import { gitHost, repository, type Before } from './git-host.ts'
import { calm, rejection } from '../../../unit/upstreams/loopback.ts'

describe('a redirect', () => {
  const to =
    (location: (path: string) => string, from = 'astro/old'): Before =>
    (asked, response) => {
      const path = asked.url ?? ''
      if (!path.startsWith(`/${from}`)) return false
      response.writeHead(301, { location: location(path) }).end()
      return true
    }

  it('follows a redirect to another name on the host', async () => {
    const host = await gitHost(to((path) => path.replace('astro/old', NAME)))
    const [newest] = repository(host, NAME, PLAIN)
    expect(await client(host).head('astro/old', calm())).toBe(newest)
    expect(await cloned(host, { fullName: 'astro/old' })).toMatchObject({ commit: newest })
  })

  it('gives up on an endless redirect to the same name', async () => {
    const failures = await bothFail(
      to((path) => path),
      'astro/old',
    )
    expect(failures).toEqual([
      expect.objectContaining({ type: 'Blocked' }),
      expect.objectContaining({ type: 'Blocked' }),
    ])
  })

  it.each([
    ['a file', 'file:///etc/passwd'],
    ['a program', 'ext::sh -c true'],
    ['another page of the host', '/login?return_to=astro'],
    ['another protocol of the host', 'https://127.0.0.1/astro/stars.git/info/refs'],
    ['nothing', ''],
  ])('rejects a redirect to %s', async (_what, location) => {
    const failures = await bothFail(
      to(() => location),
      'astro/old',
    )
    expect(failures).toEqual([
      expect.objectContaining({ type: 'Blocked' }),
      expect.objectContaining({ type: 'Blocked' }),
    ])
  })

  it('rejects a redirect to an invalid name', async () => {
    const failures = await bothFail(
      to(() => '/-o/x%0a.git/info/refs'),
      'astro/old',
    )
    expect(failures).toEqual([
      expect.objectContaining({ type: 'PayloadInvalid' }),
      expect.objectContaining({ type: 'PayloadInvalid' }),
    ])
  })

  it('rejects a redirect to another host before contacting it', async () => {
    const asked: string[] = []
    const other = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      other.close()
    })
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/astro/stars.git/info/refs`
    const failures = await bothFail(
      to(() => elsewhere),
      'astro/old',
    )
    expect(failures).toEqual([
      expect.objectContaining({ type: 'Blocked' }),
      expect.objectContaining({ type: 'Blocked' }),
    ])
    expect(asked).toEqual([])
  })
})

describe('a refusal', () => {
  const REFUSALS: [status: number, body: string, type: string][] = [
    [401, '', 'NotFound'],
    [403, '', 'Blocked'],
    [403, 'Repository unavailable due to DMCA takedown.', 'Blocked'],
    [403, 'You have exceeded a secondary rate limit.', 'RateLimited'],
    [404, 'Repository not found.', 'NotFound'],
    [410, '', 'NotFound'],
    [429, '', 'RateLimited'],
    [451, '', 'Blocked'],
    [500, '', 'UpstreamUnavailable'],
    [503, 'Repository not found.', 'UpstreamUnavailable'],
    [418, '', 'CommandFailed'],
    [200, 'no git here\n', 'PayloadInvalid'],
  ]
  const saying = (status: number, body: string) =>
    says(status, body, { 'content-type': 'text/plain', 'www-authenticate': 'Basic' })

  it.each(REFUSALS)('treats %i "%s" as %s', async (status, body, type) => {
    const host = await gitHost(saying(status, body))
    expect(await rejection(client(host).head(NAME, calm()))).toMatchObject({ type })
  })

  // Some of them follow for a clone, too, which takes twice as many programs.
  it.each(REFUSALS)('treats %i "%s" as %s in a clone', { tags: 'long' }, async (status, body, type) => {
    expect(await bothFail(saying(status, body))).toEqual([
      expect.objectContaining({ type }),
      expect.objectContaining({ type }),
    ])
  })

  it('a rate refusal says when to retry', async () => {
    expect(await bothFail(says(429))).toEqual([
      expect.objectContaining({ retryAfterMs: MINUTE_MS }),
      expect.objectContaining({ retryAfterMs: MINUTE_MS }),
    ])
  })

  it('reports a refusal in one line, without control characters', async () => {
    const [failure] = await bothFail(says(403, 'DMCA \u001b[31mtakedown\u0007\nmore'))
    expect(failure).toMatchObject({
      message: `The newest commit of ${NAME} cannot be requested: access to it is blocked by its host (git says: remote: DMCA [31mtakedown).`,
    })
  })

  it('reports a missing repository at once, without a prompt', async () => {
    const host = await gitHost()
    expect(await rejection(client(host).head(NAME, calm()))).toMatchObject({ type: 'NotFound' })
    expect(host.asked).toHaveLength(1)
  })

  it('treats a refused connection as retryable', async () => {
    const failures = await bothFail((asked) => {
      asked.socket.destroy()
      return true
    })
    const away = createGit({ baseUrl: 'http://127.0.0.1:1' })
    expect([...failures, await rejection(away.head(NAME, calm()))]).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ type: 'UpstreamUnavailable' }) as unknown),
    )
  })

  it('treats a connection lost in a pack as retryable', async () => {
    const host = await gitHost((asked, response) => {
      if (asked.method !== 'POST') return false
      response.writeHead(200, {
        'content-type': 'application/x-git-upload-pack-result',
        'content-length': '999',
      })
      response.write('0')
      response.socket?.end()
      return true
    })
    repository(host, NAME, PLAIN)
    const asked = request()
    expect(await rejection(client(host).clone(asked))).toMatchObject({ type: 'UpstreamUnavailable' })
    expect(existsSync(asked.target)).toBe(false)
  })
})
