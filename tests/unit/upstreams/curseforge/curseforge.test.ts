import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  createCurseForge,
  EMPTY_403_WAITS_MS,
  parseFiles,
  parseMods,
} from '../../../../upstreams/curseforge/curseforge.ts'
import type { Sleep } from '../../../../upstreams/sleep.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'
import { driftOf } from '../drift.ts'
import { described, describeRecorded, recorded } from '../recordings.ts'

const KEY = '$2a$10$test'

const mod = (id: number, slug = `mod-${id}`) => ({
  id,
  slug,
  name: slug,
  downloadCount: 10,
  thumbsUpCount: 4,
  classId: 6,
  links: { websiteUrl: `https://www.curseforge.com/x/${slug}`, wikiUrl: '' },
  logo: null,
})
const file = (id: number) => ({
  id,
  modId: 7,
  displayName: `f${id}`,
  fileName: `f${id}.jar`,
  downloadCount: 2,
  fileDate: '2024-01-02T03:04:05.1Z',
})

async function client(answer: Answering, sleep?: Sleep) {
  const server = await loopback(answer)
  const slept: number[] = []
  const noted: Sleep = (ms) => {
    slept.push(ms)
    return Promise.resolve()
  }
  const options = {
    baseUrl: server.baseUrl,
    apiKey: KEY,
    userAgent: 'almanac/0.1 (test)',
    sleep: sleep ?? noted,
  }
  return { ...server, slept, curseforge: createCurseForge(options) }
}

/** Serves `files` as CurseForge pages them. */
const paged =
  (files: unknown[], totalCount = files.length): Answering =>
  (response, { url }) => {
    const query = new URL(url, 'http://x').searchParams
    const index = Number(query.get('index'))
    const pageSize = Number(query.get('pageSize'))
    const data = files.slice(index, index + pageSize)
    sendJson(response, { data, pagination: { index, pageSize, resultCount: data.length, totalCount } })
  }

/** Where the last page begins that may be asked for. */
const LAST_INDEX = 9_950
/** As `paged`, but the first page has all before the last one: two hundred take long, and are like each other. */
const largePages =
  (files: unknown[]): Answering =>
  (response, { url }) => {
    const index = Number(new URL(url, 'http://x').searchParams.get('index'))
    const data = index === 0 ? files.slice(0, LAST_INDEX) : files.slice(index, index + 50)
    sendJson(response, { data, pagination: { totalCount: files.length } })
  }

const mapping = z.object({
  response: z.union([z.object({ jsonBody: z.unknown() }), z.object({ body: z.string() })]),
})

const MODS = [
  'v1_mods_238222.json',
  'v1_mods_search-2dd68b95-c81b-49ad-829a-5d89c1c1b2c2.json',
  'v1_mods_search-f693f170-735e-4001-8242-b4c24a1e4e21.json',
]
const FILES = [
  'v1_mods_238222_files_4434385-8de5c26d-b14a-4689-815b-448fc69ecc35.json',
  'v1_mods_238222_files_4644453-b7ba62e2-168c-4aa0-aaab-92acfed0d285.json',
]

/** The body inside a recorded mapping. */
function bodyOf(name: string): string {
  const { response } = mapping.parse(recorded(`curseforge/${name}`))
  return 'body' in response ? response.body : JSON.stringify(response.jsonBody)
}

/** A recorded single answer holds `data` itself; lists hold an array of the same. */
const asList = (body: string): string =>
  JSON.stringify({ data: [z.object({ data: z.unknown() }).parse(JSON.parse(body)).data].flat() })

