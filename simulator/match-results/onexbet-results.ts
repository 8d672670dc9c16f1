/**
 * 1xBet's results service: results of the matches, some minutes after their end. No response of it is recorded; shaped
 * after section 8 of the contracts page.
 */
import type { Matches, SimulatedMatch } from './matches.ts'
import { SPORT } from './matches/feed-event.ts'
import { html, json, type Reply, type SimulatedRequest, type Upstream } from '../upstream.ts'

const API = '/service-api/result/web/api'
/** The only versions that the service knows. */
const VERSIONS: Readonly<Record<string, string>> = { sports: 'v2', champs: 'v2', games: 'v3' }
const MINUTE_S = 60
const WINDOW_S = 86_400

export interface OneXBetResultsOptions {
  matches: Matches
  clock: () => Date
}

/** The upstream `onexbet-results`. */
export function createOneXBetResults(options: OneXBetResultsOptions): Upstream {
  const answer = ({ method, path, query }: SimulatedRequest): Reply => {
    const [, version = '', what = ''] =
      /^\/(v\d+)\/(\w+)$/.exec(path.startsWith(API) ? path.slice(API.length) : '') ?? []
    const known = VERSIONS[what]
    if (method !== 'GET' || known === undefined) return html(404, '<h1>404 Not Found</h1>')
    if (known !== version) return unsupported(what, version)
    const window = windowOf(query)
    if (typeof window === 'string') return refused(window)
    switch (what) {
      case 'sports':
        return json(200, { items: [{ id: SPORT, name: 'FIFA' }] })
      case 'champs':
        return champs(options, query, window)
      default:
        return games(options, query, window)
    }
  }
  return { name: 'onexbet-results', prefix: '/onexbet-results', answer }
}

function unsupported(what: string, version: string): Reply {
  return json(400, {
    error: 'UnsupportedApiVersion',
    message: `The HTTP resource "${what}" does not support the API version "${version.slice(1)}".`,
  })
}

function refused(problem: string): Reply {
  return json(400, { error: 'BadRequest', message: problem })
}

interface Window {
  from: Date
  to: Date
}

/** The requested window, or why there is none. Milliseconds in place of seconds are no window either. */
function windowOf(query: URLSearchParams): Window | string {
  const [from, to] = ['dateFrom', 'dateTo'].map((name) => {
    const text = query.get(name) ?? ''
    return /^\d+$/.test(text) ? Number(text) : undefined
  })
  if (from === undefined || to === undefined) return 'dateFrom and dateTo are seconds since 1970.'
  if (from % MINUTE_S !== 0 || to % MINUTE_S !== 0) return 'dateFrom and dateTo must be whole minutes.'
  if (to - from !== WINDOW_S) return 'The window must be exactly 24 hours.'
  return { from: new Date(from * 1_000), to: new Date(to * 1_000) }
}

/** Matches that started in the window and have a result by now. */
function known({ matches, clock }: OneXBetResultsOptions, { from, to }: Window): SimulatedMatch[] {
  const now = clock()
  return matches
    .truthBetween(from, to < now ? to : now)
    .filter(({ resultAt }) => resultAt !== null && resultAt <= now)
}

function champs(options: OneXBetResultsOptions, query: URLSearchParams, window: Window): Reply {
  const sports = query.get('sportIds')
  if (sports !== null && !sports.split(',').includes(String(SPORT))) return json(200, { items: [] })
  const french = query.get('lng') === 'fr'
  const items = new Map(
    known(options, window).map(({ leagueId, league, leagueInEnglish }) => [
      leagueId,
      { id: leagueId, name: french ? league : leagueInEnglish, sportId: SPORT },
    ]),
  )
  return json(200, { items: [...items.values()] })
}

function games(options: OneXBetResultsOptions, query: URLSearchParams, window: Window): Reply {
  const league = query.get('champId') ?? ''
  if (!/^\d+$/.test(league)) return refused('champId is required.')
  const french = query.get('lng') === 'fr'
  const items = known(options, window)
    .filter(({ leagueId }) => leagueId === Number(league))
    .map((match) => gameOf(match, french))
  return json(200, { items })
}

function gameOf(match: SimulatedMatch, french: boolean) {
  const { score, firstHalf, voidScore } = match
  const halves = score && [firstHalf, [score[0] - firstHalf[0], score[1] - firstHalf[1]]]
  const texts = halves?.map((half) => half.join(':')) ?? []
  const titles = french ? ['1ère mi-temps', '2ème mi-temps'] : ['1st half', '2nd half']
  return {
    id: match.resultId,
    sportId: SPORT,
    champId: match.leagueId,
    champName: french ? match.league : match.leagueInEnglish,
    opp1: match.team1,
    opp2: match.team2,
    score: score === null ? voidScore : `${score.join(':')} (${texts.join(',')})`,
    dateStart: match.startsAt.getTime() / 1_000,
    subGame: texts.map((text, at) => ({ title: titles[at] ?? '', score: text })),
  }
}
