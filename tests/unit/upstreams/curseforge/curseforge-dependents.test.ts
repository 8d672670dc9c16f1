import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { createDependents, PAGE_INTERVAL_MS } from '../../../../upstreams/curseforge/curseforge-dependents.ts'
import { parseDependents } from '../../../../upstreams/curseforge/dependents-markup.ts'
import { createGate } from '../../../../upstreams/gate.ts'
import type { Sleep } from '../../../../upstreams/sleep.ts'
import { calm, CHALLENGE, loopback, rejection, sendHtml, sendJson, type Answering } from '../loopback.ts'
import { describeRecorded, recorded } from '../recordings.ts'
import { anyText } from '../../../support/any-text.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const page = (body: string): string =>
  `<!DOCTYPE html><html><head><title>Dependents - CurseForge</title></head><body>${body}</body></html>`

/** The list markup: an icon link without text, the name, the author, a link to another pack in the description. */
const listing = (packs: { slug: string; name: string }[], pager = ''): string =>
  page(`<nav><a href="/minecraft/modpacks/featured-elsewhere">Featured</a></nav>
    <ul class="listing listing-project project-listing">${packs
      .map(
        ({ slug, name }) => `<li class="project-listing-row box">
          <a href="/minecraft/modpacks/${slug}"><img src="/x.png"></a>
          <a href="/minecraft/modpacks/${slug}"><h3 class="text-primary-500 font-bold">${escape(name)}</h3></a>
          <a href="/members/somebody">somebody</a>
          <a href="/minecraft/modpacks/${slug}/files/12">Download</a>
          <p>Like <a href="/minecraft/modpacks/inspiration">another</a></p></li>`,
      )
      .join('')}</ul>${pager}`)

const pager = (...pages: number[]): string =>
  `<div class="pagination">${pages
    .map(
      (number) =>
        `<a class="pagination-item" href="/minecraft/mc-mods/x/relations/dependents?filter-related-dependents=6&amp;page=${number}"><span class="text-primary-500">${number}</span></a>`,
    )
    .join('')}</div>`

const slugs = (html: string): string[] => parseDependents(html).packs.map(({ slug }) => slug)

