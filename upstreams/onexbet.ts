/**
 * 1xBet's live feed (undocumented; upstream-contracts 8): the events of one sport that run or are about to. One
 * answer holds so many events and no more, and has no pages: what does not fit is asked for league by league.
 */
import { z } from 'zod'
import { Failure } from '../failures.ts'
import type { Gate } from './gate.ts'
import { rawBody, type Answer, type RawBody } from './http.ts'
import { createDoor, sideBySide } from './onexbet-door.ts'
import { listOf, positiveId, readEvents, type SeenEvents, type Sighting } from './onexbet-event.ts'
import { parseRows, type RejectedRow } from './payload.ts'

export type { Sighting } from './onexbet-event.ts'
export type { Odds } from './onexbet-odds.ts'

const UPSTREAM = 'onexbet'
/** The leagues of a sport stand beside its events. */
const LEAGUES_PATH = '/GetChampsZip'
/** More requests than this do not fit into a minute beside everything else. */
export const MAX_LEAGUES = 50

/** The feed's parameters, under the names of their settings. */
export interface FeedQuery {
  /** 85 is FIFA, played by people on consoles. */
  sport: number
  country: number
  /** Language of names and status texts, such as fr. */
  language: string
  /** The most events of one answer. */
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
  /** Four requests at a time and no wait beyond five seconds unless told. */
  gate?: Gate
  /** Of one request, in milliseconds; ten seconds unless told. */
  timeoutMs?: number
  /** What the feed's running clocks are read against; each answer's own time unless told. */
  clock?: () => Date
}

/** What the feed showed in one collection. */
export interface LiveFeed {
  sightings: Sighting[]
  /** Events may be missing: an answer was as long as it may be, and asking by league did not reach all. */
  truncated: boolean
  /** One sentence for each thing that could not be had. */
  why: string[]
  /** Events that are no matches, for want of a second team. */
  others: number
  /** All events, each once: the sightings, the others and the rejected. */
  fetched: number
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

interface Page extends SeenEvents {
  full: boolean
  raw: RawBody
}

/** What asking by league added to the first answer. */
interface Split {
  pages: Page[]
  complete: boolean
  why: string[]
  raw: RawBody[]
}

/** A client of one feed. Throws `Misconfigured` for an address that is none. */
export function createOneXBet(options: OneXBetOptions): OneXBet {
  const { folder, path, extra } = partsOf(options.feedUrl)
  const door = createDoor({
    ...options,
    upstream: UPSTREAM,
    baseUrl: folder,
    setting: 'match-results.feed.url',
  })
  const { query } = options
  const timeOf = (answer: Answer): Date => options.clock?.() ?? answer.observedAt

  const page = async (league: number | undefined, signal: AbortSignal): Promise<Page> => {
    const answer = await door(path, { ...eventsQuery(query, league), ...extra }, signal)
    const list = listOf(answer.body, `${UPSTREAM} GET ${path}`)
    const events = readEvents(list, timeOf(answer))
    return { ...events, full: list.length >= query.count, raw: rawBody(UPSTREAM, answer) }
  }
  const leagues = async (signal: AbortSignal): Promise<{ ids: number[]; raw: RawBody }> => {
    const answer = await door(LEAGUES_PATH, { ...leaguesQuery(query), ...extra }, signal)
    return {
      ids: leagueIds(listOf(answer.body, `${UPSTREAM} GET ${LEAGUES_PATH}`)),
      raw: rawBody(UPSTREAM, answer),
    }
  }

  return {
    live: async (signal) => {
      const first = await page(undefined, signal)
      if (!first.full) return merged(first, { pages: [], complete: true, why: [], raw: [] })
      if (!query.split_by_league)
        return merged(first, { pages: [], complete: false, why: [fullSentence(query)], raw: [] })
      const seen = first.sightings.flatMap(({ leagueId }) => (leagueId === null ? [] : [leagueId]))
      return merged(first, await splitByLeague(seen, { page, leagues, signal }))
    },
  }
}

interface Asking {
  page: (league: number, signal: AbortSignal) => Promise<Page>
  leagues: (signal: AbortSignal) => Promise<{ ids: number[]; raw: RawBody }>
  signal: AbortSignal
}

/** Asks for every league that the feed lists or has shown. Only failures with a name are survived. */
async function splitByLeague(seen: readonly number[], { page, leagues, signal }: Asking): Promise<Split> {
  const why: string[] = []
  const listed = await survived(leagues(signal))
  if (listed.failure !== undefined)
    why.push(`The feed's list of leagues could not be had: ${listed.failure.message}`)
  const all = [...new Set([...(listed.value?.ids ?? []), ...seen])]
  const asked = all.slice(0, MAX_LEAGUES)
  if (asked.length < all.length)
    why.push(`The feed has ${all.length} leagues; only ${MAX_LEAGUES} are asked for in a minute.`)
  if (listed.value?.ids.length === 0) why.push('The feed is full, and its list of leagues is empty.')
  const answers = await sideBySide(asked, (league) => survived(page(league, signal)))
  const failed = answers.flatMap(({ failure }) => failure ?? [])
  if (failed[0] !== undefined)
    why.push(
      `${failed.length} of ${asked.length} leagues could not be asked for; the first: ${failed[0].message}`,
    )
  const pages = answers.flatMap(({ value }) => value ?? [])
  const full = pages.filter((one) => one.full).length
  if (full > 0)
    why.push(
      `${full} leagues alone have as many events as one answer holds; others of theirs may be missing.`,
    )
  return { pages, complete: why.length === 0, why, raw: listed.value === undefined ? [] : [listed.value.raw] }
}

async function survived<T>(
  asked: Promise<T>,
): Promise<{ value: T; failure?: never } | { value?: never; failure: Failure }> {
  try {
    return { value: await asked }
  } catch (error) {
    if (error instanceof Failure) return { failure: error }
    throw error
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
    idOf,
  ).length
  const rejected = byKey(
    pages.flatMap((page) => page.rejected),
    ({ row }) => idOf(row),
  )
  return {
    sightings,
    truncated: !split.complete,
    why: split.why,
    others,
    fetched: sightings.length + others + rejected.length,
    rejected,
    raw: [first.raw, ...split.raw, ...split.pages.map(({ raw }) => raw)],
  }
}

/** The last row of each key, in the order of the keys' first rows. */
const byKey = <T>(rows: readonly T[], keyOf: (row: T) => unknown): T[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]

const idSchema = z.object({ I: positiveId })

/** What tells a row that cannot be read from another: its id, or nothing but itself. */
const idOf = (row: unknown): unknown => idSchema.safeParse(row).data?.I ?? row

const leagueSchema = z.object({ LI: positiveId })

const leagueIds = (list: readonly unknown[]): number[] =>
  parseRows(leagueSchema, list).rows.map(({ LI }) => LI)

const fullSentence = ({ count }: FeedQuery): string =>
  `The feed answered ${count} events, which is all that one answer holds; others may be missing.`

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
 * `Value` is a list of leagues, `LI` their id). Where a brand answers otherwise the feed stays `truncated`.
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
  const parts = pathname.replace(/\/+$/, '').split('/')
  const last = parts.pop() ?? ''
  return { folder: origin + parts.join('/'), path: `/${last}`, extra: Object.fromEntries(searchParams) }
}
