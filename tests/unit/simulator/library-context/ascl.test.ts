import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../../../simulator/server.ts'
import { createAscl } from '../../../../upstreams/ascl.ts'
import { foldCase } from '../../../../upstreams/github/repository-name.ts'
import { AGENT, ask, askJson, simulatorForTests } from '../asking.ts'
import { recorded } from '../../upstreams/recordings.ts'
import { hasRecordings, keys } from '../recordings.ts'

interface AsclRecord {
  ascl_id: string
  abstract: string
  site_list: unknown
  views: unknown
  used_in: unknown
}

const PATH = '/ascl/code/json'
const simulator = simulatorForTests()
const records = async () =>
  Object.values((await askJson(simulator.get(), PATH)) as Record<string, AsclRecord>)
const withoutAny = (site_list: unknown) => !Array.isArray(site_list) && typeof site_list !== 'string'

describe('the simulated ASCL', () => {
  it('simulated ASCL gives one object of records under internal numbers, as PHP writes it', async () => {
    const response = await ask(simulator.get(), PATH)
    const body = await response.text()
    const all = JSON.parse(body) as Record<string, AsclRecord>
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ])
    expect(keys(all).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: keys(all).length }, (_, index) => String(index + 1)),
    )
    expect(body).toContain('https:\\/\\/github.com\\/sim-astro\\/astro-tables')
    expect(Object.values(all).every(({ ascl_id }) => /^\d{4}\.\d{3}$/.test(ascl_id))).toBe(true)
  })

  it.skipIf(!hasRecordings)('simulated ASCL records have the fields of recorded ones', async () => {
    const theirs = Object.values(
      recorded('ascl/ascl_ids_titles_github_partial.json') as Record<string, AsclRecord>,
    )[0]
    for (const record of await records()) expect(keys(record)).toEqual(expect.arrayContaining(keys(theirs)))
  })

  it('writes lists of links in all the shapes of its exports, and counts as numbers and as texts', async () => {
    const lists = (await records()).map(({ site_list }) => site_list)
    expect(lists).toContain(false)
    expect(lists).toContain(null)
    expect(lists.some((list) => Array.isArray(list) && list.length === 0)).toBe(true)
    expect(lists.some((list) => Array.isArray(list) && list.length === 2)).toBe(true)
    expect(lists.some((list) => typeof list === 'string' && /^a:1:\{i:0;s:\d+:"/.test(list))).toBe(true)
    const types = new Set((await records()).flatMap(({ views, used_in }) => [typeof views, typeof used_in]))
    expect(types).toEqual(new Set(['number', 'string', 'object', 'boolean']))
  })

  it('simulated ASCL states the correct length of a PHP string', async () => {
    const texts = (await records()).flatMap(({ site_list }) =>
      typeof site_list === 'string' ? [site_list] : [],
    )
    const strings = texts.flatMap((text) => [...text.matchAll(/s:(\d+):"([^"]*)";/g)])
    expect(strings.length).toBeGreaterThan(5)
    for (const [, length, text = ''] of strings) expect(Number(length)).toBe(Buffer.byteLength(text))
  })

  it('hides some addresses in the text alone', async () => {
    const inText = (await records()).filter(
      ({ site_list, abstract }) => withoutAny(site_list) && /github\.com/i.test(abstract),
    )
    expect(inText.length).toBeGreaterThan(3)
  })

  it('leads to every catalogued repository and to no other, whatever the spelling', async () => {
    const client = createAscl({ baseUrl: `${simulator.get().url}/ascl`, userAgent: AGENT })
    const { entries, rejected } = await client.catalogue(AbortSignal.timeout(60_000))
    const found = entries.flatMap(({ repositories }) => repositories)
    const { libraries } = simulator.get().world
    const catalogued = libraries.list().flatMap((library) => library.catalogued)
    expect(rejected).toEqual([])
    expect(new Set(found.map(foldCase))).toEqual(new Set(catalogued.map(foldCase)))
    // several records of one repository, and both links that differ in case only
    expect(found.length).toBeGreaterThan(catalogued.length)
    expect(found).toEqual(expect.arrayContaining(['Sim-Astro/SkyMap', 'sim-astro/skymap']))
  })

  it('simulated ASCL has more records in a larger world, and those that a test adds', async () => {
    const larger = await startSimulator({ libraries: 25 })
    larger.world.libraries.change('sim-finance/quant-lab', { catalogued: ['sim-finance/quant-lab'] })
    const body = await (await ask(larger, PATH)).text()
    await larger.close()
    expect(body).toContain('sim-astro\\/extra-25')
    expect(body).toContain('sim-finance\\/quant-lab')
    expect(await (await ask(simulator.get(), PATH)).text()).not.toContain('quant-lab')
  })

  it('serves a recorded catalogue byte for byte', async () => {
    const catalogue = '{"1": {"ascl_id": "0003.001", "title": "GADGET-2", "site_list": false}}'
    const replayed = await startSimulator({ asclCatalogue: catalogue })
    const body = await (await ask(replayed, PATH)).text()
    await replayed.close()
    expect(body).toBe(catalogue)
  })

  it('simulated ASCL fails as the real one does: empty, an HTML page, a delay in seconds or as a date', async () => {
    const { faults } = simulator.get()
    faults.set('ascl', { kind: 'empty', times: 1 })
    expect(await askJson(simulator.get(), PATH)).toEqual([])
    faults.set('ascl', { kind: 'html', times: 1 })
    expect((await ask(simulator.get(), PATH)).headers.get('content-type')).toBe('text/html; charset=UTF-8')
    faults.set('ascl', { kind: 'status', status: 503, headers: { 'retry-after': '30' }, times: 1 })
    const unavailable = await ask(simulator.get(), PATH)
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '30'])
    faults.set('ascl', { kind: 'rate-limited', shape: 'retry-after-date', seconds: 30, times: 1 })
    const limited = await ask(simulator.get(), PATH)
    expect(limited.status).toBe(429)
    expect(Date.parse(limited.headers.get('retry-after') ?? '')).not.toBeNaN()
    expect((await ask(simulator.get(), '/ascl/nothing')).status).toBe(404)
  })
})
