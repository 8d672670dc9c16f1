/** Parses a response of the live feed into sightings of matches; pure, but that fields other than known are counted. */
import * as z from 'zod'
import { MINUTE_MS } from '../../core/durations.ts'
import { Failure } from '../../core/failures.ts'
import { compareFields, namesIn, type KnownFields } from '../fields.ts'
import { hasMatchOdds, hasOutcomeRow, oddsOf, type Odds } from './onexbet-odds.ts'
import { isBefore, phaseOf, type Phase, type StatusSigns } from './onexbet-status.ts'
import { count, parseBody, parseRows, text, type RejectedRow } from '../payload.ts'
import { excerptOf } from '../refusal.ts'
/** A longer text is a notice, not a status; the limit also bounds the cost of pattern matching. */
const STATUS_CHARS = 200
/** As wide as the documented columns of names. */
const NAME_CHARS = 255
/** A live feed announces days ahead at most: a later start is in another unit, or not a time. */
const PLAUSIBLE_MS = 366 * 24 * 60 * MINUTE_MS
const COUNTING_DOWN = -1
/** Maximum that the results service can write; more means a change of format. */
const MAX_GOALS = 999
/** Maximum of PostgreSQL's integer: 68 years. A clock beyond it is in another unit, or invalid. */
const MAX_SECONDS = 2 ** 31 - 1

/** One match in one response; plain JSON. */
export interface Sighting {
  /** Unique within its feed. */
  eventId: number
  team1: string
  team2: string
  /** In the requested language; empty if the feed names none. */
  league: string
  leagueId: number | null
  /** ISO 8601, UTC; from the feed's own time, else from the clock that counts down to the start. */
  startsAt: string | null
  phase: Phase
  /** The status text as received, trimmed; that of the period if there is none. */
  status: string | null
  /** Seconds since the start; null before it and if the feed has no clock. */
  elapsedS: number | null
  /** Null before the start, and if the feed has no score. */
  score: [number, number] | null
  odds: Odds
}

/** The events of one response. */
export interface SeenEvents {
  /** One per match, in the order of the response. */
  sightings: Sighting[]
  /** The rows without a second team: bets on a whole tournament, not on a match. */
  others: unknown[]
  rejected: RejectedRow[]
  /** Rows of an event that an earlier row of the response had. */
  repeated: number
  /** Matches before their start, and how many of them have a row of 1 / X / 2, blocked or not. */
  announced: { matches: number; priced: number }
}

/** Trimmed text. */
export const wellFormed = text.transform((value) => value.trim())
/** A team's or league's name. */
export const nameText = wellFormed.pipe(z.string().min(1).max(NAME_CHARS))
const optionalName = wellFormed.pipe(z.string().max(NAME_CHARS)).nullish()
const statusText = z
  .string()
  .transform((value) => value.slice(0, STATUS_CHARS))
  .pipe(wellFormed)
  .nullish()
const rowsOf = z.array(z.unknown()).nullish()
export const positiveId = z.int().positive()

const goals = count.max(MAX_GOALS)
/** Empty at 0-0; fields under other names are not zeros. */
const scoreSchema = z
  .looseObject({ S1: goals.nullish(), S2: goals.nullish() })
  .refine(
    (sides) => Object.keys(sides).length === 0 || 'S1' in sides || 'S2' in sides,
    'neither S1 nor S2 among its fields: the format changed',
  )
const stateSchema = z.object({
  FS: scoreSchema.nullish(),
  TD: z.number().nullish(),
  TS: z.number().nullish(),
  I: statusText,
  SLS: statusText,
  CPS: statusText,
})
const eventSchema = z.object({
  I: positiveId,
  O1: nameText,
  O2: nameText,
  L: optionalName,
  LE: optionalName,
  LI: count.nullish(),
  S: z.number().nullish(),
  // Without it a match in play cannot be distinguished from one before its start, nor can their odds.
  SC: stateSchema,
  E: rowsOf,
  AE: rowsOf,
})
type Event = z.infer<typeof eventSchema>

/** Of fewer matches each may lack what only some have. */
const LEAST_MATCHES = 3
const EVENT: KnownFields = {
  client: 'onexbet',
  object: 'event',
  needed: ['I', 'O1', 'O2', 'SC', 'L', 'LE', 'E'],
  least: LEAST_MATCHES,
  others: namesIn(`
    AE GNS HMH HS LI MIO N O1I O2I R S SI SN T TN TNS ZP`),
}
const STATE: KnownFields = {
  client: 'onexbet',
  object: 'state',
  needed: ['FS', 'I', 'SLS', 'CPS'],
  least: LEAST_MATCHES,
  others: ['GS', 'PS', 'TD', 'TS'],
}

/** Fields that an event without a second team must not have. */
const secondTeamSchema = z.object({
  O2: z.unknown().optional(),
  O2I: z.unknown().optional(),
  SC: z
    .object({ FS: z.record(z.string(), z.unknown()).nullish() })
    .nullish()
    .catch(null),
  E: rowsOf.catch(null),
})

const envelopeSchema = z.object({
  Error: z.unknown().optional(),
  ErrorCode: z.unknown().optional(),
  Success: z.unknown().optional(),
  Value: z.unknown().optional(),
})
const NO_ERROR = new Set<unknown>([undefined, null, 0, '0', ''])

/**
 * The list of a response of the feed. `what` names the request. Throws `UpstreamUnavailable` if it has an error under a
 * good status, `PayloadInvalid` if it has no list. An empty list is valid: a sport may have no matches.
 */
