/**
 * 1xBet's live feed of e-football, undocumented: shaped after one recorded response and section 8 of the contracts
 * page.
 */
import * as z from 'zod'
import { MINUTE_MS } from '../../core/durations.ts'
import { fraction, hash } from '../chance.ts'
import type { Matches, ShownMatch } from './matches.ts'
import { feedEvent, outright, SPORT, type EventView } from './matches/feed-event.ts'
import type { Language } from './matches/status-texts.ts'
import { ownFault } from '../own-fault.ts'
import { html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'
/** Default of `count`. */
const DEFAULT_COUNT = 50
/** Share of the minutes in which a league's outright stands among its matches. */
const OUTRIGHT_SHARE = 0.05
/** Share of the minutes in which one event stands in the response twice. */
const TWICE_SHARE = 0.08
/** Salt of the response's chances. */
const DRAW = 64

export interface OneXBetOptions {
  matches: Matches
  seed: number
  clock: () => Date
  /** `false`: events carry no league id, as in the recording; they do by default. */
  leagueIds?: boolean
}

/** A refusal: 200 with a code and no events. */
const ERROR_CODE = ownFault(
  'error-code',
  { code: z.int(), message: z.string().optional() },
  ({ code, message = 'Service is unavailable' }) =>
    json(200, { Error: message, ErrorCode: code, Guid: '', Id: 0, Success: false, Value: [] }),
)

/** The upstream `onexbet`. It refuses no number of requests, since no limit is known. */
export function createOneXBet(options: OneXBetOptions): Upstream {
  const answer = ({ method, path, query }: SimulatedRequest): Reply => {
    if (method !== 'GET') return html(405, '<h1>405 Not Allowed</h1>')
    switch (path.replace(/^\/service-api/, '')) {
      case '/LiveFeed/Get1x2_VZip':
        return envelope(events(options, query))
      case '/LiveFeed/GetChampsZip':
        return envelope(leagues(options, query))
      default:
        return html(404, '<h1>404 Not Found</h1>')
    }
  }
  return { name: 'onexbet', prefix: '/onexbet', answer, faults: [ERROR_CODE] }
}

function envelope(value: unknown[]): Reply {
  return json(200, { Error: '', ErrorCode: 0, Guid: '', Id: 0, Success: true, Value: value })
}

function languageOf(query: URLSearchParams): Language {
  return query.get('lng') === 'fr' ? 'fr' : 'en'
}

/** Country, mode, gr, getEmpty and the like are accepted and change nothing: their meaning is unknown. */
function events({ matches, seed, clock, leagueIds = true }: OneXBetOptions, query: URLSearchParams) {
  if (!asksFor(query.get('sports'))) return []
  const minute = Math.floor(clock().getTime() / MINUTE_MS)
  const view: EventView = { language: languageOf(query), minute, leagueIds }
  const league = query.get('champs')
  const wanted = (id: number) => league === null || league.split(',').includes(String(id))
  const shown = matches.at(clock()).filter(({ match }) => wanted(match.leagueId))
  const outrights = matches
    .leagues()
    .filter(({ id, index }) => wanted(id) && fraction(seed, DRAW, minute, index) < OUTRIGHT_SHARE)
    .map((of) => outright(of, view))
  const whole = [...outrights, ...shown.map((one) => feedEvent(one, view))]
  return shuffled(seed, minute, withOneTwice(seed, minute, whole, countOf(query.get('count'))))
}

function asksFor(sports: string | null): boolean {
  return sports === null || sports.split(',').includes(String(SPORT))
}

function countOf(asked: string | null): number {
  return asked !== null && /^[1-9]\d*$/.test(asked) ? Number(asked) : DEFAULT_COUNT
}

/** At most `count` of the list; the repeated one counts, too. */
function withOneTwice<T>(seed: number, minute: number, list: readonly T[], count: number): T[] {
  const again = fraction(seed, DRAW, minute, -1) < TWICE_SHARE
  const repeated = again ? list[hash(seed, DRAW, minute, -3) % Math.min(list.length, count)] : undefined
  return repeated === undefined ? list.slice(0, count) : [...list.slice(0, count - 1), repeated]
}

/** Another order every minute. */
function shuffled<T>(seed: number, minute: number, list: readonly T[]): T[] {
  return list
    .map((item, at) => ({ item, place: hash(seed, DRAW, minute, -2, at) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** The leagues that have events now. Not on the contracts page: general knowledge of this API's public clients. */
function leagues({ matches, clock }: OneXBetOptions, query: URLSearchParams) {
  if (!asksFor(query.get('sport') ?? query.get('sports'))) return []
  const language = languageOf(query)
  const byLeague = new Map<number, ShownMatch[]>()
  for (const shown of matches.at(clock())) {
    const list = byLeague.get(shown.league.id) ?? []
    byLeague.set(shown.league.id, [...list, shown])
  }
  return matches
    .leagues()
    .filter(({ id }) => byLeague.has(id))
    .map(({ id, name }) => ({
      LI: id,
      L: name[language],
      LE: name.en,
      GC: byLeague.get(id)?.length ?? 0,
      SI: SPORT,
      SN: 'FIFA',
    }))
}