describeRecorded('recorded CurseForge answers', () => {
  it('have no field other than known, and all that are in its description are', async () => {
    const drift = await driftOf('curseforge', () => {
      for (const name of MODS) parseMods(asList(bodyOf(name)))
      for (const name of FILES) parseFiles(asList(bodyOf(name)))
      parseMods(JSON.stringify({ data: [described('curseforge-openapi.yaml', 'Mod')] }))
      parseFiles(JSON.stringify({ data: [described('curseforge-openapi.yaml', 'File')] }))
    })
    expect(drift).toEqual([])
  })

  const jei = {
    id: 238_222,
    slug: 'jei',
    name: 'Just Enough Items (JEI)',
    thumbsUpCount: 1,
    classId: 6,
    websiteUrl: 'https://www.curseforge.com/minecraft/mc-mods/jei',
    hasFiles: true,
  }
  const worldguard = {
    id: 31_054,
    slug: 'worldguard',
    name: 'WorldGuard',
    thumbsUpCount: 0,
    classId: 5,
    websiteUrl: 'https://www.curseforge.com/minecraft/bukkit-plugins/worldguard',
    hasFiles: true,
  }

  it.each([
    ['v1_mods_238222.json', { ...jei, downloadCount: 364_546_645 }],
    ['v1_mods_search-781cf780-7195-4075-8193-2c997834472c.json', { ...jei, downloadCount: 242_375_841 }],
    ['v1_mods_search-f693f170-735e-4001-8242-b4c24a1e4e21.json', { ...jei, downloadCount: 242_375_841 }],
    ['v1_mods_search-2dd68b95-c81b-49ad-829a-5d89c1c1b2c2.json', { ...worldguard, downloadCount: 7_334_802 }],
    ['v1_mods_search-9857bbc1-5406-4357-9d79-1030a97f7a72.json', { ...worldguard, downloadCount: 7_334_802 }],
  ])('reads the recorded mod of %s', (name, expected) => {
    expect(parseMods(asList(bodyOf(name)))).toEqual({ rows: [expected], rejected: [] })
  })

  it.each([
    [
      '4434385-8de5c26d-b14a-4689-815b-448fc69ecc35',
      'jei-1.18.2-forge-10.2.1.1003.jar',
      4_426,
      '2023-03-12T20:32:39.963Z',
    ],
    [
      '4593548-302af753-b376-4818-86ce-aa930437b4d1',
      'jei-1.18.2-forge-10.2.1.1005.jar',
      25_762,
      '2023-06-17T18:36:36.233Z',
    ],
    [
      '4615177-dee8eca2-74b7-4997-acca-5d4ecec61f0c',
      'jei-1.19.2-forge-11.6.0.1016.jar',
      0,
      '2023-06-29T02:51:10.433Z',
    ],
    [
      '4644453-b7ba62e2-168c-4aa0-aaab-92acfed0d285',
      'jei-1.20.1-forge-15.2.0.23.jar',
      0,
      '2023-07-14T22:12:02.650Z',
    ],
  ])('reads file %s', (name, fileName, downloadCount, date) => {
    const { rows, rejected } = parseFiles(asList(bodyOf(`v1_mods_238222_files_${name}.json`)))
    expect(rejected).toEqual([])
    const id = Number(name.split('-')[0])
    expect(rows).toEqual([
      { id, modId: 238_222, displayName: fileName, fileName, downloadCount, fileDate: new Date(date) },
    ])
  })
})

describe('mods in bulk', () => {
  it('requests fifty mods at a time with the key, and names what is missing', async () => {
    const { curseforge, asked } = await client((response, { body }) => {
      const { modIds } = z.object({ modIds: z.array(z.number()) }).parse(JSON.parse(body))
      sendJson(response, { data: modIds.filter((id) => id !== 60).map((id) => mod(id)) })
    })
    const ids = Array.from({ length: 120 }, (_, index) => index + 1)
    const found = await curseforge.mods([...ids, 1, 2], calm())
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill('POST /v1/mods'))
    expect(asked[0]?.headers).toMatchObject({ 'x-api-key': KEY, 'user-agent': 'almanac/0.1 (test)' })
    expect(found.mods).toHaveLength(119)
    expect(found.missing).toEqual([60])
    expect(found.raw).toHaveLength(3)
  })

  it('tolerates absent thumbs, class and links, and returns null', async () => {
    const { curseforge } = await client((response) => {
      const { id, slug, name, downloadCount } = mod(1)
      sendJson(response, {
        data: [
          { id, slug, name, downloadCount, links: { websiteUrl: '' } },
          { ...mod(2), links: null, classId: null },
        ],
      })
    })
    const { mods } = await curseforge.mods([1, 2], calm())
    expect(mods).toMatchObject([
      { thumbsUpCount: null, classId: null, websiteUrl: null },
      { thumbsUpCount: 4, classId: null, websiteUrl: null },
    ])
  })

  it('treats a broken mod as rejected, not missing', async () => {
    const { curseforge } = await client((response) => {
      sendJson(response, { data: [mod(1), { ...mod(2), downloadCount: '12' }] })
    })
    const found = await curseforge.mods([1, 2, 3], calm())
    expect(found.rejected).toMatchObject([
      { reason: expect.stringContaining('downloadCount') as string, row: { id: 2 } },
    ])
    expect(found.missing).toEqual([3])
  })
})

