/** match-results in the simulator: 1xBet's live feed and its results service. */
import { DAY_MS } from '../../core/durations.ts'
import { fastClock } from '../fast-clock.ts'
import type { SimulatorPart } from '../part.ts'
import { json, type Reply } from '../upstream.ts'
import { demoLeague } from './demo.ts'
import { createMatches, type Ending, type Matches } from './matches.ts'
import { createOneXBetResults } from './onexbet-results.ts'
import { createOneXBet } from './onexbet.ts'
import { matchPast } from './past.ts'

/** Leagues of a world that is asked for no other number. */
const LEAGUES = 6
/** A week of matches is some 5,000 of them. */
const MAX_WINDOW_MS = 7 * DAY_MS

export interface MatchResultsOptions {
  /** Leagues that play. Default: 6, some 13 events at a time, 720 matches a day. */
  leagues?: number
  /** Matches that each league plays side by side. Default: 1. 40 leagues with 25 have some 2,000 events at a time. */
  lanes?: number
  /** Matches end in these ways only, in turn. Default: all. */
  matchEndings?: readonly Ending[]
  /** `false`: events of the feed carry no league id, as recorded. Default: true. */
  leagueIds?: boolean
  /** Decides the moment of the matches. Default: the simulator's clock. */
  matchClock?: () => Date
  /** The matches' clock is a `fastClock()`. */
  fastMatches?: boolean
}

export const matchResults: SimulatorPart<MatchResultsOptions, { matches: Matches }, object> = {
  demo: () => demoLeague(),
  past: ({ seed, now }) => matchPast({ seed, now, leagues: LEAGUES }),

  start({ seed, clock: simulatorClock }, options) {
    const { leagues = LEAGUES, lanes = 1, matchEndings = [], leagueIds = true, fastMatches = false } = options
    const clock = options.matchClock ?? (fastMatches ? fastClock() : simulatorClock)
    const matches = createMatches({ seed, clock, leagues, lanes, ends: matchEndings })
    return {
      world: { matches },
      truth: () => ({}),
      control: { '/__matches': (query) => truthBetween(matches, query) },
      upstreams: [
        createOneXBet({ matches, seed, clock, leagueIds }),
        createOneXBetResults({ matches, clock }),
      ],
    }
  },
}

/** True matches that start between `from` and `to`, ISO times. Default: the last 24 hours of the matches' clock. */
function truthBetween(matches: Matches, query: URLSearchParams): Reply {
  const [from, to] = [query.get('from'), query.get('to')]
  if (from === null && to === null) return json(200, matches.truth())
  const window = { from: Date.parse(from ?? ''), to: Date.parse(to ?? '') }
  const spanMs = window.to - window.from
  if (!(spanMs >= 0 && spanMs <= MAX_WINDOW_MS))
    return json(400, { error: '`from` and `to` are ISO times, at most a week apart.' })
  return json(200, matches.truthBetween(new Date(window.from), new Date(window.to)))
}
