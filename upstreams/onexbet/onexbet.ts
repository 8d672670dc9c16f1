/**
 * 1xBet's live feed (undocumented; upstream-contracts 8): the events of one sport that run or are about to. One
 * answer holds so many events and no more, and has no pages: what does not fit is asked for league by league.
 */
import type { Gate } from '../gate.ts'
import { rawBody, type Answer, type RawBody } from '../http.ts'
import { changesOf } from './onexbet-changes.ts'
import { createTransport } from './onexbet-transport.ts'
import { idOf, listOf, readEvents, type Sighting } from './onexbet-event.ts'
import { isFull, leaguesOf, splitByLeague, type Asking, type Page, type Split } from './onexbet-leagues.ts'
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
  const timeOf = (answer: Answer): Date => options.clock?.() ?? answer.observedAt

  const page = async (league: number | undefined, signal: AbortSignal): Promise<Page> => {
    const answer = await transport(path, { ...eventsQuery(query, league), ...extra }, signal)
    const list = listOf(answer.body, `${UPSTREAM} GET ${path}`)
    const events = readEvents(list, timeOf(answer))
    return { ...events, full: isFull(list.length, query.count), raw: rawBody(UPSTREAM, answer) }
  }
  const leagues: Asking['leagues'] = async (signal) => {
    const answer = await transport(LEAGUES_PATH, { ...leaguesQuery(query), ...extra }, signal)
    const list = listOf(answer.body, `${UPSTREAM} GET ${LEAGUES_PATH}`)
    return { leagues: leaguesOf(list), raw: rawBody(UPSTREAM, answer) }
  }

  return {
    live: async (signal) => {
      const first = await page(undefined, signal)
      if (!first.full) return merged(first, { pages: [], complete: true, why: [], raw: [] })
      if (query.split_by_league) return merged(first, await splitByLeague(first, { page, leagues, signal }))
      return merged(first, { pages: [], complete: false, why: [reason('feed-full')], raw: [] })
    },
  }
}

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
const eventsQuery = (query: FeedQuery, league: number | undefined): Record<string, string | number> => ({
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
const leaguesQuery = ({
  sport,
  language,
  country,
  virtual_sports,
}: FeedQuery): Record<string, string | number> => ({
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
