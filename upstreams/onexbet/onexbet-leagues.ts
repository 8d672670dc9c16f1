/**
 * The live feed requested by league, if one response does not hold all of its events. Whether that reached all is
 * judged by what the first answer and the feed's list of leagues tell: some brands do not support the request.
 */
import * as z from 'zod'
import { Failure } from '../../core/failures.ts'
import type { RawBody } from '../http.ts'
import { sideBySide } from './onexbet-transport.ts'
import { idOf, positiveId, type SeenEvents } from './onexbet-event.ts'
import { count, parseRows } from '../payload.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** More requests than this do not fit into a minute beside everything else. */
export const MAX_LEAGUES = 50
/** The documented cap of a response; a host with its own cap has it at 40, or at a multiple of 50. */
const KNOWN_CAP = 40
const CAP_STEP = 50
/**
 * Maximum number of events of the first response that may be missing in the leagues' responses: they ended in the
 * seconds between.
 */
const ENDED_MEANWHILE = 1
const ENDED_MEANWHILE_SHARE = 0.05

/** One answer of the feed. */
export interface Page extends SeenEvents {
  full: boolean
  raw: RawBody
}

/** A league of the feed's list. */
export interface League {
  id: number
  /** How many events it has; null if the list does not say. */
  events: number | null
}

/** What asking by league added to the first answer. */
export interface Split {
  pages: Page[]
  /** True if nothing indicates an event that no response named. */
  complete: boolean
  /** One for each thing that could not be fetched. */
  why: Reason[]
  raw: RawBody[]
}

export interface Asking {
  page: (league: number, signal: AbortSignal) => Promise<Page>
  leagues: (signal: AbortSignal) => Promise<{ leagues: League[]; raw: RawBody }>
  signal: AbortSignal
}

/** Whether an answer of so many events may be cut off, be it at a cap of the host's own below the number asked for. */
export const isFull = (events: number, asked: number): boolean =>
  events >= asked || events === KNOWN_CAP || (events > 0 && events % CAP_STEP === 0)

const leagueSchema = z.object({ LI: positiveId, GC: count.nullish().catch(null) })

/** The leagues of `GetChampsZip`; a row without an id is left out. */
export const leaguesOf = (list: readonly unknown[]): League[] =>
  parseRows(leagueSchema, list).rows.map(({ LI, GC }) => ({ id: LI, events: GC ?? null }))

/** Requests every league that the feed lists or has shown. Only named failures are tolerated. */
export async function splitByLeague(first: Page, { page, leagues, signal }: Asking): Promise<Split> {
  const listed = await survived(leagues(signal))
  const list = listed.value?.leagues ?? []
  const seen = first.sightings.flatMap(({ leagueId }) => leagueId ?? [])
  const all = [...new Set([...list.map(({ id }) => id), ...seen])]
  const asked = all.slice(0, MAX_LEAGUES)
  const answers = await sideBySide(asked, (league) => survived(page(league, signal)))
  const pages = new Map(
    answers.flatMap(({ value }, at) => (value === undefined ? [] : [[asked[at] ?? 0, value] as const])),
  )
  const why = [
    ...(listed.failure === undefined ? [] : [reason('leagues-unknown', { message: listed.failure.message })]),
    ...(asked.length < all.length
      ? [reason('leagues-too-many', { leagues: all.length, most: MAX_LEAGUES })]
      : []),
    ...(listed.value !== undefined && list.length === 0 ? [reason('leagues-none')] : []),
    ...failedReason(answers.map(({ failure }) => failure)),
    ...gapsIn(first, list, pages),
  ]
  const raw = listed.value === undefined ? [] : [listed.value.raw]
  return { pages: [...pages.values()], complete: why.length === 0, why, raw }
}

function failedReason(failures: readonly (Failure | undefined)[]): Reason[] {
  const failed = failures.filter((failure) => failure !== undefined)
  const [one] = failed
  if (one === undefined) return []
  return [reason('leagues-failed', { failed: failed.length, asked: failures.length, message: one.message })]
}

/** Events that are missing in the good responses of the leagues (by id). */
function gapsIn(first: Page, list: readonly League[], pages: ReadonlyMap<number, Page>): Reason[] {
  const gaps: Reason[] = []
  const full = [...pages.values()].filter((page) => page.full).length
  if (full > 0) gaps.push(reason('leagues-full', { leagues: full }))
  const named = new Set([...pages.values()].flatMap(idsIn))
  // A match whose league is not known is in one of them where all were asked and have answered.
  const isWhole = list.length > 0 && list.every(({ id }) => pages.has(id))
  const missing = first.sightings.filter(
    ({ eventId, leagueId }) => !named.has(eventId) && (leagueId === null ? isWhole : pages.has(leagueId)),
  ).length
  if (missing > Math.max(ENDED_MEANWHILE, first.sightings.length * ENDED_MEANWHILE_SHARE))
    gaps.push(reason('leagues-lack-matches', { missing, of: first.sightings.length }))
  const short = list.filter(({ id, events }) => isShort(events ?? 0, pages.get(id)))
  if (short[0] !== undefined)
    gaps.push(reason('leagues-short', { leagues: short.length, first: short[0].id }))
  return gaps
}

/** A list may count what an answer leaves out: only an answer of less than half of it is none. */
function isShort(count: number, page: Page | undefined): boolean {
  return page !== undefined && count - idsIn(page).length > Math.max(ENDED_MEANWHILE, count / 2)
}

/** The events of an answer, as far as they have an id. */
const idsIn = ({ sightings, others, rejected }: Page): number[] => [
  ...sightings.map(({ eventId }) => eventId),
  ...[...others, ...rejected.map(({ row }) => row)].flatMap((row) => idOf(row) ?? []),
]

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
