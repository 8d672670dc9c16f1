/**
 * Reads a dependents page in every markup that the site is known to have had; pure. The page is read as a stream of
 * tags, without a tree: a tree of badly nested tags can take a thousand times the page's size.
 */
import { Parser } from 'htmlparser2'
import { Failure } from '../../core/failures.ts'

const SITE = 'https://www.curseforge.com'
/** A pager's bare `?page=2` refers to its own page. */
const PAGER_BASE = `${SITE}/relations/dependents`
const PACKS = '/minecraft/modpacks/'
/** Nothing but the slug: deeper paths are files and buttons of a pack whose own link is beside them. */
const PACK_PATH = /\/minecraft\/modpacks\/([^/]+)\/?$/
/** If a link wraps a whole card, its text is the card's: the heading within is the name. */
const HEADING = /^h[1-4]$/
const HEADING_CLASS = /name|title/i

/** Estimates, far above a page of twenty rows (none is recorded): beyond these it is no such page. */
const MAX_ELEMENTS = 50_000
const MAX_DEPTH = 256
const MAX_LINKS = 10_000

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

/** An element that shows one modpack. The first modpack link within is its own. */
interface Row {
  outer: Row | undefined
  slug: string | undefined
}

interface Link {
  row: Row | undefined
  slug: string
  title: string
  text: string
  /** Text of the first heading within. */
  heading: string | undefined
}

interface Element {
  /** Lists of the two markups whose rows are known by what surrounds them. */
  isListing: boolean
  isBody: boolean
  row: Row | undefined
  link: Link | undefined
  /** The heading of the link that is being read. */
  isHeading: boolean
}

/**
 * Reads one page. `page` is its own number, `baseUrl` where it came from (links to that host count as the site's own).
 * Throws `PayloadInvalid` for markup beyond any such page.
 */
export function parseDependents(
  html: string,
  { page = 1, baseUrl = SITE }: { page?: number; baseUrl?: string } = {},
): DependentsMarkup {
  const hosts = new Set([new URL(baseUrl).host, new URL(SITE).host])
  const { links, pages } = linksIn(html, hosts)
  const ofRows = links.filter(({ row, slug }) => row?.slug === slug)
  const names = new Map<string, string>()
  for (const link of ofRows.length > 0 ? ofRows : links) {
    // A pack's first link is often its picture; a later one carries the name.
    if ((names.get(link.slug) ?? '') === '') names.set(link.slug, nameOf(link))
  }
  const packs = [...names].map(([slug, name]) => ({
    slug,
    name: name === '' ? slug : name,
    url: `${SITE}/minecraft/modpacks/${encodeURIComponent(slug)}`,
  }))
  // Without a pager only the next page can show it, at the cost of one request.
  const isLast = pages.length > 0 && pages.every((number) => number <= page)
  return { packs, next: packs.length > 0 && !isLast }
}

/** The links to modpacks, and the page numbers that the pager links to. */
function linksIn(html: string, hosts: ReadonlySet<string>): { links: Link[]; pages: number[] } {
  const links: Link[] = []
  const pages: number[] = []
  const open: Element[] = []
  let elements = 0
  let anchors = 0
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (name === 'a') anchors++
      if (++elements > MAX_ELEMENTS || open.length >= MAX_DEPTH || anchors > MAX_LINKS) throw beyondBounds()
      const above = open.at(-1)
      const element = elementIn(above, name, attributes)
      if (name === 'a') {
        element.link = linkOf(attributes, element.row, hosts)
        element.isHeading = false
        if (element.link !== undefined) links.push(element.link)
        const number = pageOf(attributes['href'] ?? '')
        if (number !== undefined) pages.push(number)
      }
      open.push(element)
    },
    ontext: (text) => {
      const { link, isHeading } = open.at(-1) ?? {}
      if (link === undefined) return
      link.text += text
      if (isHeading === true) link.heading = (link.heading ?? '') + text
    },
    onclosetag: () => {
      open.pop()
    },
  })
  parser.end(html)
  return { links, pages }
}

function elementIn(above: Element | undefined, name: string, attributes: Record<string, string>): Element {
  const classes = new Set((attributes['class'] ?? '').split(/\s+/))
  const isRow =
    classes.has('project-card') ||
    (above?.isBody === true && classes.has('project-list-item')) ||
    (above?.isListing === true && name === 'li' && classes.has('project-listing-row'))
  const link = above?.link
  const isFirstHeading = link !== undefined && link.heading === undefined && isHeading(name, attributes)
  if (isFirstHeading) link.heading = ''
  return {
    isListing: name === 'ul' && classes.has('project-listing'),
    isBody: above?.isBody === true || classes.has('listing-body'),
    row: isRow ? { outer: above?.row, slug: undefined } : above?.row,
    link,
    isHeading: isFirstHeading || above?.isHeading === true,
  }
}

function isHeading(name: string, attributes: Record<string, string>): boolean {
  return HEADING.test(name) || HEADING_CLASS.test(attributes['class'] ?? '')
}

function linkOf(
  attributes: Record<string, string>,
  row: Row | undefined,
  hosts: ReadonlySet<string>,
): Link | undefined {
  const slug = packSlug(attributes['href'] ?? '', hosts)
  if (slug === undefined) return undefined
  for (let one = row; one !== undefined && one.slug === undefined; one = one.outer) one.slug = slug
  return { row, slug, title: attributes['title'] ?? '', text: '', heading: undefined }
}

function beyondBounds(): Failure {
  return new Failure(
    'PayloadInvalid',
    `A page of CurseForge's dependents has more than ${MAX_ELEMENTS} elements, ${MAX_DEPTH} levels or ${MAX_LINKS} links: its format may have changed.`,
  )
}

function packSlug(href: string, hosts: ReadonlySet<string>): string | undefined {
  if (!href.includes(PACKS) || !URL.canParse(href, SITE)) return undefined
  const url = new URL(href, SITE)
  if (!hosts.has(url.host) && !url.hostname.endsWith('.curseforge.com')) return undefined
  const encoded = PACK_PATH.exec(url.pathname)?.[1]
  // A percent sign that encodes nothing makes decodeURIComponent throw; no slug holds one.
  if (encoded === undefined || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined
  const slug = /%[89a-f]/i.test(encoded) ? encoded : decodeURIComponent(encoded)
  return /^[^\s/?#\p{Cc}]{1,200}$/u.test(slug) ? slug : undefined
}

function nameOf({ heading = '', text, title }: Link): string {
  return [heading, text, title].map(oneLine).find((said) => said !== '') ?? ''
}

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()

function pageOf(href: string): number | undefined {
  if (!href.includes('page=') || !URL.canParse(href, PAGER_BASE)) return undefined
  const { pathname, searchParams } = new URL(href, PAGER_BASE)
  // Menus and file lists have separate pages.
  if (!pathname.endsWith('/relations/dependents')) return undefined
  const number = Number(searchParams.get('page'))
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}
