/**
 * 1xBet's results service (undocumented; upstream-contracts 8): what became of the matches of the last 24 hours, by
 * league. It is asked for the leagues that wait for a result only.
 */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import { compareFields, type KnownFields } from '../fields.ts'
import type { Gate } from '../gate.ts'
import { rawBody, type RawBody } from '../http.ts'
import { createTransport, sideBySide, type Transport } from './onexbet-transport.ts'
import { isPlausible, nameText, positiveId, wellFormed } from './onexbet-event.ts'
import { foldCase } from './onexbet-status.ts'
import { parseBody, parseRows, type RejectedRow } from '../payload.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

const UPSTREAM = 'onexbet-results'
const LEAGUES_PATH = '/v2/champs'
const GAMES_PATH = '/v3/games'
const MINUTE_S = 60
/** The service refuses any other width. */
const WINDOW_S = 24 * 60 * MINUTE_S
/** Of fewer games than this, all may be called off or not yet judged. */
const ENOUGH_GAMES = 10
/** More requests than this do not fit into a minute's collection; the others are asked for by the next. */
export const MAX_RESULT_LEAGUES = 50

export interface OneXBetResultsOptions {
  /** Such as https://1xbet.com/service-api/result/web/api; the versions of its two paths belong to this client. */
  baseUrl: string
  /** Language of names, the feed's, so that names can be compared. */
  language: string
  /** The brand: 1 is 1xBet. */
  ref: number
  /** The feed's sport. */
  sports: number
  userAgent: string
  /** Default: four requests at a time, no wait longer than five seconds. */
  gate?: Gate
  /** Timeout of one request, in milliseconds. Default: ten seconds. */
  timeoutMs?: number
}

/** A result as the service has it; its ids are the feed's as a rule, not always. */
export interface MatchResult {
  gameId: number
  leagueId: number | null
  league: string
  team1: string
  team2: string
  /** ISO 8601, UTC. */
  startsAt: string | null
  score: [number, number]
}

/** A league as the feed names it. */
export interface WantedLeague {
  id: number | null
  name: string
}

export interface FinishedMatches {
  results: MatchResult[]
  /** Games that are listed without a score: cancelled, or not yet judged. */
  withoutScore: number
  /** Of the wanted leagues those that are not in the service's list. */
  unlisted: WantedLeague[]
  /** One for each thing that could not be fetched. */
  why: Reason[]
  rejected: RejectedRow[]
  raw: RawBody[]
}

export interface OneXBetResults {
  /**
   * The results of the 24 hours up to the minute that ends at or after `at`, of these leagues: known by id, else by
   * name. A league that has none yet is not in the service's list. Throws the failures of `Http.request`, `Blocked`
   * for a refusal or a web page, `Misconfigured` where the host has another version of the service; a league that
   * fails costs only itself unless all do.
   */
  finished: (
    wanted: { leagues: readonly WantedLeague[]; at: Date },
    signal: AbortSignal,
  ) => Promise<FinishedMatches>
}

const listSchema = z.object({ items: z.array(z.unknown()).nullable() })
const leagueSchema = z.object({ id: positiveId, name: wellFormed.nullish() })
type League = z.infer<typeof leagueSchema>

