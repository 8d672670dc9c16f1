import { describe, expect, it } from 'vitest'
import { createModrinth, parseProjects, parseVersions } from '../../../upstreams/modrinth.ts'
import { calm, loopback, rejection, sendJson, type Answering } from './loopback.ts'
import { driftOf } from './drift.ts'
import { described, describeRecorded, recorded, recording } from './recordings.ts'

const project = (id: string, slug: string) => ({
  id,
  slug,
  title: slug,
  downloads: 1,
  followers: 2,
  versions: [] as string[],
})
const version = (id: string) => ({
  id,
  project_id: 'AABBCCDD',
  name: id,
  version_number: '1',
  downloads: 3,
  date_published: '2024-01-02T03:04:05.123456Z',
})

async function client(answer: Answering) {
  const server = await loopback(answer)
  return { ...server, modrinth: createModrinth({ baseUrl: server.baseUrl, userAgent: 'almanac/0.1 (test)' }) }
}

/** The ids that a bulk address asks for. */
const idsOf = (url: string): string[] =>
  JSON.parse(new URL(url, 'http://x').searchParams.get('ids') ?? '[]') as string[]

/** Distinct names of Modrinth's id shape. */
const manyIds = (length: number): string[] =>
  Array.from({ length }, (_, index) => index.toString(36).padStart(8, 'A'))

describeRecorded('recorded Modrinth answers', () => {
  it('have no field other than known, and all that are in its description are', async () => {
    const drift = await driftOf('modrinth', () => {
      for (const file of ['dynmap-bad-server-side', 'fabric-api', 'nucledoom'])
        parseProjects(JSON.stringify([recorded(`modrinth/itzg-project-${file}.json`)].flat()))
      for (const file of ['itzg-project-fabric-api', 'itzg-project-nucledoom', 'mc-publish'])
        parseVersions(recording(`modrinth/${file}-versions.json`))
      parseProjects(recording('modrinth/mc-publish-projects.json'))
      parseProjects(JSON.stringify([described('modrinth-openapi-v2.yaml', 'Project')]))
      parseVersions(JSON.stringify([described('modrinth-openapi-v2.yaml', 'Version')]))
    })
    expect(drift).toEqual([])
  })

  it.each([
    ['itzg-project-dynmap-bad-server-side.json', [['fRQREgAc', 'dynmap', 'Dynmap®', 59_991, 456, 101]]],
    ['itzg-project-fabric-api.json', [['P7dR8mSH', 'fabric-api', 'Fabric API', 68_102_105, 21_168, 998]]],
    ['itzg-project-nucledoom.json', [['GpxZbmCB', 'nucledoom', 'NucleDoom', 248, 10, 2]]],
    [
      'mc-publish-projects.json',
      [
        ['P7dR8mSH', 'fabric-api', 'Fabric API', 5_709_336, 7_646, 733],
        ['AANobbMI', 'sodium', 'Sodium', 5_627_827, 10_714, 29],
        ['YL57xq9U', 'iris', 'Iris Shaders', 3_818_927, 7_689, 121],
        ['gvQqBUqZ', 'lithium', 'Lithium', 3_163_843, 7_825, 43],
        ['mOgUt4GM', 'modmenu', 'Mod Menu', 3_019_410, 7_580, 124],
        ['9s6osm5g', 'cloth-config', 'Cloth Config API', 2_946_261, 4_069, 92],
      ],
    ],
  ])('reads the recorded projects of %s', (file, expected) => {
    const { rows, rejected } = parseProjects(JSON.stringify([recorded(`modrinth/${file}`)].flat()))
    expect(rejected).toEqual([])
    expect(
      rows.map((row) => [row.id, row.slug, row.title, row.downloads, row.followers, row.versionIds?.length]),
    ).toEqual(expected)
  })

  it.each([
    [
      'itzg-project-fabric-api-versions.json',
      1_068,
      122_950_335,
      '2021-01-23T14:29:25.322Z',
      '2026-01-20T16:28:48.851Z',
    ],
    ['itzg-project-nucledoom-versions.json', 2, 447, '2025-04-01T09:35:15.347Z', '2025-04-03T20:55:12.720Z'],
    ['mc-publish-versions.json', 43, 3_528_425, '2021-01-03T00:56:52.295Z', '2023-12-20T22:19:35.442Z'],
  ])('reads the recorded versions of %s', (file, versions, downloads, first, last) => {
    const { rows, rejected } = parseVersions(recording(`modrinth/${file}`))
    expect(rejected).toEqual([])
    expect(new Set(rows.map((row) => row.id)).size).toBe(versions)
    expect(rows.reduce((sum, row) => sum + row.downloads, 0)).toBe(downloads)
    const dates = rows.map((row) => row.datePublished?.toISOString()).toSorted()
    expect([dates[0], dates.at(-1)]).toEqual([first, last])
  })

  it('reads a version completely', () => {
    const { rows } = parseVersions(recording('modrinth/itzg-project-nucledoom-versions.json'))
    expect(rows[0]).toEqual({
      id: 'kaPx3ZLL',
      projectId: 'GpxZbmCB',
      name: '1.1.0',
      versionNumber: '1.1.0',
      downloads: 411,
      datePublished: new Date('2025-04-03T20:55:12.720Z'),
    })
  })
})