describe('the files of a mod', () => {
  it('reads the files of all pages', async () => {
    const files = Array.from({ length: 120 }, (_, index) => file(index + 1))
    const { curseforge, asked } = await client(paged(files))
    const found = await curseforge.files(7, calm())
    expect(found.files.map(({ id }) => id)).toEqual(files.map(({ id }) => id))
    expect(found).toMatchObject({ totalCount: 120, truncated: false, rejected: [] })
    expect(asked.map(({ url }) => url)).toEqual(
      [0, 50, 100].map((index) => `/v1/mods/7/files?index=${index}&pageSize=50`),
    )
  })

  it('stops at an empty page if the count promises more, and says that the list was cut off', async () => {
    const { curseforge, asked } = await client(
      paged(
        Array.from({ length: 60 }, (_, index) => file(index + 1)),
        500,
      ),
    )
    const found = await curseforge.files(7, calm())
    expect(found.files).toHaveLength(60)
    expect(found).toMatchObject({ totalCount: 500, truncated: true })
    expect(asked).toHaveLength(3)
  })

  it('says that the list was cut off if an empty page denies the count of the page before', async () => {
    const { curseforge } = await client((response, { url }) => {
      const isFirst = new URL(url, 'http://x').searchParams.get('index') === '0'
      const data = isFirst ? Array.from({ length: 50 }, (_, index) => file(index + 1)) : []
      sendJson(response, { data, pagination: { totalCount: isFirst ? 75 : 0 } })
    })
    expect(await curseforge.files(7, calm())).toMatchObject({ truncated: true })
  })

  it('reads all files even if the upstream gives smaller pages than requested', async () => {
    const files = Array.from({ length: 45 }, (_, index) => file(index + 1))
    const { curseforge, asked } = await client((response, { url }) => {
      const index = Number(new URL(url, 'http://x').searchParams.get('index'))
      sendJson(response, { data: files.slice(index, index + 20), pagination: { totalCount: 45 } })
    })
    expect((await curseforge.files(7, calm())).files).toHaveLength(45)
    expect(asked).toHaveLength(3)
  })

  it('stops at a short page if no count is given', async () => {
    const { curseforge, asked } = await client((response) => {
      sendJson(response, { data: [file(1)] })
    })
    expect(await curseforge.files(7, calm())).toMatchObject({
      files: [{ id: 1 }],
      totalCount: null,
      truncated: false,
    })
    expect(asked).toHaveLength(1)
  })

  it('stops at the end of the index, and says so', async () => {
    const files = Array.from({ length: 10_020 }, (_, index) => file(index + 1))
    const { curseforge, asked } = await client(largePages(files))
    const found = await curseforge.files(7, calm())
    expect(found.files).toHaveLength(10_000)
    expect(found.truncated).toBe(true)
    expect(asked.at(-1)?.url).toBe('/v1/mods/7/files?index=9950&pageSize=50')
  })

  it('does not call exactly ten thousand files truncated', async () => {
    const { curseforge } = await client(
      largePages(Array.from({ length: 10_000 }, (_, index) => file(index + 1))),
    )
    expect(await curseforge.files(7, calm())).toMatchObject({ totalCount: 10_000, truncated: false })
  })

  it('reads a file that moves to the next page once; a broken one fails alone', async () => {
    const files = Array.from({ length: 60 }, (_, index) => file(index + 1))
    const { curseforge } = await client((response, asked, number) => {
      const moved = number === 1 ? files : [{ ...file(99), fileDate: 'never' }, ...files]
      paged(moved)(response, asked, number)
    })
    const found = await curseforge.files(7, calm())
    expect(found.files).toHaveLength(60)
    expect(found.totalCount).toBe(61)
  })

  it('treats the files of an unknown mod as NotFound', async () => {
    const { curseforge } = await client((response) => {
      response.writeHead(404).end()
    })
    expect(await rejection(curseforge.files(7, calm()))).toMatchObject({ type: 'NotFound' })
  })
})