/** 2:1 (1:0,1:1): the text after the score is its parts. Any word there may mean anything: such a row is refused. */
const SCORE = /^(\d{1,3}) ?[:-] ?(\d{1,3})(?: ?[([][\d\s:;,()[\]-]*)?$/
/** Text in the place of a missing score. */
const NO_SCORE =
  /^(?:|annulee?|match annule|cancell?ed|reportee?|postponed|abandon(?:nee?|ed)?|interrompue?|interrupted|suspendue?|suspended|non joue|not played|walkover|forfait|void)$/
const SCORE_CHARS = 200

const gameSchema = z
  .object({
    id: positiveId,
    champId: positiveId.nullish(),
    champName: wellFormed.nullish(),
    opp1: nameText,
    opp2: nameText,
    dateStart: z.number().nullish(),
    score: z.string().max(SCORE_CHARS).nullish(),
  })
  .transform(({ score, ...game }, context) => {
    const said = (score ?? '').trim()
    const [, one, two] = SCORE.exec(said) ?? []
    if (one !== undefined && two !== undefined)
      return { ...game, score: [Number(one), Number(two)] as [number, number] }
    if (NO_SCORE.test(foldCase(said))) return { ...game, score: null }
    context.addIssue({ code: 'custom', path: ['score'], message: 'not a score' })
    return z.NEVER
  })
type Game = z.infer<typeof gameSchema>

/** A client of the results service. Throws `Misconfigured` for an invalid address. */
export function createOneXBetResults(options: OneXBetResultsOptions): OneXBetResults {
  const transport = createTransport({ ...options, upstream: UPSTREAM, setting: 'match-results.results.url' })
  const ask = asking(transport)
  return {
    finished: async ({ leagues, at }, signal) => {
      if (leagues.length === 0)
        return { results: [], withoutScore: 0, unlisted: [], why: [], rejected: [], raw: [] }
      const common = { ...windowTo(at), lng: options.language, ref: options.ref }
      const listed = await ask(LEAGUES_PATH, { ...common, sportIds: options.sports }, signal)
      const known = parseRows(leagueSchema, listed.items)
      const wanted = known.rows.filter((league) => leagues.some((one) => isSameLeague(league, one)))
      const unlisted = leagues.filter((one) => !known.rows.some((league) => isSameLeague(league, one)))
      const asked = turnedOn(wanted, at).slice(0, MAX_RESULT_LEAGUES)
      const answers = await sideBySide(asked, (league) =>
        gamesOf(league, () => ask(GAMES_PATH, { champId: league.id, ...common }, signal), at),
      )
      return summed(answers, {
        wanted: wanted.length,
        unlisted,
        rejected: known.rejected,
        raw: listed.raw,
      })
    },
  }
}

/** The golden section: its multiples fall all over a list, at whatever interval it is asked for. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** Another part of a list comes first every minute: so no league is left out for long where not all can be asked. */
function turnedOn<T>(list: readonly T[], at: Date): T[] {
  const minute = Math.floor(at.getTime() / 1_000 / MINUTE_S)
  const first = Math.floor(((minute * GOLDEN) % 1) * list.length)
  return [...list.slice(first), ...list.slice(0, first)]
}

interface Listed {
  items: unknown[]
  raw: RawBody
}

type Games =
  | { failure: Failure }
  | { failure?: never; results: MatchResult[]; withoutScore: number; rejected: RejectedRow[]; raw: RawBody }

const asking =
  (transport: Transport) =>
  async (path: string, query: Record<string, string | number>, signal: AbortSignal): Promise<Listed> => {
    const answer = await transport(path, query, signal)
    const raw = rawBody(UPSTREAM, answer)
    return { items: itemsIn(raw), raw }
  }

/** Of fewer games each may lack what only some have. */
const LEAST_GAMES = 3
const GAME: KnownFields = {
  client: UPSTREAM,
  object: 'game',
  needed: ['id', 'champId', 'champName', 'opp1', 'opp2', 'dateStart', 'score'],
  least: LEAST_GAMES,
  others: ['sportId', 'subGame'],
}

/** Whole minutes in seconds since 1970; a part of the last minute is in the future, so that nothing is left out. */
function windowTo(at: Date): { dateFrom: number; dateTo: number } {
  const dateTo = Math.ceil(at.getTime() / 1_000 / MINUTE_S) * MINUTE_S
  return { dateFrom: dateTo - WINDOW_S, dateTo }
}

function isSameLeague({ id, name }: League, league: WantedLeague): boolean {
  const called = foldCase(name ?? '')
  return league.id === id || (called !== '' && foldCase(league.name) === called)
}

async function gamesOf(league: League, ask: () => Promise<Listed>, at: Date): Promise<Games> {
  try {
    const { items, raw } = await ask()
    compareFields(GAME, items)
    return { ...readGames(items, league, at), raw }
  } catch (error) {
    if (error instanceof Failure) return { failure: error }
    throw error
  }
}

function readGames(items: readonly unknown[], league: League, at: Date) {
  const { rows, rejected } = parseRows(gameSchema, items)
  const results = rows.flatMap((game) => resultOf(game, league, at))
  return { results, withoutScore: rows.length - results.length, rejected }
}

/** The rows of a response as they came. Throws `PayloadInvalid` if it holds no list. */
export const itemsIn = ({ url, body }: Pick<RawBody, 'url' | 'body'>): unknown[] =>
  parseBody(listSchema, body, `${UPSTREAM} GET ${new URL(url).pathname}`).items ?? []

/** Reads the stored responses of one collection. */
export function readStoredResults(
  stored: readonly RawBody[],
  at: Date,
): Pick<FinishedMatches, 'results' | 'rejected'> {
  const isList = ({ url }: RawBody) => new URL(url).pathname.endsWith(LEAGUES_PATH)
  const listed = parseRows(leagueSchema, stored.filter(isList).flatMap(itemsIn))
  const leagues = new Map(listed.rows.map((league) => [league.id, league]))
  const games = stored
    .filter((one) => !isList(one))
    .map((one) => {
      const id = Number(new URL(one.url).searchParams.get('champId'))
      return readGames(itemsIn(one), leagues.get(id) ?? { id }, at)
    })
  const byId = new Map(
    games.flatMap(({ results }) => results.map((result) => [result.gameId, result] as const)),
  )
  return {
    results: [...byId.values()],
    rejected: [...listed.rejected, ...games.flatMap(({ rejected }) => rejected)],
  }
}

/** A response that holds nothing but these games. */
export const responseOf = (games: readonly unknown[]): Pick<RawBody, 'url' | 'body'> => ({
  url: `stored:${GAMES_PATH}`,
  body: JSON.stringify({ items: games }),
})

function resultOf(game: Game, league: League, at: Date): MatchResult[] {
  if (game.score === null) return []
  const startsMs = (game.dateStart ?? Number.NaN) * 1_000
  return [
    {
      gameId: game.id,
      leagueId: game.champId ?? league.id,
      league: game.champName ?? league.name ?? '',
      team1: game.opp1,
      team2: game.opp2,
      startsAt: isPlausible(startsMs, at) ? new Date(startsMs).toISOString() : null,
      score: game.score,
    },
  ]
}

interface FirstAnswer {
  /** Leagues that were wanted and have results. */
  wanted: number
  unlisted: WantedLeague[]
  rejected: RejectedRow[]
  raw: RawBody
}

/** Throws the first failure where every league failed: then nothing was learnt, and another attempt may help. */
function summed(answers: readonly Games[], first: FirstAnswer): FinishedMatches {
  const failures = answers.flatMap(({ failure }) => failure ?? [])
  const good = answers.flatMap((answer) => (answer.failure === undefined ? [answer] : []))
  if (failures[0] !== undefined && good.length === 0) throw failures[0]
  const why: Reason[] = []
  if (failures[0] !== undefined) {
    const { message } = failures[0]
    why.push(reason('results-failed', { failed: failures.length, asked: answers.length, message }))
  }
  if (answers.length < first.wanted)
    why.push(reason('results-too-many', { waiting: first.wanted, asked: answers.length }))
  const games = good.reduce(
    (sum, one) => sum + one.results.length + one.withoutScore + one.rejected.length,
    0,
  )
  if (games >= ENOUGH_GAMES && good.every(({ results }) => results.length === 0))
    why.push(reason('results-without-score', { games }))
  const byId = new Map(good.flatMap(({ results }) => results.map((result) => [result.gameId, result])))
  return {
    results: [...byId.values()],
    withoutScore: good.reduce((sum, { withoutScore }) => sum + withoutScore, 0),
    unlisted: first.unlisted,
    why,
    rejected: [...first.rejected, ...good.flatMap(({ rejected }) => rejected)],
    raw: [first.raw, ...good.map(({ raw }) => raw)],
  }
}