describe('projects in bulk', () => {
  it('finds by id and by slug in any case, and names what is missing', async () => {
    const { modrinth, asked } = await client((response) => {
      sendJson(response, [project('AABBCCDD', 'sodium'), project('EEFFGGHH', 'iris')])
    })
    const found = await modrinth.projects(['AABBCCDD', 'Iris', 'gone', 'aabbccdd', 'Iris'], calm())
    expect(found.projects.map((row) => row.slug)).toEqual(['sodium', 'iris'])
    // Ids are case-sensitive: this one is another.
    expect(found.missing).toEqual(['gone', 'aabbccdd'])
    expect(idsOf(asked[0]?.url ?? '')).toEqual(['AABBCCDD', 'Iris', 'gone', 'aabbccdd'])
    expect(asked[0]?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(found.raw).toMatchObject([
      {
        source: 'modrinth',
        body: JSON.stringify([project('AABBCCDD', 'sodium'), project('EEFFGGHH', 'iris')]),
      },
    ])
  })

  it('sends nothing for no ids', async () => {
    const { modrinth, asked } = await client((response) => {
      sendJson(response, [])
    })
    expect(await modrinth.projects([], calm())).toEqual({ projects: [], missing: [], rejected: [], raw: [] })
    expect(asked).toHaveLength(0)
  })

  it('treats a broken row as rejected, not missing, and keeps the others', async () => {
    const { modrinth } = await client((response) => {
      const broken = [
        { ...project('EEFFGGHH', 'iris'), downloads: -4 },
        { id: 'IIJJKKLL', slug: 7 },
      ]
      sendJson(response, [project('AABBCCDD', 'sodium'), ...broken])
    })
    const found = await modrinth.projects(['sodium', 'iris', 'EEFFGGHH', 'IIJJKKLL', 'gone'], calm())
    expect(found.projects).toMatchObject([{ slug: 'sodium' }, { slug: 'iris', downloads: null }])
    expect(found.rejected).toMatchObject([
      { row: { slug: 'iris' }, fields: ['downloads'] },
      { row: { id: 'IIJJKKLL' } },
    ])
    expect(found.missing).toEqual(['gone'])
  })

  it('returns a project requested by id and by slug once', async () => {
    const { modrinth } = await client((response) => {
      sendJson(response, [project('AABBCCDD', 'sodium'), project('AABBCCDD', 'sodium')])
    })
    expect((await modrinth.projects(['AABBCCDD', 'sodium'], calm())).projects).toHaveLength(1)
  })

  it('keeps every address under 8 KB, loses none, even with slugs that swell when encoded', async () => {
    const { modrinth, asked } = await client((response) => {
      sendJson(response, [])
    })
    const slugs = Array.from({ length: 1_000 }, (_, index) => `it's-"ü"-${index}`)
    const found = await modrinth.projects(slugs, calm())
    expect(found.missing).toEqual(slugs)
    expect(asked.flatMap(({ url }) => idsOf(url))).toEqual(slugs)
    for (const { url } of asked) expect(url.length).toBeLessThanOrEqual(8_000)
    expect(asked.length).toBeGreaterThan(1)
  })

  it('asks for fifty projects a call, so that the largest stay within the bound of an answer', async () => {
    const { modrinth, asked } = await client((response) => {
      sendJson(response, [])
    })
    await modrinth.projects(
      Array.from({ length: 120 }, (_, index) => `mod-${index}`),
      calm(),
    )
    expect(asked.map(({ url }) => idsOf(url).length)).toEqual([50, 50, 20])
  })
})

describe('versions in bulk', () => {
  it('requests all versions without changelogs, in a few calls of under 8 KB', async () => {
    const { modrinth, asked } = await client((response, { url }) => {
      sendJson(response, idsOf(url).map(version))
    })
    const ids = manyIds(2_000)
    const found = await modrinth.versions(ids, calm())
    expect(found.versions.map((row) => row.id)).toEqual(ids)
    expect(found.missing).toEqual([])
    // 17 characters an id: 466 fit.
    expect(asked).toHaveLength(5)
    for (const { url } of asked) {
      expect(url.length).toBeLessThanOrEqual(8_000)
      expect(url).toContain('include_changelog=false')
    }
    expect(found.raw).toHaveLength(5)
  })

  it('never sends more than three requests at once', async () => {
    let open = 0
    let most = 0
    let release = (): void => undefined
    const three = new Promise<void>((resolve) => {
      release = resolve
    })
    const { modrinth, asked } = await client((response, { url }, number) => {
      open += 1
      most = Math.max(most, open)
      // The first three wait for each other, and then long enough for a fourth to show itself, were there one.
      if (number === 3) setTimeout(release, 50)
      void three.then(() => {
        open -= 1
        sendJson(response, idsOf(url).map(version))
      })
    })
    await modrinth.versions(manyIds(2_000), calm())
    expect(asked).toHaveLength(5)
    expect(most).toBe(3)
  })

  it('reports an invalid id as missing without failing the batch', async () => {
    const { modrinth, asked } = await client((response, { url }) => {
      sendJson(response, idsOf(url).map(version))
    })
    const found = await modrinth.versions(['AABBCCDD', 'not an id', 'EEFFGGHH'], calm())
    expect(found.versions).toHaveLength(2)
    expect(found.missing).toEqual(['not an id'])
    expect(asked.flatMap(({ url }) => idsOf(url))).toEqual(['AABBCCDD', 'EEFFGGHH'])
  })
})

describe('when Modrinth refuses', () => {
  it('reports a retired version of the API', async () => {
    const { modrinth } = await client((response) => {
      sendJson(response, { error: 'gone' }, 410)
    })
    const error = await rejection(modrinth.projects(['sodium'], calm()))
    expect(error).toMatchObject({ type: 'NotFound' })
    expect(String(error)).toContain('retired')
  })

  it('treats a 429 without Retry-After as RateLimited until its reset', async () => {
    const { modrinth } = await client((response) => {
      const headers = { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '17' }
      sendJson(
        response,
        { error: 'ratelimit_error', description: 'retry after 17000 milliseconds' },
        429,
        headers,
      )
    })
    const error = (await rejection(modrinth.projects(['sodium'], calm()))) as {
      type: string
      retryAfterMs: number
    }
    expect(error.type).toBe('RateLimited')
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(17_000)
  })

  it('treats another shape as PayloadInvalid, and a text cut in the middle as UpstreamUnavailable', async () => {
    const { modrinth } = await client((response, _asked, number) => {
      if (number === 1) sendJson(response, { projects: [] })
      else response.writeHead(200, { 'content-type': 'application/json' }).end('[{"id":"AABBCC')
    })
    expect(await rejection(modrinth.projects(['sodium'], calm()))).toMatchObject({ type: 'PayloadInvalid' })
    expect(await rejection(modrinth.projects(['sodium'], calm()))).toMatchObject({
      type: 'UpstreamUnavailable',
    })
  })
})
