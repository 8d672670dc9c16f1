import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../../../simulator/server.ts'
import { answerOf, ask, askJson, idsQuery, simulatorForTests } from '../asking.ts'
import { hasRecordings, keys, recording, schemaFields } from '../recordings.ts'

interface Project {
  id: string
  slug: string
  downloads: number
  followers: number
  versions: string[]
  published: string
}
interface Version {
  id: string
  project_id: string
  name: string
  downloads: number
  date_published: string
  changelog: string | null
  loaders: string[]
}

const V2 = '/modrinth/v2'
const simulator = simulatorForTests({ mods: 60, rateLimits: false })
const project = async (id: string) => (await askJson(simulator.get(), `${V2}/project/${id}`)) as Project
const versions = async (path: string) => (await askJson(simulator.get(), V2 + path)) as Version[]

describe.skipIf(!hasRecordings)('simulated Modrinth has the shape of the real one:', () => {
  it('a project has exactly the fields of recorded projects', async () => {
    const ours = await project('createnuclear')
    for (const file of ['itzg-project-fabric-api.json', 'itzg-project-nucledoom.json']) {
      expect(keys(ours)).toEqual(keys(recording(`modrinth/${file}`)))
    }
  })

  it('a version, its file and its dependency have exactly the fields of recorded ones', async () => {
    interface Parts {
      files: unknown[]
      dependencies: unknown[]
    }
    const [ours] = (await versions('/project/createnuclear/version')) as unknown as Parts[]
    const [theirs] = recording('modrinth/itzg-project-nucledoom-versions.json') as Parts[]
    expect(keys(ours)).toEqual(keys(theirs))
    expect(keys(ours?.files[0])).toEqual(keys(theirs?.files[0]))
    expect(keys(ours?.dependencies[0])).toEqual(keys(theirs?.dependencies[0]))
  })

  it('the specification requires no missing field, except the new "environment" that no recording has', async () => {
    const [version] = await versions('/project/createnuclear/version')
    for (const [name, ours] of [
      ['Project', await project('createnuclear')],
      ['Version', version],
    ] as const) {
      const { required } = schemaFields('modrinth-openapi-v2.yaml', name)
      expect(required.length).toBeGreaterThan(5)
      expect(required.filter((field) => !keys(ours).includes(field))).toEqual(['environment'])
    }
  })
})

