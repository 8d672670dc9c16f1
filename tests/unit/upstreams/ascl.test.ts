import { describe, expect, it } from 'vitest'
import { createAscl, MAX_CATALOGUE_BYTES, parseCatalogue, withoutEntities } from '../../../upstreams/ascl.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from './loopback.ts'
import { driftOf } from './drift.ts'
import { describeRecorded, recording } from './recordings.ts'

const record = (fields: Record<string, unknown>) => ({ ascl_id: '1303.002', title: 'A code', ...fields })
const repositoriesOf = async (fields: Record<string, unknown>): Promise<string[] | undefined> =>
  (await parseCatalogue(JSON.stringify({ 1: record(fields) }))).entries[0]?.repositories

async function client(answer: Answering, options: { maxBytes?: number } = {}) {
  const server = await loopback(answer)
  return {
    ...server,
    ascl: createAscl({ baseUrl: server.baseUrl, userAgent: 'almanac/0.1 (test)', ...options }),
  }
}

describeRecorded('the recorded catalogue', () => {
  it('has no field other than known', async () => {
    const body = recording('ascl/ascl_ids_titles_github_partial.json')
    expect(await driftOf('ascl', () => parseCatalogue(body))).toEqual([])
  })

  it('gives 2,067 codes, of which 864 lead to a repository, each to one', async () => {
    const { entries, rejected } = await parseCatalogue(recording('ascl/ascl_ids_titles_github_partial.json'))
    expect(rejected).toEqual([])
    expect(entries).toHaveLength(2_067)
    expect(entries.filter(({ repositories }) => repositories.length === 1)).toHaveLength(864)
    expect(entries.filter(({ repositories }) => repositories.length > 1)).toEqual([])
    expect(entries.find(({ asclId }) => asclId === '1010.014')?.repositories).toEqual([
      'PrincetonUniversity/Athena-Cversion',
    ])
  })
})

describe('the links of a record', () => {
  it.each([
    ['a list', ['https://example.org', 'http://www.github.com/A/b.git', 'https://github.com/c/d/tree/x']],
    ['a list with holes', [null, 'https://github.com/A/b', '', 'https://github.com/c/d']],
    ["PHP's object", { 1: 'https://github.com/A/b', 4: 'https://github.com/c/d' }],
    ["PHP's text", 'a:2:{i:0;s:22:"https://github.com/A/b";i:1;s:22:"https://github.com/c/d";}'],
  ])('reads links from %s', async (_shape, site_list) => {
    expect(await repositoriesOf({ site_list })).toEqual(['A/b', 'c/d'])
  })

  it('takes one address, even with encoded slashes, as its repository', async () => {
    expect(await repositoriesOf({ site_list: 'https:&#47;&#x2F;github.com/A/b' })).toEqual(['A/b'])
  })

  it('takes an address that stands twice as one repository', async () => {
    const site_list = ['https://github.com/A/b', 'https://github.com/a/B/wiki']
    expect(await repositoriesOf({ site_list })).toEqual(['A/b'])
  })

  it.each([
    ['false', { site_list: false }],
    ['null', { site_list: null }],
    ['an empty list', { site_list: [] }],
    ["PHP's empty list", { site_list: 'a:0:{}' }],
    ['no field', {}],
    ['links elsewhere', { site_list: ['https://example.org', 'https://gist.github.com/a/b'] }],
  ])('%s: then reads the text, with its entities resolved', async (_shape, fields) => {
    const abstract =
      'Code at <a href="https:&#x2F;&sol;github.com/X/y">github.com/x/Y</a>, see &quot;github.com/z/w&quot;.'
    expect(await repositoriesOf({ ...fields, abstract })).toEqual(['X/y', 'z/w'])
    expect(await repositoriesOf(fields)).toEqual([])
  })

  it('counts what a text names only if the links lead nowhere', async () => {
    const abstract = 'It needs https://github.com/other/needed.'
    expect(await repositoriesOf({ abstract, site_list: ['https://github.com/A/b'] })).toEqual(['A/b'])
  })

  it('ignores links to codes that others built on', async () => {
    expect(
      await repositoriesOf({ used_in: ['https://github.com/A/b'], described_in: ['https://github.com/c/d'] }),
    ).toEqual([])
  })
})

