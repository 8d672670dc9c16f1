/** The leagues that play: what every match does follows from seed, league and slot, so any moment can be computed. */
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import { Failure } from '../../core/failures.ts'
import { hash } from '../chance.ts'
import { endingOf, type Ending } from './matches/endings.ts'
import { leagueAt, teamAt, TEAMS_IN_A_LANE, type League } from './matches/league-names.ts'
import { matchChance, type MatchChance } from './matches/match-chance.ts'
import { momentAt, scoreOf, scriptOf, type MatchScript, type Moment } from './matches/match-script.ts'

export type { Ending } from './matches/endings.ts'

/** The true course of a match, and when each service reports it. */
export interface SimulatedMatch {
  eventId: number
  leagueId: number
  /** The league's name in French, as the feed has it for `lng=fr`. */
  league: string
  leagueInEnglish: string
  team1: string
  team2: string
  /** First shown by the feed. */
  announcedAt: Date
  startsAt: Date
  /** The final whistle; for a match without score, when play stopped or it was last shown. */
  endsAt: Date
  /** The feed shows it until then. */
  leavesAt: Date
  /** `null`: never played, or never finished. */
  score: [number, number] | null
  /** Goals until the pause. */
  firstHalf: [number, number]
  ends: Ending
  /** Its id in the results service, for one in ten another one. */
  resultId: number
  /** From then on the results service has it; `null`: never. */
  resultAt: Date | null
  /** Text of the results service instead of a missing score. */
  voidScore: string
}

/** A match in the feed, at one moment. */
export interface ShownMatch {
  match: SimulatedMatch
  moment: Moment
  script: MatchScript
  chance: MatchChance
  league: League
  /** In [0, 1), the lower the more important; for its whole life. */
  importance: number
  teams: [{ id: number; name: string }, { id: number; name: string }]
}

/** A match with all that it does, at no moment. */
export type WrittenMatch = Omit<ShownMatch, 'moment'>

export interface Matches {
  leagues(): League[]
  /** What the feed holds at a moment, the most important first: the order that a cap cuts. */
  at(now: Date): ShownMatch[]
  /** Matches that start in `[from, to)`, with all that is known of each. */
  playedBetween(from: Date, to: Date): WrittenMatch[]
  /** Matches that start in `[from, to)`, by start. */
  truthBetween(from: Date, to: Date): SimulatedMatch[]
  /** Matches that started in the last 24 hours of the clock. */
  truth(): SimulatedMatch[]
  /** The match of an event id, past or future; undefined for an unknown id. */
  byId(eventId: number): SimulatedMatch | undefined
}

export interface MatchesOptions {
  seed: number
  clock: () => Date
  /** 6 by default: some 13 events at a time, 720 matches a day. */
  leagues?: number
  /** Matches that each league plays side by side, 1 by default: about 2 events at a time for each of them. */
  lanes?: number
  /** Matches end in these ways only, in turn; all by default. */
  ends?: readonly Ending[]
}
/** A lane begins a match this often; the longest has left the feed by then. */
const SLOT_MINUTES = 12
const SLOT_MS = SLOT_MINUTES * MINUTE_MS
/** No announcement is longer before its match than this, and no match is shown longer after its start. */
const LONGEST_LEAD_MS = 31 * MINUTE_MS
const LONGEST_SHOWN_MS = 20 * MINUTE_MS

const FIRST_EVENT_ID = 700_000_000
/** Lanes of a world at most; ids of one slot lie side by side. */
const MAX_LANES = 4_096
/** Results under another id lie beyond every event id. */
const OTHER_RESULT_ID = 100_000_000_000
const OTHER_RESULT_ID_SHARE = 0.1
/** Delay of the results service after the whistle, in seconds. */
const RESULT_DELAY_S = [60, 600] as const
/** What it says of a match without score; `null`: nothing, forever. */
const VOID_SCORES = [null, '', 'annulé'] as const
/** Salt of the lanes' own chances. */
const DRAW = 63
/** Scripts kept, so that 2,000 events every minute, and the results of a day, need not be computed again each time. */
const MAX_SCRIPTS = 20_000

/**
 * Makes the leagues; costs nothing until the first request.
 * @throws Failure `Misconfigured` if there would be no lane, or more than 4,096.
 */
export function createMatches(options: MatchesOptions): Matches {
  const { seed, clock, leagues: leagueCount = 6, lanes: sideBySide = 1, ends = [] } = options
  const leagues = Array.from({ length: counted(leagueCount, sideBySide) }, (_, index) => leagueAt(index))
  const lanes = lanesOf(leagues, sideBySide)
  const written = remembering((lane, slot) =>
    writeMatch(seed, lane, slot, endingOf(seed, slot * lanes.length + lane.index, ends)),
  )
  const between = (fromMs: number, toMs: number) =>
    lanes.flatMap((lane) => slotsOf(seed, lane, fromMs, toMs).map((slot) => written(lane, slot)))
  const playedBetween = (from: Date, to: Date) => between(from.getTime(), to.getTime())
  const truthBetween = (from: Date, to: Date) =>
    playedBetween(from, to)
      .map(({ match }) => match)
      .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime() || a.eventId - b.eventId)
  return {
    leagues: () => leagues,
    at: (now) =>
      between(now.getTime() - LONGEST_SHOWN_MS, now.getTime() + LONGEST_LEAD_MS)
        .flatMap((match) => shownAt(match, now.getTime()))
        .sort((a, b) => a.importance - b.importance),
    playedBetween,
    truthBetween,
    truth: () => truthBetween(new Date(clock().getTime() - DAY_MS), clock()),
    byId: (eventId) => {
      const place = eventId - FIRST_EVENT_ID
      const lane = Number.isSafeInteger(place) && place >= 0 ? lanes[place % MAX_LANES] : undefined
      return lane && written(lane, Math.floor(place / MAX_LANES)).match
    },
  }
}