describe('simulated Modrinth', () => {
  it('gives a project by slug and by id, with the numbers of the world', async () => {
    const bySlug = await project('createnuclear')
    expect(await project(bySlug.id)).toEqual(bySlug)
    const { modrinth } = simulator.get().world.truthOf(simulator.get().world.mod(0))
    expect(bySlug).toMatchObject({
      id: modrinth.id,
      downloads: modrinth.downloads,
      followers: modrinth.followers,
    })
    expect(bySlug.versions).toHaveLength(14)
    expect(bySlug.published).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  })

  it('lists all versions at once, newest first, under names that repeat', async () => {
    const list = await versions('/project/createnuclear/version')
    expect(list.map(({ id }) => id).sort()).toEqual([...(await project('createnuclear')).versions].sort())
    const dates = list.map(({ date_published }) => date_published)
    expect(dates).toEqual([...dates].sort().reverse())
    expect(new Set(list.map(({ name }) => name)).size).toBeLessThan(list.length)
    const fabric = await versions(
      `/project/createnuclear/version?loaders=${encodeURIComponent('["fabric"]')}`,
    )
    expect(fabric).toEqual(list.filter(({ loaders }) => loaders.includes('fabric')))
    expect(fabric.length).toBeGreaterThan(0)
  })

  it('omits the changelog on request', async () => {
    const long = await versions('/project/createnuclear/version')
    const short = await versions('/project/createnuclear/version?include_changelog=false')
    expect(long.every(({ changelog }) => typeof changelog === 'string')).toBe(true)
    expect(short).toEqual(long.map((version) => ({ ...version, changelog: null })))
  })

  it('gives many projects at once, in its own order, and omits unknown ids', async () => {
    const slugs = ['createnuclear', 'sim-mod-1', 'no-such-mod', 'sim-mod-2', 'sim-mod-3', 'sim-mod-2']
    const found = (await askJson(simulator.get(), `${V2}/projects?${idsQuery(slugs)}`)) as Project[]
    expect(found.map(({ slug }) => slug).sort()).toEqual([
      'createnuclear',
      'sim-mod-1',
      'sim-mod-2',
      'sim-mod-3',
    ])
    expect(found.map(({ slug }) => slug)).not.toEqual([
      'createnuclear',
      'sim-mod-1',
      'sim-mod-2',
      'sim-mod-3',
    ])
    expect(found.find(({ slug }) => slug === 'createnuclear')).toEqual(await project('createnuclear'))
  })

  it('gives many versions at once, each as it is alone', async () => {
    const ids = (await project('createnuclear')).versions
    const found = await versions(`/versions?${idsQuery([...ids, 'AAAAAAAA'])}&include_changelog=false`)
    expect(found.map(({ id }) => id).sort()).toEqual([...ids].sort())
    expect(
      await askJson(simulator.get(), `${V2}/version/${found[0]?.id ?? ''}?include_changelog=false`),
    ).toEqual(found[0])
  })

  it('responds byte for byte the same on the same date', async () => {
    const again = await startSimulator({ mods: 60, clock: () => new Date('2026-05-04T23:00:00Z') })
    for (const path of ['/modrinth/v2/project/createnuclear/version', '/curseforge/v1/mods/989797/files']) {
      expect(await (await ask(again, path)).text()).toBe(await (await ask(simulator.get(), path)).text())
    }
    await again.close()
  })

  it.each([
    ['/modrinth/v2/project/nobody', 404, 'not_found'],
    ['/modrinth/v2/project/nobody/version', 404, 'not_found'],
    ['/modrinth/v2/version/AAAAAAAA', 404, 'not_found'],
    ['/modrinth/v2/nothing', 404, 'not_found'],
    ['/modrinth/v1/mod/createnuclear', 410, 'api_deprecated'],
    ['/modrinth/v2/projects', 400, 'invalid_input'],
    ['/modrinth/v2/projects?ids=createnuclear', 400, 'invalid_input'],
  ])('responds to %s with %i and names the error', async (path, status, error) => {
    const response = await ask(simulator.get(), path)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ error, description: expect.any(String) as string })
  })

  it('refuses addresses over 8 KB', async () => {
    const ids = (bytes: number) => `ids=${'x'.repeat(bytes - '/v2/projects?ids='.length)}`
    expect((await ask(simulator.get(), `${V2}/projects?${ids(8_192)}`)).status).toBe(400)
    expect((await ask(simulator.get(), `${V2}/projects?${ids(8_193)}`)).status).toBe(414)
    expect((await ask(simulator.get(), `${V2}/projects?${ids(30_000)}`)).status).toBe(414)
  })

  it('refuses a client that does not identify itself', async () => {
    for (const agent of [
      '',
      'node',
      'undici',
      'undici/7.1.0',
      'curl/8.5.0',
      'axios/1.7.2',
      'python-requests/2.32',
    ]) {
      const response = await ask(simulator.get(), `${V2}/project/createnuclear`, {
        headers: { 'user-agent': agent },
      })
      expect([agent, response.status]).toEqual([agent, 403])
      expect(response.headers.get('content-type')).not.toContain('json')
    }
  })

  it('counts 300 requests a minute and then responds with 429 without Retry-After', async () => {
    let now = 0
    const limited = await startSimulator({ now: () => now })
    const first = await ask(limited, `${V2}/project/nobody`)
    const others: number[] = []
    for (let asked = 1; asked < 301; asked += 1)
      others.push((await answerOf(limited, `${V2}/project/nobody`)).status)
    expect([first.status, ...others]).toEqual(new Array(301).fill(404))
    const refused = await ask(limited, `${V2}/project/nobody`)
    expect(rateHeaders(first)).toEqual(['300', '299', '0'])
    expect(refused.status).toBe(429)
    expect(rateHeaders(refused)).toEqual(['300', '0', '60'])
    expect(refused.headers.has('retry-after')).toBe(false)
    const description = 'You are being rate-limited. Please retry after 200 milliseconds. 0/300 remaining.'
    expect(await refused.json()).toEqual({ error: 'ratelimit_error', description })
    expect(limited.requests.list().at(-1)?.status).toBe(429)
    now = 200
    expect((await ask(limited, `${V2}/project/createnuclear`)).status).toBe(200)
    await limited.close()
  })
})

function rateHeaders(response: Response): (string | null)[] {
  return ['limit', 'remaining', 'reset'].map((part) => response.headers.get(`x-ratelimit-${part}`))
}
