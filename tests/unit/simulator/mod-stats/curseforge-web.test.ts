import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import type { Markup } from '../../../../simulator/mod-stats/dependents-markup.ts'
import { startSimulator } from '../../../../simulator/server.ts'
import { ask, simulatorForTests } from '../asking.ts'

const PAGE =
  '/curseforge-web/minecraft/mc-mods/createnuclear/relations/dependents?filter-related-dependents=6'
const simulator = simulatorForTests()

/** Slugs and names by the selectors that scrapers of the real site used for each of its markups. */
const ROWS: Record<Markup, { row: string; link: string; pager: string }> = {
  listing: {
    row: 'ul.project-listing > li.project-listing-row',
    link: 'a.my-auto',
    pager: 'div.pagination a.pagination-item[href*="page="]',
  },
  legacy: {
    row: '.listing-body .project-list-item',
    link: '.name-wrapper a',
    pager: 'a.b-pagination-item',
  },
  cards: { row: '.project-card', link: 'a.name', pager: '.pagination a' },
}

function readPage(
  markup: Markup,
  html: string,
): { packs: { slug: string; name: string }[]; pager: string[] } {
  const $ = load(html)
  const { row, link, pager } = ROWS[markup]
  const packs = $(row)
    .toArray()
    .map((element) => {
      const found = $(element).find(link).first()
      return {
        slug: (found.attr('href') ?? '').replace('/minecraft/modpacks/', ''),
        name: found.text().trim(),
      }
    })
  return {
    packs,
    pager: $(pager)
      .toArray()
      .map((element) => $(element).attr('href') ?? ''),
  }
}

describe('the simulated dependents pages', () => {
  it.each(['listing', 'legacy', 'cards'] as const)(
    'shows every pack once in the markup "%s"',
    async (markup) => {
      const { world, faults } = simulator.get()
      faults.set('curseforge-web', { kind: 'markup', markup })
      const pages = []
      for (const number of [1, 2, 3]) {
        const response = await ask(simulator.get(), `${PAGE}&page=${number}`)
        expect(response.headers.get('content-type')).toContain('text/html')
        pages.push(readPage(markup, await response.text()))
      }
      faults.clear()
      expect(pages.map(({ packs }) => packs.length).slice(0, 2)).toEqual([20, 20])
      const shown = pages.flatMap(({ packs }) => packs)
      expect(shown).toEqual(world.modpacksOf(world.mod(0)).map(({ slug, name }) => ({ slug, name })))
      expect(pages[0]?.pager.map((href) => new URL(href, 'http://x').searchParams.get('page'))).toEqual([
        '2',
        '3',
      ])
    },
  )

  it('has links that are no packs, and more than one link to each pack', async () => {
    const $ = load(await (await ask(simulator.get(), PAGE)).text())
    const links = $('a[href*="/minecraft/modpacks"]')
      .toArray()
      .map((element) => $(element).attr('href') ?? '')
    expect(links).toContain('/minecraft/modpacks')
    expect(links.some((link) => link.startsWith('/minecraft/modpacks?'))).toBe(true)
    expect(links.filter((link) => link === '/minecraft/modpacks/rebel-tactics-2').length).toBeGreaterThan(1)
    expect(links.some((link) => link.startsWith('/minecraft/modpacks/rebel-tactics-2/'))).toBe(true)
  })

  it('ends with a 404, or with a page without packs', async () => {
    expect((await ask(simulator.get(), `${PAGE}&page=4`)).status).toBe(404)
    const other = await startSimulator({ markup: 'listing', pastTheEnd: 'empty' })
    const response = await ask(other, `${PAGE}&page=4`)
    expect(response.status).toBe(200)
    expect(readPage('listing', await response.text()).packs).toEqual([])
    await other.close()
  })

  it('shows no packs under another filter, and nothing for an unknown mod', async () => {
    const other = await ask(simulator.get(), PAGE.replace('dependents=6', 'dependents=3'))
    expect(readPage('cards', await other.text()).packs).toEqual([])
    const unknown = await ask(simulator.get(), PAGE.replace('createnuclear', 'nobody'))
    expect(unknown.status).toBe(404)
    expect(unknown.headers.get('server')).toBe('cloudflare')
  })
})
