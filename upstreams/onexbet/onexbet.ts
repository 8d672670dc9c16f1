/**
 * 1xBet's live feed (undocumented; upstream-contracts 8): the events of one sport that run or are about to. One
 * answer holds so many events and no more, and has no pages: what does not fit is asked for league by league.
 */
import type { Gate } from '../gate.ts'
import { Failure } from '../../core/failures.ts'
import { rawBody, type RawBody } from '../http.ts'
import { changesOf } from './onexbet-changes.ts'
import { createTransport } from './onexbet-transport.ts'
import { idOf, listOf, readEvents, type Sighting } from './onexbet-event.ts'
import { isFull, leaguesOf, splitByLeague, type Page, type Split } from './onexbet-leagues.ts'
import type { RejectedRow } from '../payload.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

export type { Sighting } from './onexbet-event.ts'
export type { Odds } from './onexbet-odds.ts'

const UPSTREAM = 'onexbet'
/** The leagues of a sport are at an address beside its events. */
const LEAGUES_PATH = '/GetChampsZip'

/** The feed's parameters, under the names of their settings. */
export interface FeedQuery {
  /** 85 is FIFA, played by people on consoles. */
  sport: number
  country: number
  /** Language of names and status texts, such as fr. */
  language: string
  /** The most events of one answer; beyond the host's own cap it changes nothing. */
  count: number
  group: number
  mode: number
  get_empty: boolean
  virtual_sports: boolean
  no_filter_block_event: boolean
  /** Ask league by league where an answer is full. */
  split_by_league: boolean
}

type Query = Record<string, string | number>

export interface OneXBetOptions {
  /**
   * Such as https://1xbet.com/service-api/LiveFeed/Get1x2_VZip; parameters in it are sent too, after ours: some
   * brands want a partner.
   */
  feedUrl: string
  query: FeedQuery
  userAgent: string
  /** Default: four requests at a time, no wait longer than five seconds. */
  gate?: Gate
  /** Timeout of one request, in milliseconds. Default: ten seconds. */
  timeoutMs?: number
  /** Reference time of the feed's running clocks. Default: each response's own time. */
  clock?: () => Date
}

