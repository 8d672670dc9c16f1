import { describe, expect, it, vi } from 'vitest'
import { startSimulator } from '../../../../simulator/server.ts'
import { answerOf, ask, askJson, simulatorForTests } from '../asking.ts'
import { hasRecordings, keys, recording, schemaFields } from '../recordings.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

interface Mod {
  id: number
  slug: string
  name: string
  classId: number
  downloadCount: number
  thumbsUpCount: number
  logo: object | null
  links: Record<string, string | null>
  allowModDistribution: boolean | null
  latestFiles: File[]
  latestFilesIndexes: object[]
}
interface File {
  id: number
  downloadUrl: string | null
  fileDate: string
  downloadCount: number
}
interface Page<T> {
  data: T[]
  pagination: { index: number; pageSize: number; resultCount: number; totalCount: number }
}

const V1 = '/curseforge/v1'
const simulator = simulatorForTests({ mods: 60, rateLimits: false })
const mod = async (id: number) => ((await askJson(simulator.get(), `${V1}/mods/${id}`)) as { data: Mod }).data
const files = async (query: string) =>
  (await askJson(simulator.get(), `${V1}/mods/989797/files${query}`)) as Page<File>
const search = async (query: string) =>
  (await askJson(simulator.get(), `${V1}/mods/search?gameId=432${query}`)) as Page<Mod>
const post = (body: string) => ask(simulator.get(), `${V1}/mods`, { method: 'POST', body })

/** The recorded answers are WireMock mappings; the newest one holds its body as JSON. */
function recordedMod(): Mod {
  return (recording('curseforge/v1_mods_238222.json') as { response: { jsonBody: { data: Mod } } }).response
    .jsonBody.data
}
function recordedBody(file: string): unknown {
  return JSON.parse((recording(`curseforge/${file}`) as { response: { body: string } }).response.body)
}

describe.skipIf(!hasRecordings)('simulated CurseForge has the shape of the real one:', () => {
  it('a mod, its links, logo and file index have exactly the fields of the newest recorded mod', async () => {
    const [ours, theirs] = [await mod(989_797), recordedMod()]
    expect(keys(ours)).toEqual(keys(theirs))
    expect(keys(ours.links)).toEqual(keys(theirs.links))
    expect(keys(ours.logo)).toEqual(keys(theirs.logo))
    expect(keys(ours.latestFilesIndexes[0])).toEqual(keys(theirs.latestFilesIndexes[0]))
  })

  it('a file has exactly the fields of the newest recorded file, and all of the older ones', async () => {
    const ours = (await files('')).data[0]
    expect(keys(ours)).toEqual(keys(recordedMod().latestFiles.at(-1)))
    const older = recordedBody('v1_mods_238222_files_4644453-b7ba62e2-168c-4aa0-aaab-92acfed0d285.json')
    expect(keys(ours)).toEqual(expect.arrayContaining(keys((older as { data: unknown }).data)))
  })

  it('a search response has the fields of a recorded one, around hits that have all of its hits', async () => {
    const ours = await search('&classId=6&slug=createnuclear')
    const theirs = recordedBody('v1_mods_search-781cf780-7195-4075-8193-2c997834472c.json') as Page<Mod>
    expect(keys(ours)).toEqual(keys(theirs))
    expect(ours.pagination).toEqual(theirs.pagination)
    expect(keys(ours.data[0])).toEqual(expect.arrayContaining(keys(theirs.data[0])))
  })

  it('has no field that the specification does not know', async () => {
    for (const [name, ours] of [
      ['Mod', await mod(989_797)],
      ['File', (await files('')).data[0]],
    ] as const) {
      const { known } = schemaFields('curseforge-openapi.yaml', name)
      expect(keys(ours).filter((field) => !known.includes(field))).toEqual([])
    }
  })
})