describe('the markups of a dependents page', () => {
  it('reads list rows: the first modpack link of a row, with the name of a later one', () => {
    const { packs } = parseDependents(
      listing([
        { slug: 'rebel-tactics-2', name: 'Rebel & Tactics  2' },
        { slug: 'wtb', name: 'WTB <3' },
      ]),
    )
    expect(packs).toEqual([
      {
        slug: 'rebel-tactics-2',
        name: 'Rebel & Tactics 2',
        url: 'https://www.curseforge.com/minecraft/modpacks/rebel-tactics-2',
      },
      { slug: 'wtb', name: 'WTB <3', url: 'https://www.curseforge.com/minecraft/modpacks/wtb' },
    ])
  })

  it('reads the older listing body', () => {
    const html = page(`<div class="listing-body"><ul><li class="project-list-item">
      <div class="name-wrapper"><a href="/minecraft/modpacks/old-pack?x=1">Old Pack</a></div></li></ul></div>
      <a class="b-pagination-item" href="?page=2">2</a>`)
    expect(parseDependents(html)).toMatchObject({
      packs: [{ slug: 'old-pack', name: 'Old Pack' }],
      next: true,
    })
  })

  it('reads cards: the link over the whole card, then the name', () => {
    const html =
      page(`<div class="results-container"><div class="project-card"><a class="overlay-link" href="/minecraft/modpacks/card-pack"></a>
      <a class="name" href="/minecraft/modpacks/card-pack" title="Card Pack"><span class="ellipsis">Card Pack</span></a>
      <a href="/minecraft/modpacks/card-pack/install/99">Install</a></div></div>`)
    expect(parseDependents(html).packs).toMatchObject([{ slug: 'card-pack', name: 'Card Pack' }])
  })

  it('reads anything else: every modpack link, each slug once, headings before the text of a whole card', () => {
    const html = page(`<main>
      <a href="https://www.curseforge.com/minecraft/modpacks/one"><h3>One</h3><p>2.3M downloads</p></a>
      <a href="https://legacy.curseforge.com/minecraft/modpacks/two/">Two &amp; more</a>
      <a href="/minecraft/modpacks/one#comments">again</a>
      <a href="/minecraft/modpacks/three?ref=x"><img></a>
      <a href="/minecraft/modpacks/four/files/1">a file</a>
      <a href="/minecraft/modpacks/">all</a>
      <a href="/minecraft/mc-mods/five">a mod</a>
      <a href="https://example.com/minecraft/modpacks/six">elsewhere</a>
      <a href="/linkout?remoteUrl=https%3a%2f%2fwww.curseforge.com%2fminecraft%2fmodpacks%2fseven">out</a>
      <a href="http://[/minecraft/modpacks/broken">broken</a></main>`)
    expect(parseDependents(html).packs.map(({ slug, name }) => [slug, name])).toEqual([
      ['one', 'One'],
      ['two', 'Two & more'],
      ['three', 'three'],
    ])
  })

  it("counts links to the host that served the page as the site's own", () => {
    const html = page('<a href="http://127.0.0.1:7400/curseforge-web/minecraft/modpacks/local">Local</a>')
    expect(slugs(html)).toEqual([])
    expect(parseDependents(html, { baseUrl: 'http://127.0.0.1:7400/curseforge-web' }).packs).toMatchObject([
      { slug: 'local' },
    ])
  })

  it('the pager says whether a later page exists; without one only a request can', () => {
    const packs = [{ slug: 'a', name: 'A' }]
    expect(parseDependents(listing(packs, pager(2, 3, 34)), { page: 3 }).next).toBe(true)
    expect(parseDependents(listing(packs, pager(1, 2, 33)), { page: 34 }).next).toBe(false)
    expect(parseDependents(listing(packs)).next).toBe(true)
    expect(parseDependents(page('nothing here')).next).toBe(false)
    // Menus and file lists have separate pages.
    const foreign =
      '<a href="/minecraft/modpacks?page=1">all</a><a href="/minecraft/modpacks/a/files/all?page=1">files</a>'
    expect(parseDependents(listing(packs, foreign)).next).toBe(true)
    expect(
      parseDependents(listing(packs, foreign.replaceAll('page=1', 'page=7') + pager(1)), { page: 2 }).next,
    ).toBe(false)
  })

  it('reading a dependents page never fails, and every slug can be requested, whatever the links are', () => {
    const href = fc.oneof(
      anyText,
      fc.string().map((text) => `/minecraft/modpacks/${text}`),
    )
    fc.assert(
      fc.property(fc.array(href), (hrefs) => {
        const found = slugs(page(hrefs.map((value) => `<a href="${escape(value)}">x</a>`).join('')))
        for (const slug of found) expect(encodeURIComponent(slug)).not.toBe('')
        expect(new Set(found).size).toBe(found.length)
      }),
    )
  })
})

describeRecorded('the recorded scrape', () => {
  const packs = z.array(z.object({ name: z.string(), slug: z.string(), legacy_url: z.string() }))
  const scraped = () =>
    packs.parse(recorded('curseforge/createnuclear_dependents_scraped.json')).map(({ name, legacy_url }) => ({
      name,
      slug: legacy_url.slice('https://legacy.curseforge.com/minecraft/modpacks/'.length),
      legacy_url,
    }))

  it('keeps all 600 slugs and names of list rows, the 29 that end in a number among them', () => {
    const expected = scraped()
    const found = parseDependents(listing(expected)).packs
    expect(found.map(({ slug }) => slug)).toEqual(expected.map(({ slug }) => slug))
    expect(found.map(({ name }) => name)).toEqual(
      expected.map(({ name }) => name.replaceAll(/\s+/g, ' ').trim()),
    )
    expect(found).toHaveLength(600)
    expect(slugs(listing(expected))).toEqual(expect.arrayContaining(['rebel-tactics-2', 'goo-lagoon-2025']))
  })

  it('keeps all 600 slugs of bare absolute links', () => {
    const expected = scraped()
    const html = page(
      expected.map(({ name, legacy_url }) => `<a href="${legacy_url}">${escape(name)}</a>`).join('\n'),
    )
    expect(slugs(html)).toEqual(expected.map(({ slug }) => slug))
  })
})