describe('a modpack by slug', () => {
  it('finds the modpack with exactly this slug', async () => {
    const { curseforge, asked } = await client((response) => {
      sendJson(response, { data: [mod(959_743, 'rebel-tactics'), mod(2, 'rebel-tactics-2')] })
    })
    expect((await curseforge.modpackBySlug('rebel-tactics-2', calm())).modpack?.id).toBe(2)
    const query = new URL(asked[0]?.url ?? '', 'http://x').searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      gameId: '432',
      classId: '4471',
      slug: 'rebel-tactics-2',
    })
  })

  it('finds no modpack if only similar slugs exist', async () => {
    const { curseforge } = await client((response) => {
      sendJson(response, { data: [mod(959_743, 'rebel-tactics')] })
    })
    expect((await curseforge.modpackBySlug('rebel-tactics-2', calm())).modpack).toBeNull()
  })
})

describe('an empty 403', () => {
  it('retries an empty 403, and uses the next response', async () => {
    const { curseforge, asked, slept } = await client((response, _asked, number) => {
      if (number <= 2) response.writeHead(403, { 'x-cache': 'Error from cloudfront' }).end()
      else sendJson(response, { data: [mod(1)] })
    })
    expect((await curseforge.mods([1], calm())).mods).toHaveLength(1)
    expect(asked).toHaveLength(3)
    expect(slept).toEqual(EMPTY_403_WAITS_MS)
  })

  it('reports a permanent empty 403 as CredentialsRejected with both causes and the remedy, never the key', async () => {
    const { curseforge, asked, slept } = await client((response) => {
      response.writeHead(403).end()
    })
    const error = await rejection(curseforge.mods([1], calm()))
    expect(error).toMatchObject({ type: 'CredentialsRejected' })
    expect(String(error)).toMatch(/key is wrong.*throttled.*CURSEFORGE_API_KEY.*single quotes/)
    expect(String(error)).not.toContain(KEY)
    expect(asked).toHaveLength(3)
    expect(slept).toEqual(EMPTY_403_WAITS_MS)
  })

  it('does not retry a 403 with a body', async () => {
    const { curseforge, asked } = await client((response) => {
      sendJson(response, { error: 'forbidden' }, 403)
    })
    expect(await rejection(curseforge.mods([1], calm()))).toMatchObject({ type: 'CredentialsRejected' })
    expect(asked).toHaveLength(1)
  })

  it('treats the 403 of a firewall as Blocked', async () => {
    const { curseforge } = await client((response) => {
      sendHtml(response, CHALLENGE, 403)
    })
    expect(await rejection(curseforge.mods([1], calm()))).toMatchObject({ type: 'Blocked' })
  })

  it('does not send the key to a redirect', async () => {
    const { curseforge, asked } = await client((response) => {
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(await rejection(curseforge.mods([1], calm()))).toMatchObject({ type: 'UpstreamRejected' })
    expect(asked).toHaveLength(1)
  })

  it('an abort during the wait throws its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const { curseforge } = await client(
      (response) => {
        response.writeHead(403).end()
      },
      (_ms, signal) => {
        controller.abort(reason)
        signal.throwIfAborted()
        return Promise.resolve()
      },
    )
    expect(await rejection(curseforge.mods([1], controller.signal))).toBe(reason)
  })
})