/** The number of leagues, if it is one. */
function counted(leagues: number, sideBySide: number): number {
  const whole = [leagues, sideBySide].every((count) => Number.isInteger(count) && count > 0)
  if (whole && leagues * sideBySide <= MAX_LANES) return leagues
  throw new Failure(
    'Misconfigured',
    `The simulator was asked for ${leagues} leagues with ${sideBySide} matches side by side; give 1 to ${MAX_LANES} in all.`,
  )
}

/** Matches one after the other. */
interface Lane {
  index: number
  /** Among the lanes of its league. */
  number: number
  league: League
}

type Write = (lane: Lane, slot: number) => WrittenMatch

function lanesOf(leagues: readonly League[], sideBySide: number): Lane[] {
  return Array.from({ length: sideBySide }, (_, number) => number).flatMap((number) =>
    leagues.map((league) => ({ index: number * leagues.length + league.index, number, league })),
  )
}

/** The slots of a lane whose matches start in `[fromMs, toMs)`. */
function slotsOf(seed: number, lane: Lane, fromMs: number, toMs: number): number[] {
  const offsetMs = offsetOf(seed, lane.index)
  const first = Math.ceil((fromMs - offsetMs) / SLOT_MS)
  const count = Math.max(0, Math.ceil((toMs - offsetMs) / SLOT_MS) - first)
  return Array.from({ length: count }, (_, at) => first + at)
}

function shownAt(written: WrittenMatch, nowMs: number): ShownMatch[] {
  const moment = momentAt(written.script, (nowMs - written.match.startsAt.getTime()) / 1_000)
  return moment === undefined ? [] : [{ ...written, moment }]
}

/** The lanes of a world begin their matches in turn, not all in the same minute. */
function offsetOf(seed: number, lane: number): number {
  return ((hash(seed, DRAW) + lane * 5) % SLOT_MINUTES) * MINUTE_MS
}

function writeMatch(seed: number, lane: Lane, slot: number, ends: Ending): WrittenMatch {
  const { league } = lane
  const chance = matchChance(seed, lane.index, slot)
  const script = scriptOf(ends, chance)
  const startsMs = slot * SLOT_MS + offsetOf(seed, lane.index)
  const moment = (seconds: number) => new Date(startsMs + seconds * 1_000)
  const teams = teamsOf(seed, lane, slot)
  const eventId = FIRST_EVENT_ID + slot * MAX_LANES + lane.index
  const voidScore = chance.pick(VOID_SCORES, 'void-score')
  const hasResult = script.score !== null || voidScore !== null
  const match: SimulatedMatch = {
    eventId,
    leagueId: league.id,
    league: league.name.fr,
    leagueInEnglish: league.name.en,
    team1: teams[0].name,
    team2: teams[1].name,
    announcedAt: moment(script.announcedS),
    startsAt: moment(0),
    endsAt: moment(script.endsS),
    leavesAt: moment(script.leavesS),
    score: script.score,
    firstHalf: scoreOf(
      script.goals.filter(({ untilS }) => untilS === undefined),
      script.firstHalfS,
    ),
    ends,
    resultId: eventId + (chance.fraction('result-id') < OTHER_RESULT_ID_SHARE ? OTHER_RESULT_ID : 0),
    resultAt: hasResult ? moment(script.endsS + chance.between(...RESULT_DELAY_S, 'result-delay')) : null,
    voidScore: voidScore ?? '',
  }
  return { match, script, chance, league, teams, importance: chance.fraction('importance') }
}

/** Every third match in an odd slot is a rematch of the one before it, now and then with the sides changed. */
function teamsOf(seed: number, lane: Lane, slot: number): WrittenMatch['teams'] {
  const own = matchChance(seed, lane.index, slot)
  const rematch = slot % 2 !== 0 && own.fraction('rematch') < 1 / 3
  const chance = rematch ? matchChance(seed, lane.index, slot - 1) : own
  const first = chance.between(0, TEAMS_IN_A_LANE - 1, 'teams')
  const second = (first + chance.between(1, TEAMS_IN_A_LANE - 1, 'teams', 1)) % TEAMS_IN_A_LANE
  const team = (place: number) => teamAt(lane.league.index, lane.number, place)
  const swapped = rematch && own.fraction('rematch', 1) < 1 / 4
  return swapped ? [team(second), team(first)] : [team(first), team(second)]
}

/** Caches recent scripts; others are computed again with the same result. */
function remembering(write: Write): Write {
  const kept = new Map<number, WrittenMatch>()
  return (lane, slot) => {
    const key = slot * MAX_LANES + lane.index
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= MAX_SCRIPTS) kept.clear()
    const written = write(lane, slot)
    kept.set(key, written)
    return written
  }
}
