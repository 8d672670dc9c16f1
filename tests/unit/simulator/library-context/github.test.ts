import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../../core/durations.ts'
import { createQuotas } from '../../../../simulator/library-context/github-quota.ts'
import { startSimulator } from '../../../../simulator/server.ts'
import { ask, askJson, simulatorForTests } from '../asking.ts'
import { hasRecordings, keys, recording } from '../recordings.ts'

interface Repository {
  id: number
  full_name: string
  stargazers_count: number
}
const TOKEN = { authorization: 'Bearer a-token' }
const simulator = simulatorForTests({ rateLimits: false })
const get = (path: string, headers: Record<string, string> = {}, redirect: 'manual' | 'follow' = 'manual') =>
  ask(simulator.get(), `/github${path}`, { headers, redirect })
const repository = async (path: string) =>
  (await askJson(simulator.get(), `/github${path}`, { redirect: 'manual' })) as Repository
const message = async (response: Response) => ((await response.json()) as { message: string }).message
const limits = (response: Response) =>
  ['limit', 'remaining', 'used', 'resource'].map((name) => response.headers.get(`x-ratelimit-${name}`))

describe.skipIf(!hasRecordings)('the simulated GitHub has the shape of the real one:', () => {
  interface Exchange {
    headers: Record<string, string>
    body: Record<string, unknown>
  }
  const exchanges = (file: string) => recording(`github/${file}`) as Exchange[]
  /** Fields that only who may push sees. */
  const OWNERS =
    /^(?:permissions|security_and_analysis|allow_(?!forking)|delete_branch|use_squash|squash_|merge_)/

  it('a repository has the fields of the recorded one, and its owner too', async () => {
    const theirs = exchanges('Repository.setUp.json')[0]?.body ?? {}
    const ours = (await askJson(simulator.get(), '/github/repos/sim-astro/poppy')) as Record<string, unknown>
    expect(keys(ours)).toEqual(keys(theirs).filter((key) => !OWNERS.test(key)))
    expect(keys(ours['owner'])).toEqual(keys(theirs['owner']))
    for (const [key, value] of Object.entries(ours))
      if (key.endsWith('_url') && typeof value === 'string')
        expect(value.replace('sim-astro/poppy', 'PyGithub/PyGithub')).toBe(theirs[key])
  })

  it('a redirect has the fields of the recorded one', async () => {
    const theirs = exchanges('Repository.testGetRepositoryWith301Redirect.json')[0]
    const ours = await get('/repos/sim-surveys/GalZoo')
    expect(ours.status).toBe(301)
    expect(keys(await ours.json())).toEqual(keys(theirs?.body))
    expect(theirs?.headers['location']).toMatch(/\/repositories\/\d+$/)
    expect(ours.headers.get('location')).toMatch(/\/github\/repositories\/\d+$/)
  })

  it('limits are stated like the recorded ones', async () => {
    const theirs = exchanges('RateLimitOverview.setUp.json')[0]?.body as { resources: object; rate: object }
    const ours = (await askJson(simulator.get(), '/github/rate_limit')) as typeof theirs
    expect(keys(ours)).toEqual(keys(theirs))
    expect(keys(ours.rate)).toEqual(keys(theirs.rate))
    expect(keys(theirs.resources)).toEqual(expect.arrayContaining(keys(ours.resources)))
  })
})

describe('a repository on the simulated GitHub', () => {
  it('finds a repository in any case under its name, and by its number', async () => {
    const found = await repository('/repos/SIM-ASTRO/skymap')
    expect([found.full_name, found.stargazers_count]).toEqual(['sim-astro/SkyMap', 3_650])
    expect(await repository(`/repositories/${found.id}`)).toEqual(found)
  })

  it('redirects a renamed repository to its number', async () => {
    const response = await get('/repos/sim-surveys/galzoo', {}, 'follow')
    const found = (await response.json()) as Repository
    expect([response.redirected, found.full_name]).toEqual([true, 'sim-surveys/galaxy-tools'])
  })

  it('redirects a repository from the moment of its rename during the night', async () => {
    const changing = await startSimulator({ rateLimits: false })
    changing.world.libraries.change('sim-astro/poppy', { name: 'pulsars' })
    const response = await ask(changing, '/github/repos/sim-astro/poppy')
    expect(((await response.json()) as Repository).full_name).toBe('sim-astro/pulsars')
    await changing.close()
  })

  it('reports a repository that is gone, blocked, archived or empty', async () => {
    const gone = await get('/repos/sim-astro/astro-gone')
    expect([gone.status, await message(gone)]).toEqual([404, 'Not Found'])
    expect((await get('/repos/sim-astro/never-was')).status).toBe(404)
    const blocked = await get('/repos/sim-astro/astro-blocked')
    expect(blocked.status).toBe(451)
    expect(await blocked.json()).toEqual({
      message: 'Repository access blocked',
      block: {
        reason: 'dmca',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        html_url: expect.stringContaining('https://github.com/github/dmca/') as string,
      },
    })
    expect(await repository('/repos/sim-astro/einsteinpy-geodesics')).toEqual(
      expect.objectContaining({ archived: true }),
    )
    const empty = (await repository('/repos/sim-astro/astro-nothing')) as unknown as Record<string, unknown>
    expect([empty['size'], empty['pushed_at'] === empty['created_at']]).toEqual([0, true])
    const commits = await get('/repos/sim-astro/astro-nothing/commits')
    expect([commits.status, await message(commits)]).toEqual([409, 'Git Repository is empty.'])
    // whoever wants commits asks git, which costs no quota
    expect((await get('/repos/sim-astro/poppy/commits')).status).toBe(501)
  })

  it('does not send a repository again to a client that has it, and the tag differs by token and format', async () => {
    const path = '/repos/sim-astro/poppy'
    const first = await get(path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/)
    const again = await get(path, { 'if-none-match': etag })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    const since = first.headers.get('last-modified') ?? ''
    expect((await get(path, { 'if-modified-since': since })).status).toBe(304)
    expect((await get(path, { 'if-none-match': etag, ...TOKEN })).status).toBe(200)
    expect((await get(path, { 'if-none-match': etag, accept: 'application/json' })).status).toBe(200)
  })
})

