/** Reads a dependents page in every markup that the site is known to have had; pure. */
import { load, type CheerioAPI } from 'cheerio'

const SITE = 'https://www.curseforge.com'
/** A pager's bare `?page=2` refers to its own page. */
const PAGER_BASE = `${SITE}/relations/dependents`
/** One element per modpack, newest markup last. Within one, the first modpack link is the row's own. */
const ROWS = [
  'ul.project-listing > li.project-listing-row',
  '.listing-body .project-list-item',
  '.project-card',
]
const PACK_LINKS = 'a[href*="/minecraft/modpacks/"]'
/** Nothing but the slug: deeper paths are files and buttons of a pack whose own link is beside them. */
const PACK_PATH = /\/minecraft\/modpacks\/([^/]+)\/?$/
/** If a link wraps a whole card, its text is the card's: the heading within is the name. */
const HEADINGS = 'h1, h2, h3, h4, [class*="name" i], [class*="title" i]'

export interface DependentPack {
  /** Whole, as the address has it: "rebel-tactics-2" names another pack than "rebel-tactics". */
  slug: string
  /** The link's text; the slug if a link has none. */
  name: string
  /** The pack's page on the site. */
  url: string
}

export interface DependentsMarkup {
  /** In the page's order, each slug once. */
  packs: DependentPack[]
  /** The pager links to a later page than this one; true if there are packs but no pager. */
  next: boolean
}

type Link = ReturnType<CheerioAPI>

/** Reads one page. `page` is its own number, `baseUrl` where it came from (links to that host count as the site's own). */
export function parseDependents(
  html: string,
  { page = 1, baseUrl = SITE }: { page?: number; baseUrl?: string } = {},
): DependentsMarkup {
  const $ = load(html)
  const hosts = new Set([new URL(baseUrl).host, new URL(SITE).host])
  const slugOf = (link: Link): string | undefined => packSlug(link.attr('href') ?? '', hosts)
  const names = new Map<string, string>()
  const add = (slug: string, links: Link[]): void => {
    const name = links.map(nameOf).find((text) => text !== '') ?? ''
    // A pack's first link is often its picture; a later one carries the name.
    if ((names.get(slug) ?? '') === '') names.set(slug, name)
  }
  const linksIn = (scope: Link): Link[] =>
    scope
      .find(PACK_LINKS)
      .toArray()
      .map((element) => $(element))

  for (const element of $(ROWS.join(', ')).toArray()) {
    const links = linksIn($(element))
    const slug = links.map(slugOf).find((found) => found !== undefined)
    if (slug !== undefined)
      add(
        slug,
        links.filter((link) => slugOf(link) === slug),
      )
  }
  if (names.size === 0) {
    for (const link of linksIn($.root())) {
      const slug = slugOf(link)
      if (slug !== undefined) add(slug, [link])
    }
  }
  const packs = [...names].map(([slug, name]) => ({
    slug,
    name: name === '' ? slug : name,
    url: `${SITE}/minecraft/modpacks/${encodeURIComponent(slug)}`,
  }))
  return { packs, next: packs.length > 0 && hasNext($, page) }
}

function packSlug(href: string, hosts: ReadonlySet<string>): string | undefined {
  if (!URL.canParse(href, SITE)) return undefined
  const url = new URL(href, SITE)
  if (!hosts.has(url.host) && !url.hostname.endsWith('.curseforge.com')) return undefined
  const encoded = PACK_PATH.exec(url.pathname)?.[1]
  // A percent sign that encodes nothing makes decodeURIComponent throw; no slug holds one.
  if (encoded === undefined || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined
  const slug = /%[89a-f]/i.test(encoded) ? encoded : decodeURIComponent(encoded)
  return /^[^\s/?#\p{Cc}]{1,200}$/u.test(slug) ? slug : undefined
}

function nameOf(link: Link): string {
  const heading = oneLine(link.find(HEADINGS).first().text())
  const text = heading === '' ? oneLine(link.text()) : heading
  return text === '' ? oneLine(link.attr('title') ?? '') : text
}

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()

function hasNext($: CheerioAPI, page: number): boolean {
  const pages = $('a[href*="page="]')
    .toArray()
    .map((element) => $(element).attr('href') ?? '')
    .filter((href) => URL.canParse(href, PAGER_BASE))
    .map((href) => new URL(href, PAGER_BASE))
    // Menus and file lists have separate pages.
    .filter(({ pathname }) => pathname.endsWith('/relations/dependents'))
    .map(({ searchParams }) => Number(searchParams.get('page')))
    .filter((number) => Number.isSafeInteger(number) && number > 0)
  // Without a pager only the next page can show it, at the cost of one request.
  return pages.length === 0 || Math.max(...pages) > page
}