describe('simulated CurseForge', () => {
  it('gives mods and modpacks by id, with the numbers of the world', async () => {
    const { world } = simulator.get()
    const { curseforge, modpacks } = world.truthOf(world.mod(0))
    expect(await mod(989_797)).toMatchObject({
      id: 989_797,
      slug: 'createnuclear',
      classId: 6,
      downloadCount: curseforge.downloadCount,
      thumbsUpCount: curseforge.thumbsUpCount,
    })
    const pack = modpacks[0]
    expect(await mod(pack?.id ?? 0)).toMatchObject({
      slug: pack?.slug,
      classId: 4471,
      downloadCount: pack?.downloads,
    })
  })

  it('pages the files by fifty, newest first, each file once', async () => {
    const pages = [
      await files(''),
      await files('?index=50&pageSize=50'),
      await files('?index=100&pageSize=500'),
    ]
    expect(pages.map(({ pagination }) => pagination)).toEqual([
      { index: 0, pageSize: 50, resultCount: 50, totalCount: 120 },
      { index: 50, pageSize: 50, resultCount: 50, totalCount: 120 },
      { index: 100, pageSize: 50, resultCount: 20, totalCount: 120 },
    ])
    const all = pages.flatMap(({ data }) => data)
    expect(new Set(all.map(({ id }) => id)).size).toBe(120)
    const dates = all.map(({ fileDate }) => Date.parse(fileDate))
    expect(dates).toEqual([...dates].sort((a, b) => b - a))
    expect((await files('?index=120')).data).toEqual([])
    const sum = all.reduce((total, { downloadCount }) => total + downloadCount, 0)
    expect((await mod(989_797)).downloadCount).toBeGreaterThanOrEqual(sum)
    const alone = await askJson(simulator.get(), `${V1}/mods/989797/files/${all[0]?.id ?? 0}`)
    expect(alone).toEqual({ data: all[0] })
  })

  it('writes dates with no fraction or one to three digits of it', async () => {
    const dates = (await files('')).data.map(({ fileDate }) => fileDate)
    for (const date of dates) expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z$/)
    expect(new Set(dates.map((date) => date.length)).size).toBe(4)
  })

  it('omits logos and download addresses where a real mod may', async () => {
    const mods = await Promise.all(Array.from({ length: 12 }, (_, index) => mod(1_000_001 + index)))
    expect(new Set(mods.map(({ logo }) => logo === null))).toEqual(new Set([true, false]))
    expect(new Set(mods.map(({ allowModDistribution }) => allowModDistribution))).toEqual(
      new Set([true, false, null]),
    )
    for (const { allowModDistribution, latestFiles } of mods) {
      for (const file of latestFiles) expect(file.downloadUrl === null).toBe(allowModDistribution === false)
    }
  })

  it('gives up to a thousand mods at once and omits unknown ids', async () => {
    const response = await post(
      JSON.stringify({ modIds: [5, 1_000_001, 989_797, 2_000_000, 5], filterPcOnly: true }),
    )
    const { data } = (await response.json()) as { data: Mod[] }
    expect(data.map(({ id }) => id).sort()).toEqual([1_000_001, 2_000_000, 989_797])
    expect(data.find(({ id }) => id === 989_797)).toEqual(await mod(989_797))
    const many = (count: number) => JSON.stringify({ modIds: Array.from({ length: count }, (_, id) => id) })
    expect((await post(many(1_000))).status).toBe(200)
    expect((await post(many(1_001))).status).toBe(400)
    for (const body of ['', '{', '{}', '{"modIds":["5"]}']) expect((await post(body)).status).toBe(400)
  })

  it('finds a slug exactly with a class, and loosely without', async () => {
    const slugs = async (query: string) => (await search(query)).data.map(({ slug }) => slug)
    expect(await slugs('&classId=4471&slug=rebel-tactics-2')).toEqual(['rebel-tactics-2'])
    expect(await slugs('&classId=4471&slug=rebel-tactics')).toEqual(['rebel-tactics'])
    expect(await slugs('&classId=4471&slug=createnuclear')).toEqual([])
    expect(await slugs('&classId=6&slug=rebel-tactics-2')).toEqual([])
    expect(await slugs('&classId=4471&slug=gone-from-the-api')).toEqual([])
    expect(await slugs('&slug=rebel-tactics-2')).toEqual(['rebel-tactics', 'rebel-tactics-2'])
    expect(await slugs('&classId=6&searchFilter=nuclear')).toEqual(['createnuclear'])
    expect((await search('&classId=6&pageSize=7')).pagination).toEqual({
      index: 0,
      pageSize: 7,
      resultCount: 7,
      totalCount: 60,
    })
  })

  it.each([
    [`${V1}/mods/1`, 404],
    [`${V1}/mods/1/files`, 404],
    [`${V1}/mods/989797/files/1`, 404],
    [`${V1}/nothing`, 404],
    [`${V1}/mods/search?classId=6&slug=createnuclear`, 400],
    [`${V1}/mods/989797/files?index=9951`, 400],
    [`${V1}/mods/989797/files?index=-1`, 400],
    [`${V1}/mods/989797/files?index=9950`, 200],
  ])('responds to %s with %i', async (path, status) => {
    expect((await ask(simulator.get(), path)).status).toBe(status)
  })

  it('gives a bad key and too many requests the same empty 403', async () => {
    const limited = await startSimulator({ now: () => 0 })
    const path = `${V1}/mods/989797`
    const shape = async (response: Response) => [
      response.status,
      response.headers.get('content-length'),
      response.headers.get('x-cache'),
      response.headers.get('retry-after'),
      await response.text(),
    ]
    const refusal = [403, '0', 'Error from cloudfront', null, '']
    for (const key of ['', 'bad-key']) {
      expect(await shape(await ask(limited, path, { headers: { 'x-api-key': key } }))).toEqual(refusal)
    }
    expect(await shape(await fetch(limited.url + path))).toEqual(refusal)
    const answers = await Promise.all(Array.from({ length: 602 }, () => answerOf(limited, `${V1}/mods/1`)))
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(601)
    expect(await shape(await ask(limited, path))).toEqual(refusal)
    await limited.close()
  })

  it('sends the headers of CloudFront', async () => {
    const { headers } = await ask(simulator.get(), `${V1}/mods/989797`)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('x-cache')).toMatch(/ from cloudfront$/)
    for (const name of ['via', 'x-amz-cf-id', 'x-amz-cf-pop']) expect(headers.has(name)).toBe(true)
  })
})