describe('access to the simulated GitHub', () => {
  it('refuses a client that does not identify itself', async () => {
    const socket = connect(simulator.get().port, '127.0.0.1')
    socket.write('GET /github/rate_limit HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    await once(socket, 'close')
    expect(text.split('\r\n')[0]).toBe('HTTP/1.1 403 Forbidden')
    expect(text).toContain('Please make sure your request has a User-Agent header')
  })

  it('refuses a wrong token, and GraphQL without one', async () => {
    const wrong = await get('/repos/sim-astro/poppy', { authorization: 'token bad-one' })
    expect([wrong.status, await message(wrong)]).toEqual([401, 'Bad credentials'])
    const bare = await ask(simulator.get(), '/github/graphql', {
      method: 'POST',
      body: '{"query": "{viewer{login}}"}',
    })
    expect([bare.status, await message(bare)]).toEqual([
      401,
      'This endpoint requires you to be authenticated.',
    ])
  })

  it('refuses an address of more than 8 KB', async () => {
    expect((await get(`/search/repositories?q=${'a'.repeat(8_200)}`)).status).toBe(414)
  })

  it('allows 60 requests an hour without a token, and 5,000 with one', async () => {
    let nowMs = Date.parse('2026-05-04T10:00:00Z')
    const counting = await startSimulator({ now: () => nowMs })
    const path = '/github/repos/sim-astro/poppy'
    const asked = (headers: Record<string, string> = {}) => ask(counting, path, { headers })
    for (let request = 1; request < 60; request += 1) expect((await asked()).status).toBe(200)
    expect(limits(await asked())).toEqual(['60', '0', '60', 'core'])
    const refused = [await asked(), await asked()]
    expect(refused.map(({ status }) => status)).toEqual([403, 429])
    expect(refused.map(({ headers }) => Number(headers.get('x-ratelimit-reset')) * 1_000)).toEqual([
      nowMs + HOUR_MS,
      nowMs + HOUR_MS,
    ])
    expect(refused[0]?.headers.get('retry-after')).toBeNull()
    expect(await message(refused[0] ?? Response.json({}))).toContain('API rate limit exceeded for 127.0.0.1.')
    expect(limits(await asked(TOKEN))).toEqual(['5000', '4999', '1', 'core'])
    nowMs += HOUR_MS
    expect((await asked()).status).toBe(200)
    await counting.close()
  })

  it('counts a 304 only without a token, and a request for the limit never', async () => {
    const counting = await startSimulator()
    const path = '/github/repos/sim-astro/poppy'
    const left = async (headers: Record<string, string>) => {
      const etag = (await ask(counting, path, { headers })).headers.get('etag') ?? ''
      const again = await ask(counting, path, { headers: { ...headers, 'if-none-match': etag } })
      await ask(counting, '/github/rate_limit', { headers })
      return [again.status, again.headers.get('x-ratelimit-remaining')]
    }
    expect(await left({})).toEqual([304, '58'])
    expect(await left(TOKEN)).toEqual([304, '4999'])
    await counting.close()
  })

  it('refuses a client that is too fast for a while, with a delay or with a mere hint', () => {
    let nowMs = 0
    const quotas = createQuotas({ rateLimits: true, now: () => nowMs })
    const caller = { token: 'a-token', client: '127.0.0.1' }
    for (let request = 0; request < 900; request += 1) expect(quotas.take(caller, 'core', 1)).toBeUndefined()
    nowMs = 20_000
    const refused = [quotas.take(caller, 'core', 1), quotas.take(caller, 'core', 1)]
    expect(refused.map((reply) => reply?.status)).toEqual([403, 429])
    expect(refused.map((reply) => reply?.headers['retry-after'])).toEqual(['40', undefined])
    expect(refused[1]?.headers).toHaveProperty('gh-limited-by')
    expect(refused[0]?.body).toContain('secondary rate limit')
    expect(quotas.headers(caller, 'core')['x-ratelimit-remaining']).toBe('4100')
    nowMs = 60_000
    expect(quotas.take(caller, 'core', 1)).toBeUndefined()
  })

  it('refuses by fault: the primary limit, the secondary one with and without its delay', async () => {
    const { faults } = simulator.get()
    const refused = async (shape: 'github-primary' | 'github-secondary' | 'github-secondary-bare') => {
      faults.set('github', { kind: 'rate-limited', shape, seconds: 90, times: 1 })
      const response = await get('/repos/sim-astro/poppy')
      const { headers } = response
      const present = ['x-ratelimit-remaining', 'retry-after', 'gh-limited-by'].map((name) =>
        headers.has(name),
      )
      return [response.status, (await message(response)).includes('secondary'), ...present]
    }
    expect(await refused('github-primary')).toEqual([403, false, true, false, false])
    expect(await refused('github-secondary')).toEqual([403, true, false, true, false])
    expect(await refused('github-secondary-bare')).toEqual([429, true, false, false, true])
  })

  it('refuses no request if rate limits are off', async () => {
    for (let request = 0; request < 70; request += 1)
      expect((await get('/repos/sim-astro/poppy')).status).toBe(200)
  })
})