describe('reading the pages', () => {
  async function client(answer: Answering) {
    const server = await loopback(answer)
    const dependents = createDependents({
      baseUrl: server.baseUrl,
      userAgent: 'almanac/0.1 (test)',
      gate: createGate({ reserve: 0, concurrency: 1 }),
    })
    return { ...server, dependents }
  }

  it('requests modpacks only, identifies itself, and returns packs, next and the body', async () => {
    const html = listing([{ slug: 'a', name: 'A' }], pager(1, 2))
    const { dependents, asked } = await client((response) => {
      sendHtml(response, html)
    })
    const first = await dependents.dependentsPage('createnuclear', 1, calm())
    expect(first).toMatchObject({
      kind: 'page',
      packs: [{ slug: 'a' }],
      next: true,
      raw: { source: 'curseforge-web', body: html },
    })
    expect(await dependents.dependentsPage('createnuclear', 2, calm())).toMatchObject({
      kind: 'page',
      next: false,
    })
    const path = '/minecraft/mc-mods/createnuclear/relations/dependents?filter-related-dependents=6'
    expect(asked.map(({ url }) => url)).toEqual([path, `${path}&page=2`])
    expect(asked[0]?.headers).toMatchObject({ 'user-agent': 'almanac/0.1 (test)', accept: 'text/html' })
  })

  it('reads one page at a time, two seconds apart', async () => {
    const { baseUrl } = await loopback((response) => {
      sendHtml(response, listing([{ slug: 'a', name: 'A' }]))
    })
    let now = 0
    const slept: number[] = []
    const sleep: Sleep = (ms) => {
      slept.push(ms)
      now += ms
      return Promise.resolve()
    }
    const time = { elapsed: () => now, sleep }
    const dependents = createDependents({ baseUrl, userAgent: 'almanac/0.1 (test)', time })
    await Promise.all([1, 2, 3].map((number) => dependents.dependentsPage('x', number, calm())))
    expect(slept).toEqual([PAGE_INTERVAL_MS, PAGE_INTERVAL_MS])
    expect(PAGE_INTERVAL_MS).toBeGreaterThanOrEqual(2_000)
  })

  it.each([404, 200])('reading dependents pages ends at a %i without packs', async (status) => {
    const { dependents } = await client((response) => {
      sendHtml(response, page('<p>No projects</p>'), status)
    })
    expect(await dependents.dependentsPage('x', 9, calm())).toMatchObject({ kind: 'end' })
  })

  it.each([200, 403, 404, 429, 503])(
    'treats a challenge page with status %i as Blocked, never as an end',
    async (status) => {
      const { dependents } = await client((response) => {
        sendHtml(response, CHALLENGE, status)
      })
      expect(await rejection(dependents.dependentsPage('x', 2, calm()))).toMatchObject({ type: 'Blocked' })
    },
  )

  it('a pack whose name holds the words of a challenge blocks nothing', async () => {
    const { dependents } = await client((response) => {
      sendHtml(response, listing([{ slug: 'jam', name: 'Just a Moment: checking your browser' }]))
    })
    expect(await dependents.dependentsPage('x', 1, calm())).toMatchObject({
      kind: 'page',
      packs: [{ slug: 'jam' }],
    })
  })

  it('treats a response that is no page as PayloadInvalid, any 403 as Blocked', async () => {
    const { dependents } = await client((response, _asked, number) => {
      if (number === 1) sendJson(response, {})
      else sendHtml(response, page('Forbidden'), 403)
    })
    expect(await rejection(dependents.dependentsPage('x', 1, calm()))).toMatchObject({
      type: 'PayloadInvalid',
    })
    expect(await rejection(dependents.dependentsPage('x', 1, calm()))).toMatchObject({
      type: 'Blocked',
    })
  })
})