describe('records', () => {
  it('rejects one invalid ASCL record with a reason, and continues with the rest', async () => {
    const { entries, rejected } = await parseCatalogue(
      JSON.stringify({
        1: record({ title: 'Caf&eacute; &amp; co' }),
        2: 'x',
        3: { title: 'no id' },
        4: record({ site_list: 7 }),
      }),
    )
    // An entity that hides no address stays as it is.
    expect(entries).toEqual([{ asclId: '1303.002', title: 'Caf&eacute; & co', repositories: [] }])
    expect(rejected.map(({ row }) => row)).toEqual(['x', { title: 'no id' }, record({ site_list: 7 })])
    expect(rejected.map(({ reason }) => reason.split(':')[0])).toEqual(['(row)', 'ascl_id', 'site_list'])
  })

  it('a record without its own id is neither a code nor a fault', async () => {
    const body = { 1: record({}), 2: record({ ascl_id: '0000.000', site_list: ['https://github.com/A/b'] }) }
    const { entries, rejected } = await parseCatalogue(JSON.stringify(body))
    expect(entries.map(({ asclId }) => asclId)).toEqual(['1303.002'])
    expect(rejected).toEqual([])
  })

  it.each([
    ['a list', '[]'],
    ['nothing', '{}'],
    ['an error', '{"error":"database"}'],
  ])('treats %s in place of records as PayloadInvalid', async (_what, body) => {
    expect(await rejection(parseCatalogue(body))).toMatchObject({ type: 'PayloadInvalid' })
  })
})

it('resolves what can hide an address, and leaves the rest', () => {
  expect(withoutEntities('&#103;it&period;x&colon;&sol;&lt;&#x110000;&#0;&unheard;&')).toBe(
    'git.x:/<&#x110000;&#0;&unheard;&',
  )
})

describe('the catalogue over HTTP', () => {
  it('fetches the catalogue in one request, and keeps its payload', async () => {
    const body = { 1: record({ site_list: ['https://github.com/A/b'] }) }
    const { ascl, asked } = await client((response) => {
      sendJson(response, body)
    })
    const { entries, raw } = await ascl.catalogue(calm())
    expect(entries).toEqual([{ asclId: '1303.002', title: 'A code', repositories: ['A/b'] }])
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /code/json'])
    expect(asked[0]?.headers['user-agent']).toBe('almanac/0.1 (test)')
    expect(raw).toMatchObject({ source: 'ascl', body: JSON.stringify(body) })
  })

  it.each<[string, string, Answering]>([
    [
      'a web page',
      'PayloadInvalid',
      (response) => {
        sendHtml(response, '<h1>ASCL</h1>')
      },
    ],
    [
      'a challenge',
      'Blocked',
      (response) => {
        sendHtml(response, CHALLENGE, 403)
      },
    ],
    [
      'a 503',
      'UpstreamUnavailable',
      (response) => {
        sendHtml(response, '<h1>busy</h1>', 503)
      },
    ],
    [
      'a 503 with Retry-After',
      'RateLimited',
      (response) => {
        sendHtml(response, '<h1>busy</h1>', 503, { 'retry-after': '30' })
      },
    ],
    [
      'a text that ends in the middle',
      'UpstreamUnavailable',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"1":{"asc')
      },
    ],
  ])('the catalogue: %s is %s', async (_what, type, answer) => {
    const { ascl } = await client(answer)
    expect(await rejection(ascl.catalogue(calm()))).toMatchObject({ type })
  })

  it('does not read a response beyond the cap to its end', async () => {
    expect(MAX_CATALOGUE_BYTES).toBe(16 * 1024 * 1024)
    const { ascl } = await client(
      (response) => {
        sendJson(response, { 1: record({ abstract: 'x'.repeat(200_000) }) })
      },
      { maxBytes: 100_000 },
    )
    expect(await rejection(ascl.catalogue(calm()))).toMatchObject({ type: 'PayloadInvalid' })
  })
})