export function listOf(body: string, what: string): unknown[] {
  const {
    Error: said,
    ErrorCode: code,
    Success: success,
    Value: value,
  } = parseBody(envelopeSchema, body, what)
  const error = typeof said === 'string' ? excerptOf(said) : ''
  const failed = success === false || !NO_ERROR.has(code) || (error !== '' && !Array.isArray(value))
  if (failed) {
    const codeText = excerptOf(JSON.stringify(code ?? null))
    const message = `${what} answered 200 with an error ("${error}", code ${codeText}): another attempt may succeed.`
    throw new Failure('UpstreamUnavailable', message)
  }
  if (Array.isArray(value)) return value as unknown[]
  throw new Failure(
    'PayloadInvalid',
    `${what} answered without a list of events; expected Value: its format may have changed.`,
  )
}

/**
 * Reads the feed's list as seen at `at`, which clocks that count down to a start are added to. The later of two rows of
 * one event counts.
 */
export function readEvents(list: readonly unknown[], at: Date): SeenEvents {
  const others = list.filter(isOutright)
  const left = new Set(others)
  const matches = list.filter((row) => !left.has(row))
  compareFields(EVENT, matches)
  compareFields(STATE, matches.map(stateOf))
  const { rows, rejected } = parseRows(eventSchema, matches)
  const events = rows.map((event) => ({ ...event, sighting: sightingOf(event, at) }))
  const announced = events.filter(({ sighting }) => sighting.phase === 'before')
  const ids = list.flatMap((row) => idOf(row) ?? [])
  return {
    sightings: [...new Map(events.map(({ I, sighting }) => [I, sighting])).values()],
    others,
    rejected,
    repeated: ids.length - new Set(ids).size,
    announced: {
      matches: announced.length,
      priced: announced.filter(({ E, AE }) => hasOutcomeRow(E ?? [], AE ?? [])).length,
    },
  }
}

const stateOf = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && 'SC' in row ? row.SC : undefined

const idSchema = z.object({ I: positiveId })

/** The id of an event that may be unreadable otherwise; undefined if it has none. */
export const idOf = (row: unknown): number | undefined => idSchema.safeParse(row).data?.I

/**
 * A row without a second team that has a score or odds of 1 / X / 2 is a match whose format changed: it must be
 * rejected, not ignored.
 */
function isOutright(row: unknown): boolean {
  const { success, data } = secondTeamSchema.safeParse(row)
  if (!success || !isBlank(data.O2)) return false
  const scored = Object.keys(data.SC?.FS ?? {}).length > 0
  return !scored && isBlank(data.O2I) && !hasMatchOdds(data.E ?? [])
}

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || value === 0 || (typeof value === 'string' && value.trim() === '')

function sightingOf(event: Event, at: Date): Sighting {
  const signs = signsOf(event)
  const phase = phaseOf(signs)
  const begun = phase === 'over' || phase === 'live' || (phase === 'suspended' && hasBegun(signs))
  const sides = event.SC.FS ?? null
  return {
    eventId: event.I,
    team1: event.O1,
    team2: event.O2,
    league: [event.L, event.LE].find((name) => !isBlank(name)) ?? '',
    leagueId: event.LI === 0 ? null : (event.LI ?? null),
    startsAt: startOf(event.S ?? null, isBefore(signs) ? signs.clockS : null, at),
    phase,
    status: [signs.status, signs.period].find((status) => status !== '') ?? null,
    elapsedS: begun && !signs.countdown && (signs.clockS ?? -1) >= 0 ? signs.clockS : null,
    // The feed leaves zeros out: a side that is absent from the score of a running match has no goal.
    score: begun && sides !== null ? [sides.S1 ?? 0, sides.S2 ?? 0] : null,
    odds: oddsOf(event.E ?? [], event.AE ?? []),
  }
}

function signsOf({ SC }: Event): StatusSigns {
  const sides = [SC.FS?.S1 ?? null, SC.FS?.S2 ?? null]
  return {
    countdown: SC.TD === COUNTING_DOWN,
    clockS: wholeSeconds(SC.TS ?? -1),
    notice: SC.I ?? '',
    status: SC.SLS ?? '',
    period: SC.CPS ?? '',
    scored: sides.some((side) => side !== null),
    goals: sides.some((side) => side !== null && side > 0),
  }
}

function wholeSeconds(seconds: number): number | null {
  const whole = Math.trunc(seconds)
  return seconds >= 0 && whole <= MAX_SECONDS ? whole : null
}

/** A match that is postponed has stopped before it began. */
const hasBegun = (signs: StatusSigns): boolean =>
  signs.goals || (!isBefore(signs) && (signs.scored || (signs.clockS ?? 0) > 0))

/** The feed's clock counts whole seconds and the response took time to arrive: only the minute is certain. */
function startOf(epochS: number | null, leftS: number | null, at: Date): string | null {
  if (epochS !== null && isPlausible(epochS * 1_000, at)) return new Date(epochS * 1_000).toISOString()
  if (leftS === null || leftS < 0) return null
  const startsMs = Math.round((at.getTime() + leftS * 1_000) / MINUTE_MS) * MINUTE_MS
  return isPlausible(startsMs, at) ? new Date(startsMs).toISOString() : null
}

/** True for a time (milliseconds since 1970) near enough to `at` to be a match's. */
export const isPlausible = (atMs: number, at: Date): boolean => Math.abs(atMs - at.getTime()) <= PLAUSIBLE_MS