/** What the feed showed in one collection. */
export interface LiveFeed {
  sightings: Sighting[]
  /** Events may be missing: an answer was as long as it may be, and asking by league did not reach all. */
  truncated: boolean
  /** One for each thing that could not be fetched. */
  why: Reason[]
  /** Events that are no matches, for want of a second team. */
  others: number
  /** All events, each once: the sightings, the others and the rejected. */
  fetched: number
  /** Rows that repeat an event of the same response. */
  duplicates: number
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface OneXBet {
  /**
   * The matches of this moment. Throws the failures of `Http.request`, `Blocked` for a refusal or a web page,
   * `UpstreamUnavailable` for an error under a good status, `PayloadInvalid` for an answer without a list. A league
   * that fails costs only itself.
   */
  live: (signal: AbortSignal) => Promise<LiveFeed>
}

/** A client of one feed. Throws `Misconfigured` for an invalid address. */
export function createOneXBet(options: OneXBetOptions): OneXBet {
  const { folder, path, extra } = partsOf(options.feedUrl)
  const transport = createTransport({
    ...options,
    upstream: UPSTREAM,
    baseUrl: folder,
    setting: 'match-results.feed.url',
    maxEvents: options.query.count,
  })
  const { query } = options
  const asked = async (at: string, parameters: Query, signal: AbortSignal): Promise<Response> => {
    const answer = await transport(at, { ...parameters, ...extra }, signal)
    return { raw: rawBody(UPSTREAM, answer), at: options.clock?.() ?? answer.observedAt }
  }
  return {
    live: (signal) =>
      look(query, {
        events: (league) => asked(path, eventsQuery(query, league), signal),
        leagues: () => asked(LEAGUES_PATH, leaguesQuery(query), signal),
        signal,
      }),
  }
}

/** A body, and the time of its running clocks. */
interface Response {
  raw: RawBody
  at: Date
}

interface Responses {
  /** The events of a league; without one, of all. */
  events: (league: number | undefined) => Promise<Response>
  leagues: () => Promise<Response>
  signal: AbortSignal
}

/** How much a response is asked to hold, and what is done where that is too little. */
type Bounds = Pick<FeedQuery, 'count' | 'split_by_league'>

/** Reads the response of all events, and where that is full those of the leagues. */
async function look(query: Bounds, { events, leagues, signal }: Responses): Promise<LiveFeed> {
  const page = async (league?: number): Promise<Page> => pageOf(query, await events(league))
  const first = await page()
  if (!first.full) return merged(first, { pages: [], complete: true, why: [], raw: [] })
  if (!query.split_by_league)
    return merged(first, { pages: [], complete: false, why: [reason('feed-full')], raw: [] })
  const split = await splitByLeague(first, {
    page,
    leagues: async () => {
      const { raw } = await leagues()
      return { leagues: leaguesOf(eventsIn(raw)), raw }
    },
    signal,
  })
  return merged(first, split)
}

function pageOf({ count }: Bounds, { raw, at }: Response): Page {
  const list = eventsIn(raw)
  return { ...readEvents(list, at), full: isFull(list.length, count), raw }
}

/** The rows of a response as they came. Throws as `listOf`. */
export const eventsIn = ({ url, body }: Pick<RawBody, 'url' | 'body'>): unknown[] =>
  listOf(body, `${UPSTREAM} GET ${new URL(url).pathname}`)

/** What stored responses show. */
export interface ReadAgain {
  feed: LiveFeed
  /** False if responses are missing: then events that it does not show say nothing. */
  isWhole: boolean
}

/** Reads the stored responses of one collection, oldest first, as seen at `at`. */
export async function readStored(query: Bounds, stored: readonly RawBody[], at: Date): Promise<ReadAgain> {
  const isList = ({ url }: RawBody) => new URL(url).pathname.endsWith(LEAGUES_PATH)
  const leagueOf = ({ url }: RawBody) => new URL(url).searchParams.get('champs')
  const lists = stored.filter(isList)
  const pages = stored.filter((one) => !isList(one))
  const first = pages.find((one) => leagueOf(one) === null)
  if (first === undefined) {
    const [one = pageOf(query, { raw: NO_EVENTS, at }), ...others] = pages.map((raw) =>
      pageOf(query, { raw, at }),
    )
    return { feed: merged(one, { pages: others, complete: false, why: [], raw: [] }), isWhole: false }
  }
  let isWhole = true
  const found = (raw: RawBody | undefined): Promise<Response> => {
    if (raw !== undefined) return Promise.resolve({ raw, at })
    isWhole = false
    return Promise.reject(new Failure('NotFound', 'The response is not stored.'))
  }
  const feed = await look(query, {
    events: (league) =>
      found(league === undefined ? first : pages.find((one) => leagueOf(one) === String(league))),
    leagues: () => found(lists[0]),
    signal: new AbortController().signal,
  })
  return { feed, isWhole }
}

const NO_EVENTS = { source: UPSTREAM, url: 'stored:/', body: '{"Value": []}', observedAt: new Date(0) }

/** A response that holds nothing but these events. */
export const responseOf = (events: readonly unknown[]): Pick<RawBody, 'url' | 'body'> => ({
  url: 'stored:/?champs=0',
  body: JSON.stringify({ Value: events }),
})

/** A league's answer is the later one, and counts where an event is in both. */
function merged(first: Page, split: Split): LiveFeed {
  const pages = [first, ...split.pages]
  const sightings = byKey(
    pages.flatMap((page) => page.sightings),
    ({ eventId }) => eventId,
  )
  const others = byKey(
    pages.flatMap((page) => page.others),
    eventKey,
  ).length
  const rejected = byKey(
    pages.flatMap((page) => page.rejected),
    ({ row }) => eventKey(row),
  )
  return {
    sightings,
    truncated: !split.complete,
    why: [...changesOf(first), ...split.why],
    others,
    fetched: sightings.length + others + rejected.length,
    duplicates: pages.reduce((sum, { repeated }) => sum + repeated, 0),
    rejected,
    raw: [first.raw, ...split.raw, ...split.pages.map(({ raw }) => raw)],
  }
}

/** Two rows without a readable id are the same event where they say the same. */
const eventKey = (row: unknown): unknown => idOf(row) ?? JSON.stringify(row)

/** The last row of each key, in the order of the keys' first rows. */
const byKey = <T>(rows: readonly T[], keyOf: (row: T) => unknown): T[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]

/** In the order of the documented address. */
const eventsQuery = (query: FeedQuery, league: number | undefined): Query => ({
  sports: query.sport,
  ...(league === undefined ? {} : { champs: league }),
  count: query.count,
  lng: query.language,
  gr: query.group,
  mode: query.mode,
  country: query.country,
  getEmpty: String(query.get_empty),
  virtualSports: String(query.virtual_sports),
  noFilterBlockEvent: String(query.no_filter_block_event),
})

/**
 * `GetChampsZip` and `champs=` are not in upstream-contracts 8: public clients of the same API ask so (one sport,
 * `Value` is a list of leagues, `LI` their id). If a brand responds otherwise the feed stays `truncated`.
 */
const leaguesQuery = ({ sport, language, country, virtual_sports }: FeedQuery): Query => ({
  sport,
  lng: language,
  country,
  virtualSports: String(virtual_sports),
})

/** The address without its last part, that part, and the parameters that it already has. */
function partsOf(feedUrl: string): { folder: string; path: string; extra: Record<string, string> } {
  // What is no address at all is refused where every base URL is.
  if (!URL.canParse(feedUrl)) return { folder: feedUrl, path: '', extra: {} }
  const { origin, pathname, searchParams } = new URL(feedUrl)
  const parts = pathname.replace(/(?<!\/)\/+$/, '').split('/')
  const last = parts.pop() ?? ''
  return { folder: origin + parts.join('/'), path: `/${last}`, extra: Object.fromEntries(searchParams) }
}
