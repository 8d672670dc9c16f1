/**
 * The Astrophysics Source Code Library: one response, the whole catalogue, in all the shapes that its exports have had.
 */
import { between, hex } from '../chance.ts'
import type { Libraries } from './libraries.ts'
import { html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'

/** The old export gives unassigned records this id; their links lead to no library. */
const UNASSIGNED = '0000.000'
/** One library in this many has two records, each with another spelling of the address. */
const TWICE_EVERY = 5
/** One in this many has its address in the abstract's text only, with empty link fields. */
const IN_TEXT_EVERY = 6

/** Spellings of the address of a repository, `o/n` being its full name. */
const SPELLINGS: readonly ((fullName: string) => string)[] = [
  (name) => `https://github.com/${name}`,
  (name) => `http://github.com/${name}/`,
  (name) => `https://www.github.com/${name}`,
  (name) => `https://github.com/${name}.git`,
  (name) => `https://github.com/${name}/tree/master/docs`,
  (name) => `https://github.com/${name}.`,
  (name) => `HTTPS://GitHub.com/${name}`,
  (name) => `https://github.com/${name}/blob/main/README.md`,
  (name) => `github.com/${name}`,
  (name) => `https://github.com/${name}#readme`,
  (name) => `https://github.com/${name}?tab=readme-ov-file`,
  (name) => `https://github.com/${name},`,
  (name) => `https://github.com/${name}/releases/tag/v1.0`,
]

/** Addresses that name no repository. */
const NO_REPOSITORIES: readonly string[] = [
  'https://github.com/sim-astro',
  'https://github.com/sim-astro/',
  'https://gist.github.com/sim-astro/0123456789abcdef0123456789abcdef',
  'https://github.com/orgs/sim-astro/repositories',
  'https://sim-astro.github.io/sky-pages/',
  'https://gitlab.com/sim-astro/galaxies',
  'https://bitbucket.org/sim-cosmo/cmb',
  'https://astro.example.org/github.com.html',
]

interface AsclRecord {
  ascl_id: string
  title: string
  credit: string
  abstract: string
  topic_id: number | null
  bibcode: string
  views: number | string
  preferred_citation: string
  site_list: string[] | false | null | string
  used_in: string[] | false
  described_in: string[] | false
  keywords: string[]
}

export interface AsclOptions {
  libraries: Libraries
  seed: number
  /** A recorded body, served unchanged. */
  catalogue?: string
}

/** The upstream `ascl`. */
export function createAscl({ libraries, seed, catalogue }: AsclOptions): Upstream {
  const answer = ({ method, path, fault }: SimulatedRequest): Reply => {
    if (method !== 'GET' || path !== '/code/json') return html(404, '<h1>Page not found</h1>')
    // PHP writes an object without entries as a list
    if (fault?.kind === 'empty') return json(200, [])
    return { ...json(200, null), body: catalogue ?? phpJson(numbered(records(libraries, seed))) }
  }
  return { name: 'ascl', prefix: '/ascl', answer }
}

/** JSON as PHP writes it: slashes and whatever is not ASCII are escaped. */
function phpJson(value: unknown): string {
  const unicode = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replaceAll(/[^\0-~]/g, unicode)
}

/** The catalogue's keys are internal numbers, in no relation to ASCL's ids. */
function numbered(list: readonly AsclRecord[]): Record<string, AsclRecord> {
  return Object.fromEntries(list.map((record, index) => [String(index + 1), record]))
}

function records(libraries: Libraries, seed: number): AsclRecord[] {
  const listed = libraries
    .list()
    .flatMap((library) => library.catalogued.map((fullName) => ({ fullName, text: library.description })))
  const found = listed.flatMap(({ fullName, text }, index) => {
    const title = `${fullName.slice(fullName.indexOf('/') + 1)}: ${text}`
    const first = linked(blank(seed, index, title), spelt(fullName, index), index)
    if (index % TWICE_EVERY !== 0) return [first]
    const second = blank(seed, listed.length + index, `${title}, the older record`)
    return [first, { ...second, site_list: [spelt(fullName.toUpperCase(), index + 1)] }]
  })
  return [...found, ...linkless(seed, found.length * 2)]
}

/** A name that ends in punctuation is written plainly: punctuation after it would be ambiguous. */
function spelt(fullName: string, index: number): string {
  const plain = `https://github.com/${fullName}`
  return /[A-Za-z0-9]$/.test(fullName) ? (SPELLINGS[index % SPELLINGS.length]?.(fullName) ?? plain) : plain
}

/** Puts the address where exports put it: a list, a PHP-serialised list, or the abstract's text alone. */
function linked(record: AsclRecord, address: string, index: number): AsclRecord {
  if (index % IN_TEXT_EVERY === 4) {
    const abstract = `<p>${record.title}. The code &amp; its manual are at <a href="${address}">${address}</a>.</p>`
    return { ...record, abstract, site_list: index % 4 === 0 ? false : null }
  }
  const home = 'https://astro.example.org/codes/'
  const sites = index % 4 === 1 ? [home, address] : [address]
  return { ...record, site_list: index % 3 === 2 ? phpSerialised(sites) : sites }
}

/** Records that lead to no repository: no link, a link to something else, and one of the unassigned. */
function linkless(seed: number, from: number): AsclRecord[] {
  const none = [false, null, [], ''] as const
  const bare = none.map((site_list, index) => ({
    ...blank(seed, from + index, `Code ${index + 1} without an address`),
    site_list: typeof site_list === 'object' && site_list !== null ? [] : site_list,
  }))
  const elsewhere = NO_REPOSITORIES.map((address, index) => ({
    ...blank(seed, from + none.length + index, `Code ${index + 1} that lives elsewhere`),
    site_list: [address],
  }))
  const unassigned = blank(seed, from + none.length + NO_REPOSITORIES.length, 'Not yet assigned')
  const site_list = ['https://github.com/sim-astro/astro-unassigned']
  return [...bare, ...elsewhere, { ...unassigned, ascl_id: UNASSIGNED, site_list }]
}

/** A record without addresses; counts are numbers in the new export and texts in the old one. */
function blank(seed: number, index: number, title: string): AsclRecord {
  const views = between(100, 20_000, seed, index, 81)
  return {
    ascl_id: `${1_000 + Math.floor(index / 900)}.${String((index % 900) + 1).padStart(3, '0')}`,
    title,
    credit: 'M&uuml;ller, Anna; O&#039;Neil, Brendan',
    abstract: `<p>${title}. Nothing more is known.</p>`,
    topic_id: index % 3 === 0 ? null : index % 40,
    bibcode: index % 2 === 0 ? '' : `20${10 + (index % 15)}ascl.soft${hex(5, seed, index)}M`,
    views: index % 2 === 0 ? views : String(views),
    preferred_citation: '',
    site_list: false,
    used_in: index % 2 === 0 ? [] : false,
    described_in: index % 3 === 0 ? false : ['https://ui.adsabs.harvard.edu/abs/2011ascl.soft03001A'],
    keywords: index % 2 === 0 ? [] : ['NASA'],
  }
}

function phpSerialised(list: readonly string[]): string {
  const entries = list.map((text, index) => `i:${index};s:${Buffer.byteLength(text)}:"${text}";`)
  return `a:${list.length}:{${entries.join('')}}`
}
